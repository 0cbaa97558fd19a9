"""Users, their access keys and inline policies, over AWS's own IAM API."""

import json
import re

import pytest

from support import REGION, refused, without_metadata

POLICY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]})


@pytest.fixture
def iam(server, account):
    return server.client(key=account, service="iam")


def user_arn(account, name, path="/"):
    return f"arn:aws:iam::{account}:user{path}{name}"


def test_a_user_is_made_shown_and_deleted(iam, account):
    made = iam.create_user(UserName="Alice", Path="/division/",
                           Tags=[{"Key": "team", "Value": "red"}])["User"]

    assert made["Arn"] == user_arn(account, "Alice", "/division/")
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", made["UserId"])
    assert made["Tags"] == [{"Key": "team", "Value": "red"}]
    assert iam.get_user(UserName="aLICE")["User"] == made
    listed = iam.list_users()["Users"]
    assert [user["UserName"] for user in listed] == ["Alice"]
    iam.delete_user(UserName="Alice")
    with refused("NoSuchEntity", "The user with name Alice cannot be found.", 404):
        iam.get_user(UserName="Alice")


@pytest.mark.parametrize("members, code, message", [
    ({"UserName": "a b"}, "ValidationError",
     "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: Member "
     "must satisfy regular expression pattern: [\\w+=,.@-]+"),
    ({"UserName": "a" * 65}, "ValidationError",
     f"1 validation error detected: Value '{'a' * 65}' at 'userName' failed to satisfy constraint: "
     "Member must have length less than or equal to 64"),
    ({"UserName": "a", "Path": "x"}, "ValidationError", None),
    ({"UserName": "a", "Tags": [{"Key": "k", "Value": "1"}, {"Key": "K", "Value": "2"}]},
     "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."),
])
def test_wrong_parameters_are_refused(iam, members, code, message):
    with refused(code, message):
        iam.create_user(**members)
    assert iam.list_users()["Users"] == []


def test_names_are_unique_whatever_their_letter_case(iam):
    iam.create_user(UserName="alice")
    with refused("EntityAlreadyExists", "User with name ALICE already exists.", 409):
        iam.create_user(UserName="ALICE")


def test_accounts_are_separate_worlds(server, iam):
    iam.create_user(UserName="alice")
    with refused("NoSuchEntity", status=404):
        server.client(key="123123123123", service="iam").get_user(UserName="alice")


def test_users_are_listed_page_by_page(iam):
    names = [f"user-{number:02}" for number in range(7)]
    for name in names:
        iam.create_user(UserName=name, Path="/a/" if name.endswith("3") else "/")
    pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["Users"]) for page in pages] == [3, 3, 1]
    assert [user["UserName"] for page in pages for user in page["Users"]] == names
    with_path = iam.list_users(PathPrefix="/a/")["Users"]
    assert [user["UserName"] for user in with_path] == ["user-03"]


def test_an_access_key_lives_and_dies(server, iam, account):
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", key["AccessKeyId"])
    assert len(key["SecretAccessKey"]) == 40
    sts = server.client(key=key["AccessKeyId"], secret=key["SecretAccessKey"], service="sts")

    assert without_metadata(sts.get_caller_identity()) == {
        "UserId": iam.get_user(UserName="alice")["User"]["UserId"], "Account": account,
        "Arn": user_arn(account, "alice")}
    own = server.client(key=key["AccessKeyId"], secret=key["SecretAccessKey"], service="iam")
    assert own.get_user()["User"]["UserName"] == "alice"
    assert own.list_access_keys()["AccessKeyMetadata"][0]["Status"] == "Active"

    iam.update_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with refused("InvalidClientTokenId", status=403):
        sts.get_caller_identity()
    iam.update_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"], Status="Active")
    sts.get_caller_identity()
    iam.delete_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"])
    with refused("InvalidClientTokenId", status=403):
        sts.get_caller_identity()


def test_a_user_has_two_keys_at_most(iam):
    iam.create_user(UserName="alice")
    for _ in range(2):
        iam.create_access_key(UserName="alice")
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409):
        iam.create_access_key(UserName="alice")


def test_another_users_key_is_not_found(iam):
    for name in ("alice", "bob"):
        iam.create_user(UserName=name)
    key = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    with refused("NoSuchEntity", f"The Access Key with id {key} cannot be found", 404):
        iam.delete_access_key(UserName="bob", AccessKeyId=key)


def test_inline_policies_are_put_shown_listed_and_deleted(iam):
    iam.create_user(UserName="alice")
    for name in ("second", "first"):
        iam.put_user_policy(UserName="alice", PolicyName=name, PolicyDocument=POLICY)

    shown = iam.get_user_policy(UserName="alice", PolicyName="first")
    assert shown["PolicyDocument"] == json.loads(POLICY)
    assert iam.list_user_policies(UserName="alice")["PolicyNames"] == ["first", "second"]
    iam.delete_user_policy(UserName="alice", PolicyName="first")
    with refused("NoSuchEntity", "The user policy with name first cannot be found.", 404):
        iam.get_user_policy(UserName="alice", PolicyName="first")


@pytest.mark.parametrize("document, message", [
    ("not json", "Syntax errors in policy."),
    (POLICY.replace('"2012-10-17"', '"2013-01-01"'),
     "Policy document must be version 2012-10-17 or greater."),
    (POLICY.replace('"Action": "secretsmanager:GetSecretValue", ', ""),
     "Policy statement must contain actions."),
    (POLICY.replace('"Effect"', '"Principal": "*", "Effect"'),
     "Policy document should not specify a principal."),
])
def test_what_is_no_policy_is_refused(iam, document, message):
    iam.create_user(UserName="alice")
    with refused("MalformedPolicyDocument", message):
        iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document)
    assert iam.list_user_policies(UserName="alice")["PolicyNames"] == []


def test_a_user_with_anything_left_is_not_deleted(iam):
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=POLICY)
    key = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first.", 409):
        iam.delete_user(UserName="alice")
    iam.delete_user_policy(UserName="alice", PolicyName="p")
    with refused("DeleteConflict", "Cannot delete entity, must delete access keys first.", 409):
        iam.delete_user(UserName="alice")
    iam.delete_access_key(UserName="alice", AccessKeyId=key)
    iam.delete_user(UserName="alice")


def test_identities_survive_a_restart(make_server):
    server = make_server().start()
    iam = server.client(service="iam")
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    server.kill()
    server.start()
    identity = server.client(key=key["AccessKeyId"], secret=key["SecretAccessKey"],
                             service="sts").get_caller_identity()
    assert identity["Arn"].endswith(":user/alice")


def test_an_unknown_action_is_named(iam):
    with refused("InvalidAction", "Could not find operation ListSAMLProviders for version 2010-05-08"):
        iam.list_saml_providers()


def test_a_wrong_signature_is_refused_as_iam_does(server):
    with refused("SignatureDoesNotMatch", status=403):
        server.client(secret="wrong", service="iam").list_users()


def test_the_region_of_the_client_does_not_matter(server, account):
    for region in (REGION, "eu-central-1"):
        client = server.client(key=account, service="iam", region=region)
        assert client.list_users()["Users"] == []
