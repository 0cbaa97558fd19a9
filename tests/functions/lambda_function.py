"""Handlers as they are written for AWS Lambda, to be run by awslambdaric."""

import os
import sys
import time


def handler(event, context):
    assert isinstance(event, dict), "the event is not JSON"
    assert sorted(event) == ["ClientRequestToken", "RotationToken", "SecretId", "Step"]
    assert context.function_name == "my-rotator"
    assert context.memory_limit_in_mb == "256"
    assert 0 < context.get_remaining_time_in_millis() <= 30_000
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
    print("step", event["Step"])


def failing(event, context):
    raise ValueError("Invalid step parameter")


def exiting(event, context):
    sys.exit(0)


def sleeping(event, context):
    time.sleep(100)
