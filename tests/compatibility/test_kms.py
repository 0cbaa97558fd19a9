"""Keys, aliases and key policies of KMS, with boto3, and secrets under such keys."""

import json
import re

import pytest

from conftest import new_account
from support import REGION, UUID_PATTERN, refused, without_metadata
from test_strict_profile import make_strict, root_key  # noqa: F401 (a fixture)


@pytest.fixture
def kms(server, account):
    """A client of an account of its own."""
    return server.client(key=account, service="kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]


def arn_of(account, resource):
    return f"arn:aws:kms:{REGION}:{account}:{resource}"


def test_a_key_is_made_and_described(kms, account):
    made = kms.create_key(Description="of the team")["KeyMetadata"]
    key_id = made["KeyId"]

    assert re.fullmatch(UUID_PATTERN, key_id)
    assert made["Arn"] == arn_of(account, f"key/{key_id}")
    assert made["AWSAccountId"] == account
    assert (made["Enabled"], made["KeyState"]) == (True, "Enabled")
    assert made["Description"] == "of the team"
    assert (made["KeyUsage"], made["Origin"]) == ("ENCRYPT_DECRYPT", "AWS_KMS")
    assert (made["KeyManager"], made["MultiRegion"]) == ("CUSTOMER", False)
    assert made["KeySpec"] == made["CustomerMasterKeySpec"] == "SYMMETRIC_DEFAULT"
    assert made["EncryptionAlgorithms"] == ["SYMMETRIC_DEFAULT"]
    for name in (key_id, made["Arn"]):
        assert kms.describe_key(KeyId=name)["KeyMetadata"] == made


@pytest.mark.parametrize("members", [
    {"KeyUsage": "SIGN_VERIFY", "KeySpec": "RSA_2048"}, {"Origin": "EXTERNAL"},
    {"MultiRegion": True}, {"KeySpec": "HMAC_256"}])
def test_keys_that_are_not_made(kms, members):
    with refused("UnsupportedOperationException"):
        kms.create_key(**members)


def test_keys_are_listed_in_pages(kms):
    made = sorted(kms.create_key()["KeyMetadata"]["Arn"] for _ in range(5))

    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))

    assert [len(page["Keys"]) for page in pages] == [2, 2, 1]
    assert [page["Truncated"] for page in pages] == [True, True, False]
    assert [key["KeyArn"] for page in pages for key in page["Keys"]] == made
    with refused("InvalidMarkerException"):
        kms.list_keys(Marker="no marker")


def test_keys_that_are_not_there(kms, account):
    missing = "11111111-2222-3333-4444-555555555555"
    with refused("NotFoundException",
                 f"Key '{arn_of(account, 'key/' + missing)}' does not exist"):
        kms.describe_key(KeyId=missing)
    with refused("NotFoundException", "Invalid keyId 'nonsense'"):
        kms.describe_key(KeyId="nonsense")
    with refused("NotFoundException", f"Alias {arn_of(account, 'alias/none')} is not found."):
        kms.describe_key(KeyId="alias/none")
    with refused("NotFoundException", "Invalid arn eu-west-1"):
        kms.describe_key(KeyId=f"arn:aws:kms:eu-west-1:{account}:key/{missing}")


def test_aliases(kms, key, account):
    other = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/team/db", TargetKeyId=key["KeyId"])
    alias_arn = arn_of(account, "alias/team/db")

    for name in ("alias/team/db", alias_arn):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key["Arn"]
    [listed] = kms.list_aliases(KeyId=key["KeyId"])["Aliases"]
    assert listed.pop("CreationDate") == listed.pop("LastUpdatedDate")
    assert listed == {"AliasName": "alias/team/db", "AliasArn": alias_arn,
                      "TargetKeyId": key["KeyId"]}
    with refused("AlreadyExistsException", f"An alias with the name {alias_arn} already exists"):
        kms.create_alias(AliasName="alias/team/db", TargetKeyId=other["Arn"])

    kms.update_alias(AliasName="alias/team/db", TargetKeyId=other["Arn"])
    assert kms.describe_key(KeyId="alias/team/db")["KeyMetadata"]["Arn"] == other["Arn"]

    kms.delete_alias(AliasName="alias/team/db")
    assert kms.list_aliases()["Aliases"] == []
    with refused("NotFoundException", f"Alias {alias_arn} is not found."):
        kms.delete_alias(AliasName="alias/team/db")


