"""What a user may do by each of his policies, one call at a time: calls that ask for several
permissions, secrets that are missing or deleted, and policies of the secret beside his own."""

import json

import pytest

from iam_support import Account
from support import refused

DENIED = "AccessDeniedException"
KMS_DENIED = "Access to KMS is not allowed"
PUBLIC = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue",
          "Resource": "*"}


def allow(*actions, effect="Allow", resource="*", **more):
    return {"Effect": effect, "Resource": resource, **more,
            "Action": [action if ":" in action or action == "*" else f"secretsmanager:{action}"
                       for action in actions]}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Case:
    """An account with the secret app/db and the user U, whose client is `user`."""

    def __init__(self, account):
        self.account = account
        self.root = account.secrets
        self.arn = self.root.create_secret(Name="app/db", SecretString="value")["ARN"]
        self.user_arn = account.arn("user", "U")
        account.add_user("U")
        self.user = account.client_of("U")

    def let(self, *statements):
        """The user's only policy; none when it is empty."""
        if statements:
            self.account.iam.put_user_policy(UserName="U", PolicyName="p",
                                             PolicyDocument=policy(*statements))
        return self.user

    def put(self, *statements):
        self.root.put_resource_policy(SecretId="app/db", ResourcePolicy=policy(*statements))

    def denied(self, operation, on="", reason="because no identity-based policy allows the {}"
                                              " action"):
        """What is said to the user when he is refused `operation`."""
        action = f"secretsmanager:{operation}"
        return refused(DENIED, f"User: {self.user_arn} is not authorized to perform: {action}"
                       + (f" on resource: {on} " if on else " ") + reason.format(action))


@pytest.fixture
def case(strict_account):
    return Case(strict_account)


EXPLICIT = "with an explicit deny in a resource-based policy"
TAGS = [{"Key": "team", "Value": "red"}]


# Making secrets.

def test_c01_c06_a_secret_under_the_default_key(case):
    case.let(allow("CreateSecret")).create_secret(Name="new", SecretString="v")


def test_c02_tags_ask_for_their_own_permission(case):
    with case.denied("TagResource", "new"):
        case.let(allow("CreateSecret")).create_secret(Name="new", SecretString="v", Tags=TAGS)
    assert len(case.root.list_secrets()["SecretList"]) == 1


def test_c03_tags_with_permission(case):
    case.let(allow("CreateSecret", "TagResource")).create_secret(Name="new", Tags=TAGS)
    assert case.root.describe_secret(SecretId="new")["Tags"] == TAGS


