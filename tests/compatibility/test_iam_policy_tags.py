"""Tags of managed policies."""

import json

import pytest

from iam_support import ADMINISTRATOR, READ
from support import refused


@pytest.fixture
def iam(lone_account):
    return lone_account.iam


def test_tags_of_policies(lone_account, iam):
    arn = lone_account.add_policy("p", Path="/team/", Tags=[{"Key": "Team", "Value": "red"}])
    updated = iam.get_policy(PolicyArn=arn)["Policy"]["UpdateDate"]
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "team", "Value": "blue"}, {"Key": "b", "Value": ""}])

    tags = [{"Key": "b", "Value": ""}, {"Key": "team", "Value": "blue"}]
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == tags
    first = iam.list_policy_tags(PolicyArn=arn, MaxItems=1)
    assert first["Tags"] == tags[:1] and first["IsTruncated"]
    assert iam.list_policy_tags(PolicyArn=arn, Marker=first["Marker"])["Tags"] == tags[1:]
    iam.untag_policy(PolicyArn=arn, TagKeys=["TEAM", "unknown"])
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["Tags"], policy["UpdateDate"]) == (tags[:1], updated)
    with refused("InvalidInput"):
        iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "x", "Value": ""}, {"Key": "X", "Value": ""}])
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": f"k{i}", "Value": ""} for i in range(49)])
    with refused("LimitExceeded", "Cannot exceed quota for TagsPerPolicy: 50", 409):
        iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "more", "Value": ""}])


@pytest.mark.parametrize("operation, more", [
    ("list_policy_tags", {}), ("tag_policy", {"Tags": []}), ("untag_policy", {"TagKeys": ["a"]})])
def test_a_policy_that_is_not_there(lone_account, iam, operation, more):
    for arn in (lone_account.arn("policy", "gone"), "arn:aws:iam::aws:policy/Unknown"):
        with refused("NoSuchEntity", f"Policy {arn} was not found.", 404):
            getattr(iam, operation)(PolicyArn=arn, **more)
    arn = lone_account.arn("user", "u")
    with refused("InvalidInput", f"ARN {arn} is not valid."):
        getattr(iam, operation)(PolicyArn=arn, **more)


def test_policies_of_aws_have_no_tags(iam):
    assert iam.list_policy_tags(PolicyArn=ADMINISTRATOR)["Tags"] == []
    with refused("AccessDenied", status=403):
        iam.tag_policy(PolicyArn=ADMINISTRATOR, Tags=[{"Key": "a", "Value": "b"}])
    with refused("AccessDenied", status=403):
        iam.untag_policy(PolicyArn=ADMINISTRATOR, TagKeys=["a"])


def test_conditions_see_tags_that_are_there_and_tags_that_are_given(strict_account):
    blue = strict_account.add_policy("blue", Tags=[{"Key": "Team", "Value": "blue"}])
    red = strict_account.add_policy("red", Tags=[{"Key": "Team", "Value": "red"}])
    strict_account.add_user("alice")
    strict_account.iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["iam:TagPolicy", "iam:CreatePolicyVersion"], "Resource": "*",
             "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"},
                           "ForAllValues:StringEquals": {"aws:TagKeys": ["Cost"]}}}]}))
    alice = strict_account.client_of("alice", "iam")

    alice.tag_policy(PolicyArn=blue, Tags=[{"Key": "Cost", "Value": "1"}])
    alice.create_policy_version(PolicyArn=blue, PolicyDocument=READ)
    for arn, key in ((blue, "Team"), (red, "Cost"), (strict_account.arn("policy", "gone"), "Cost")):
        with refused("AccessDenied", status=403):
            alice.tag_policy(PolicyArn=arn, Tags=[{"Key": key, "Value": "blue"}])
    with refused("AccessDenied", status=403):
        alice.list_policy_tags(PolicyArn=blue)