@pytest.mark.parametrize("alias, code", [
    ("team", "ValidationException"), ("alias/aws/mine", "NotAuthorizedException"),
    ("alias/", "InvalidAliasNameException"), ("alias/a b", "ValidationException")])
def test_aliases_that_are_refused(kms, key, alias, code):
    with refused(code):
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])


def test_aliases_are_listed_in_pages_with_the_services_own(server, account, kms, key):
    for name in ("zoo", "aaa", "mid"):
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key["KeyId"])
    server.client(key=account).create_secret(Name="x", SecretString="value")

    pages = list(kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 1}))

    assert [alias["AliasName"] for page in pages for alias in page["Aliases"]] == [
        "alias/aaa", "alias/aws/secretsmanager", "alias/mid", "alias/zoo"]
    default = kms.describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]
    assert default["KeyManager"] == "AWS"
    with refused("AccessDeniedException"):
        kms.disable_key(KeyId=default["KeyId"])


def test_the_default_policy(kms, key, account):
    reply = without_metadata(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default"))

    [statement] = json.loads(reply["Policy"])["Statement"]
    assert reply["PolicyName"] == "default"
    assert statement["Sid"] == "Enable IAM User Permissions"
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}
    assert (statement["Action"], statement["Resource"]) == ("kms:*", "*")
    names = without_metadata(kms.list_key_policies(KeyId=key["KeyId"]))
    assert names == {"PolicyNames": ["default"], "Truncated": False}


def test_a_policy_comes_back_as_it_was_given(kms, key, account):
    policy = json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"}},
        indent=3)

    kms.put_key_policy(KeyId=key["Arn"], Policy=policy)

    assert kms.get_key_policy(KeyId=key["KeyId"])["Policy"] == policy
    made = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    assert kms.get_key_policy(KeyId=made)["Policy"] == policy
    with refused("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key["KeyId"], Policy="{}")
    with refused("NotFoundException"):
        kms.get_key_policy(KeyId=key["KeyId"], PolicyName="other")


def test_tags(kms):
    key = kms.create_key(Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyMetadata"]["KeyId"]
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "2"},
                                      {"TagKey": "b", "TagValue": ""}])
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "c", "TagValue": "3"}])
    kms.untag_resource(KeyId=key, TagKeys=["b", "unknown"])

    reply = without_metadata(kms.list_resource_tags(KeyId=key))

    assert reply == {"Tags": [{"TagKey": "a", "TagValue": "2"}, {"TagKey": "c", "TagValue": "3"}],
                     "Truncated": False}
    with refused("TagException", "Duplicate tag keys"):
        kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": ""}] * 2)
    with refused("TagException", "Tags beginning with aws: are reserved"):
        kms.tag_resource(KeyId=key, Tags=[{"TagKey": "aws:a", "TagValue": ""}])


def test_a_disabled_key_opens_nothing(server, account, kms, key):
    client = server.client(key=account)
    client.create_secret(Name="x", SecretString="value", KmsKeyId=key["Arn"])

    kms.disable_key(KeyId=key["KeyId"])
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Disabled"
    with refused("DecryptionFailure"):
        client.get_secret_value(SecretId="x")
    with refused("EncryptionFailure"):
        client.put_secret_value(SecretId="x", SecretString="new")

    kms.enable_key(KeyId=key["KeyId"])
    assert client.get_secret_value(SecretId="x")["SecretString"] == "value"


def test_changes_take_no_alias(kms, key):
    kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
    for change in (kms.enable_key, kms.disable_key, kms.get_key_policy, kms.get_key_rotation_status):
        with refused("NotFoundException", "Invalid keyId 'alias/a'"):
            change(KeyId="alias/a")