def test_c05_a_customer_key_asks_for_kms(case):
    kms = case.account.server.client(key=case.account.id, service="kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    user = case.let(allow("CreateSecret"))
    with refused(DENIED, KMS_DENIED):
        user.create_secret(Name="new", SecretString="v", KmsKeyId=key)
    assert len(case.root.list_secrets()["SecretList"]) == 1
    case.let(allow("CreateSecret", "kms:GenerateDataKey", "kms:Decrypt"))
    user.create_secret(Name="new", SecretString="v", KmsKeyId=key)


def test_c07_permission_comes_before_the_name(case):
    with case.denied("CreateSecret", "app/db"):
        case.user.create_secret(Name="app/db")


# Secrets that are missing, and how one is named.

@pytest.mark.parametrize("resource, is_found_out", [
    (None, False), ("*", True), ("arn:aws:secretsmanager:us-east-1:{account}:secret:app/*", True),
    ("{arn}", False)], ids=["c08", "c09", "c10", "c11"])
def test_c08_to_c11_a_missing_secret(case, resource, is_found_out):
    if resource:
        case.let(allow("GetSecretValue", resource=resource.format(
            account=case.account.id, arn=case.arn)))
    with refused("ResourceNotFoundException") if is_found_out else case.denied(
            "GetSecretValue", "app/none"):
        case.user.get_secret_value(SecretId="app/none")


def test_c12_c13_by_name_and_by_a_partial_arn(case):
    case.let(allow("GetSecretValue", resource=case.arn))
    for name in ("app/db", case.arn[:-len("-a1B2c3")], case.arn):
        assert case.user.get_secret_value(SecretId=name)["ARN"] == case.arn


# Batches and lists.

def test_c14_a_batch_is_a_permission(case):
    with case.denied("BatchGetSecretValue"):
        case.let(allow("GetSecretValue")).batch_get_secret_value(SecretIdList=["app/db"])


def test_c15_a_batch_says_what_is_denied(case):
    answer = case.let(allow("BatchGetSecretValue"), allow("GetSecretValue", resource=case.arn)
                      ).batch_get_secret_value(SecretIdList=["app/db", "app/x"])
    assert [value["Name"] for value in answer["SecretValues"]] == ["app/db"]
    assert [(error["SecretId"], error["ErrorCode"]) for error in answer["Errors"]] == [
        ("app/x", DENIED)]


def test_c16_c17_filters_list(case):
    filters = [{"Key": "name", "Values": ["app/"]}]
    with case.denied("ListSecrets"):
        case.let(allow("BatchGetSecretValue", "GetSecretValue")).batch_get_secret_value(
            Filters=filters)
    case.let(allow("BatchGetSecretValue", "GetSecretValue", "ListSecrets"))
    assert len(case.user.batch_get_secret_value(Filters=filters)["SecretValues"]) == 1


def test_c18_a_batch_names_the_policy_that_denies(case):
    case.put(allow("GetSecretValue", effect="Deny", Principal="*"))
    answer = case.let(allow("*")).batch_get_secret_value(SecretIdList=["app/db"])
    assert answer["SecretValues"] == []
    assert [error["ErrorCode"] for error in answer["Errors"]] == [DENIED]
    assert answer["Errors"][0]["Message"].endswith(EXPLICIT)


def test_c19_a_list_shows_what_may_not_be_described(case):
    case.let(allow("ListSecrets"), allow("DescribeSecret", effect="Deny", resource=case.arn))
    assert [secret["ARN"] for secret in case.user.list_secrets()["SecretList"]] == [case.arn]
    with case.denied("DescribeSecret", case.arn,
                     "with an explicit deny in an identity-based policy"):
        case.user.describe_secret(SecretId="app/db")


# Secrets that are scheduled for deletion.

def test_c20_c21_deleted_secrets_keep_their_permissions(case):
    case.root.delete_secret(SecretId="app/db")
    with case.denied("GetSecretValue", case.arn):
        case.user.get_secret_value(SecretId="app/db")
    user = case.let(allow("DescribeSecret", "GetSecretValue"))
    assert "DeletedDate" in user.describe_secret(SecretId="app/db")
    with refused("InvalidRequestException"):
        user.get_secret_value(SecretId="app/db")


# Policies of the secret.

def test_c22_c23_a_public_policy_is_refused_when_that_is_asked_for(case):
    user = case.let(allow("PutResourcePolicy"))
    user.put_resource_policy(SecretId="app/db", ResourcePolicy=policy(PUBLIC))
    with refused("PublicPolicyException"):
        user.put_resource_policy(SecretId="app/db", ResourcePolicy=policy(PUBLIC),
                                 BlockPublicPolicy=True)


def test_c24_who_locks_himself_out_is_out(case):
    user = case.let(allow("PutResourcePolicy"))
    out = policy(allow("*", effect="Deny", Principal={"AWS": case.user_arn}))
    user.put_resource_policy(SecretId="app/db", ResourcePolicy=out)
    with case.denied("PutResourcePolicy", case.arn, EXPLICIT):
        user.put_resource_policy(SecretId="app/db", ResourcePolicy=policy(PUBLIC))


def test_c25_a_deny_holds_for_the_root_user(case):
    case.put(allow("*", effect="Deny", Principal="*"))
    root = f"arn:aws:iam::{case.account.id}:root"
    with refused(DENIED, f"User: {root} is not authorized to perform: "
                         f"secretsmanager:DeleteResourcePolicy on resource: {case.arn} {EXPLICIT}"):
        case.root.delete_resource_policy(SecretId="app/db")


def test_c26_c27_validation_asks_for_both(case):
    user = case.let(allow("ValidateResourcePolicy"))
    with case.denied("PutResourcePolicy", case.arn):
        user.validate_resource_policy(SecretId="app/db", ResourcePolicy=policy(PUBLIC))
    case.let(allow("ValidateResourcePolicy", "PutResourcePolicy"))
    answer = user.validate_resource_policy(SecretId="app/db", ResourcePolicy=policy(PUBLIC))
    assert not answer["PolicyValidationPassed"]
    assert len(answer["ValidationErrors"]) == 1


def test_c28_nobody_is_named_who_is_not_there(case):
    with refused("MalformedPolicyDocumentException",
                 "This resource policy contains an unsupported principal."):
        case.let(allow("*")).put_resource_policy(SecretId="app/db", ResourcePolicy=policy(
            {**PUBLIC, "Principal": {"AWS": case.account.arn("user", "ghost")}}))


def test_c30_a_tag_takes_nobodys_own_access(case):
    case.root.tag_resource(SecretId="app/db", Tags=TAGS)
    user = case.let(allow("*", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}}))
    with refused(DENIED):
        user.tag_resource(SecretId="app/db", Tags=[{"Key": "team", "Value": "blue"}])


