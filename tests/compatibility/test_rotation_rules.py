"""RotationRules: what RotateSecret refuses, and in whose words.

The rows are those of the test matrix of rotation, docs/rotation-tests.md. When rotations are due is
in test_rotation_schedule.py.
"""

import pytest

from rotation_support import BOTH_RULES, MONTH, constraint, expression, function
from support import new_token, refused

BAD_EXPRESSION = "Invalid schedule expression."
BAD_HOURS = "Rate in hour should be least 4 and less than 24."
BAD_DAYS = "Rate in day should be greater than 0 and less than 1000."
BAD_DURATION = "Duration must be at least 1 hour, at most 24 hour."
LONG_DURATION = "Duration cannot be greater than Rate in hour."
OVER_MIDNIGHT = "Starting hour and duration must be within a day."


def row_ids(cases):
    """`row 9 1 rate(1 day)` for example."""
    return [f"row {row} " + " ".join(map(str, members.values())) for row, members, *_ in cases]


REFUSED_RULES = [
    (9, {"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)"}, BOTH_RULES),
    (10, expression("rate(3 hours)"), BAD_HOURS),
    (10, expression("rate(24 hours)"), BAD_HOURS),
    (11, expression("rate(0 days)"), BAD_DAYS),
    (11, expression("rate(1000 days)"), BAD_DAYS),
    (12, expression("rate(5 minutes)"), BAD_EXPRESSION),
    (12, expression("rate(1 week)"), BAD_EXPRESSION),
    (12, expression("rate( 4 hours)"), BAD_EXPRESSION),
    (12, expression("rate(-4 hours)"), BAD_EXPRESSION),
    (12, expression("at(2027-01-01)"), BAD_EXPRESSION),
    (13, expression("cron(0 16 * * ?)"), BAD_EXPRESSION),
    (13, expression("cron(0 16 * * ? * *)"), BAD_EXPRESSION),
    (13, expression("cron(30 16 * * ? *)"), BAD_EXPRESSION),
    (13, expression("cron(0 16 * * ? 2027)"), BAD_EXPRESSION),
    (13, expression("cron(0 16 * * * *)"), BAD_EXPRESSION),
    (13, expression("cron(0 16 ? * ? *)"), BAD_EXPRESSION),
    (14, expression("cron(0 * * * ? *)"), BAD_EXPRESSION),
    (14, expression("cron(0 0-6 * * ? *)"), BAD_EXPRESSION),
    (14, expression("cron(0 0/3 * * ? *)"), BAD_EXPRESSION),
    (14, expression("cron(0 0,2 * * ? *)"), BAD_EXPRESSION),
    (16, {**MONTH, "Duration": "0h"}, BAD_DURATION),
    (16, {**MONTH, "Duration": "25h"}, BAD_DURATION),
    (17, expression("rate(4 hours)", "5h"), LONG_DURATION),
    (18, expression("cron(0 23 * * ? *)", "2h"), OVER_MIDNIGHT),
]


@pytest.mark.parametrize("row, bad, message", REFUSED_RULES, ids=row_ids(REFUSED_RULES))
def test_rules_that_are_refused(rotations, row, bad, message):
    """rows 9 to 14 and 16 to 18; what is refused leaves nothing behind"""
    secret = rotations.created()
    before = secret.describe()

    with refused("InvalidParameterException", message):
        secret.configure(rules=bad)

    assert secret.describe() == before


REFUSED_BY_MODEL = [
    (8, {"AutomaticallyAfterDays": 0}, "0", "automaticallyAfterDays",
     "have value greater than or equal to 1"),
    (8, {"AutomaticallyAfterDays": 1001}, "1001", "automaticallyAfterDays",
     "have value less than or equal to 1000"),
    (12, expression("rate(4.5 hours)"), "rate(4.5 hours)", "scheduleExpression",
     r"satisfy regular expression pattern: [0-9A-Za-z\(\)#\?\*\-\/, ]+"),
    (16, {**MONTH, "Duration": "1d"}, "1d", "duration",
     "satisfy regular expression pattern: [0-9]+h"),
    (16, {**MONTH, "Duration": "h"}, "h", "duration", None),
    (16, {**MONTH, "Duration": "100h"}, "100h", "duration",
     "have length less than or equal to 3"),
]


@pytest.mark.parametrize("row, bad, value, member, rule", REFUSED_BY_MODEL,
                         ids=row_ids(REFUSED_BY_MODEL))
def test_rules_that_the_model_refuses(rotations, row, bad, value, member, rule):
    """rows 8, 12 and 16"""
    secret = rotations.created()
    before = secret.describe()
    body = {"SecretId": secret.name, "ClientRequestToken": new_token(),
            "RotationLambdaARN": function(), "RotationRules": bad}

    reply = secret.server.raw()("RotateSecret", body)

    text = rule and constraint(value, f"rotationRules.{member}", rule)
    reply.expect_refusal("ValidationException", text)
    assert member in reply.message
    assert secret.describe() == before


ACCEPTED_RULES = [
    (8, {"AutomaticallyAfterDays": 1}), (8, {"AutomaticallyAfterDays": 1000}),
    (10, expression("rate(4 hours)")), (10, expression("rate(23 hours)")),
    (11, expression("rate(1 day)")), (11, expression("rate(999 days)")),
    (14, expression("cron(0 0/4 * * ? *)")), (14, expression("cron(0 /8 * * ? *)")),
    (14, expression("cron(0 8/8 * * ? *)")), (14, expression("cron(0 2/10 * * ? *)")),
    (16, {**MONTH, "Duration": "1h"}), (16, {**MONTH, "Duration": "24h"}),
    (17, expression("rate(4 hours)", "4h")), (18, expression("cron(0 23 * * ? *)", "1h")),
]


@pytest.mark.parametrize("row, good", ACCEPTED_RULES, ids=row_ids(ACCEPTED_RULES))
def test_rules_that_are_accepted(rotations, row, good):
    """rows 8, 10, 11, 14 and 16 to 18: what is stored is what was sent"""
    secret = rotations.created()

    secret.configure(rules=good, RotateImmediately=False)

    described = secret.describe()
    shown = described["RotationRules"]
    assert {name: shown[name] for name in good} == good
    assert shown.keys() - good.keys() <= {"AutomaticallyAfterDays"}
    assert described["NextRotationDate"].timestamp() > rotations.server.now()