def test_a_description_changes(kms, key):
    kms.update_key_description(KeyId=key["KeyId"], Description="new")
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == "new"


@pytest.mark.parametrize("operation, body, code", [
    ("DescribeKey", {}, "ValidationException"),
    ("DescribeKey", {"KeyId": "alias/none"}, "NotFoundException"),
    ("CreateKey", {"Policy": "{"}, "MalformedPolicyDocumentException"),
    ("DisableKey", {"KeyId": "alias/aws/secretsmanager"}, "NotFoundException"),
])
def test_errors_are_spelled_as_kms_does(raw, operation, body, code):
    reply = raw(f"TrentService.{operation}", body, service="kms")
    assert reply.status == 400
    assert set(reply.json) == {"__type", "message"}
    assert reply.json["__type"] == code


def test_a_signature_for_another_service_is_refused(server, account):
    raw = server.raw(key=account)
    raw("TrentService.ListKeys", service="kms").expect_success()
    raw("TrentService.ListKeys", service="secretsmanager").expect_refusal(
        "InvalidSignatureException")
    raw("ListSecrets", service="kms").expect_refusal("InvalidSignatureException")


def test_across_accounts_the_keys_policy_decides(server):
    owner, reader = new_account(), new_account()
    kms = server.client(key=owner, service="kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    client = server.client(key=owner)
    arn = client.create_secret(Name="x", SecretString="value", KmsKeyId=key)["ARN"]
    grant = {"Effect": "Allow", "Principal": {"AWS": reader}, "Action": "*", "Resource": "*"}
    client.put_resource_policy(SecretId="x", ResourcePolicy=json.dumps(
        {"Version": "2012-10-17", "Statement": grant}))
    foreign = server.client(key=reader)
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        foreign.get_secret_value(SecretId=arn)

    own = {**grant, "Principal": {"AWS": owner}}
    through = {**grant, "Action": "kms:Decrypt", "Condition": {"StringEquals": {
        "kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com", "kms:CallerAccount": reader}}}
    kms.put_key_policy(KeyId=key, Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": [own, through]}))

    assert foreign.get_secret_value(SecretId=arn)["SecretString"] == "value"
    with refused("AccessDeniedException"):
        server.client(key=reader, service="kms").describe_key(KeyId=key)


def test_keys_outlive_a_restart(make_server):
    server = make_server().start()
    kms = server.client(service="kms")
    key = kms.create_key(Description="kept")["KeyMetadata"]
    kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
    kms.disable_key(KeyId=key["KeyId"])

    kms = server.restart().client(service="kms")

    found = kms.describe_key(KeyId="alias/a")["KeyMetadata"]
    assert (found["KeyId"], found["Description"], found["KeyState"]) == (
        key["KeyId"], "kept", "Disabled")


def test_a_user_needs_the_key_in_the_strict_profile(make_strict):  # noqa: F811
    server = make_strict().start()
    root = root_key(server)
    iam = server.client(**root, service="iam")
    kms = server.client(**root, service="kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    server.client(**root).create_secret(Name="x", SecretString="value", KmsKeyId=key)
    iam.create_user(UserName="bob")
    made = iam.create_access_key(UserName="bob")["AccessKey"]
    bob = {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"]}

    def allow(*actions):
        iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}))

    allow("secretsmanager:GetSecretValue")
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        server.client(**bob).get_secret_value(SecretId="x")
    with refused("AccessDeniedException"):
        server.client(**bob, service="kms").describe_key(KeyId=key)
    allow("secretsmanager:GetSecretValue", "kms:Decrypt")
    assert server.client(**bob).get_secret_value(SecretId="x")["SecretString"] == "value"
    somebody = json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "kms:DescribeKey",
        "Resource": "*"}})
    with refused("MalformedPolicyDocumentException",
                 "The new key policy will not allow you to update the key policy in the future."):
        kms.put_key_policy(KeyId=key, Policy=somebody)