# Across accounts.

@pytest.fixture
def stranger(case):
    """A user of another account, whom the secret's policy lets do everything."""
    other = Account(case.account.server, str((int(case.account.id) + 1) % 10**12).zfill(12))
    other.add_user("X")
    case.put(allow("*", Principal={"AWS": other.arn("user", "X")}))
    client = other.client_of("X")

    def let(*statements):
        other.iam.put_user_policy(UserName="X", PolicyName="p", PolicyDocument=policy(*statements))
        return client

    let.account = other.id
    return let


def test_c31_c32_a_name_is_the_callers_own_and_so_is_a_default_key(case, stranger):
    with refused("ResourceNotFoundException"):
        stranger(allow("*")).get_secret_value(SecretId="app/db")
    with refused("InvalidRequestException"):
        stranger(allow("*")).get_secret_value(SecretId=case.arn)


def test_c33_c34_a_customer_key_must_be_granted_on_both_sides(case, stranger):
    kms = case.account.server.client(key=case.account.id, service="kms")
    key = kms.create_key(Policy=policy(
        allow("kms:*", Principal={"AWS": [case.account.id, stranger.account]})))["KeyMetadata"]
    case.root.update_secret(SecretId="app/db", KmsKeyId=key["Arn"])
    with refused(DENIED, KMS_DENIED):
        stranger(allow("GetSecretValue")).get_secret_value(SecretId=case.arn)
    client = stranger(allow("GetSecretValue", "kms:Decrypt"))
    assert client.get_secret_value(SecretId=case.arn)["SecretString"] == "value"


# Keys, and the rest.

def test_c36_c37_only_what_is_sealed_asks_for_kms(case):
    kms = case.account.server.client(key=case.account.id, service="kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    case.root.update_secret(SecretId="app/db", KmsKeyId=key)
    user = case.let(allow("UpdateSecret"))
    user.update_secret(SecretId="app/db", Description="d")
    with refused(DENIED, KMS_DENIED):
        user.update_secret(SecretId="app/db", SecretString="w")


def test_c38_c39_a_change_holds_for_the_next_call(case):
    iam = case.account.iam
    case.let(allow("GetSecretValue")).get_secret_value(SecretId="app/db")
    iam.delete_user_policy(UserName="U", PolicyName="p")
    with case.denied("GetSecretValue", case.arn):
        case.user.get_secret_value(SecretId="app/db")
    case.let(allow("GetSecretValue")).get_secret_value(SecretId="app/db")
    [key] = iam.list_access_keys(UserName="U")["AccessKeyMetadata"]
    iam.update_access_key(UserName="U", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with refused("UnrecognizedClientException"):
        case.user.get_secret_value(SecretId="app/db")


def test_c42_a_null_parameter_is_none(case):
    key = case.account.iam.create_access_key(UserName="U")["AccessKey"]
    case.let(allow("GetSecretValue", Condition={"StringEquals": {
        "secretsmanager:VersionStage": "AWSCURRENT"}}))
    raw = case.account.server.raw(key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    raw("GetSecretValue", {"SecretId": "app/db", "VersionStage": None}).expect_refusal(DENIED)
    raw("GetSecretValue", {"SecretId": "app/db", "VersionStage": "AWSCURRENT"}).expect_success()
