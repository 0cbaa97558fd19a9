"""What policies allow and deny, over real calls; the modes of the development profile."""

import json

import pytest

from support import arn_pattern, refused

DENIED = "AccessDeniedException"


def statement(action, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory):
    from support import Server
    server = Server(tmp_path_factory.mktemp("enforcing"), ephemeral=True,
                    arguments=["--enforce-iam"]).start()
    yield server
    server.stop()


def user(server, account, name, *statements, tags=()):
    """Clients of a new user with one inline policy: a function from services to clients."""
    iam = server.client(key=account, service="iam")
    iam.create_user(UserName=name, Tags=[{"Key": key, "Value": value} for key, value in tags])
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return lambda service="secretsmanager", **more: server.client(
        key=key["AccessKeyId"], secret=key["SecretAccessKey"], service=service, **more)


def denial(account, name, action, rest):
    return (f"User: arn:aws:iam::{account}:user/{name} is not authorized to perform: "
            f"secretsmanager:{action}{rest}")


@pytest.fixture
def root(enforcing, account):
    return enforcing.client(key=account)


def test_a_user_with_one_arn_reads_that_secret_alone(enforcing, root, account):
    arn = root.create_secret(Name="app/db", SecretString="value")["ARN"]
    root.create_secret(Name="app/other", SecretString="value")
    alice = user(enforcing, account, "alice", statement("secretsmanager:GetSecretValue", arn))()

    assert alice.get_secret_value(SecretId="app/db")["SecretString"] == "value"
    assert alice.get_secret_value(SecretId=arn)["SecretString"] == "value"
    for missing_or_forbidden in ("app/none", "app/x"):
        with refused(DENIED, denial(
                account, "alice", "GetSecretValue",
                f" on resource: {missing_or_forbidden} because no identity-based policy allows the "
                "secretsmanager:GetSecretValue action")):
            alice.get_secret_value(SecretId=missing_or_forbidden)
    other = root.describe_secret(SecretId="app/other")["ARN"]
    with refused(DENIED, denial(
            account, "alice", "GetSecretValue", f" on resource: {other} because no identity-based "
            "policy allows the secretsmanager:GetSecretValue action")):
        alice.get_secret_value(SecretId="app/other")
    with refused(DENIED):
        alice.delete_secret(SecretId="app/db")
    with refused(DENIED, denial(
            account, "alice", "ListSecrets", " because no identity-based policy allows the "
            "secretsmanager:ListSecrets action")):
        alice.list_secrets()


def test_deny_overrides(enforcing, root, account):
    root.create_secret(Name="a", SecretString="value")
    alice = user(enforcing, account, "alice", statement("*"),
                 statement("secretsmanager:Get*", effect="Deny"))()
    alice.describe_secret(SecretId="a")
    arn = root.describe_secret(SecretId="a")["ARN"]
    with refused(DENIED, denial(account, "alice", "GetSecretValue",
                                f" on resource: {arn} with an explicit deny in an identity-based "
                                "policy")):
        alice.get_secret_value(SecretId="a")


def test_access_by_tag(enforcing, root, account):
    for team in ("red", "blue"):
        root.create_secret(Name=team, SecretString=team, Tags=[{"Key": "team", "Value": team}])
    same_team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    alice = user(enforcing, account, "alice",
                 statement("secretsmanager:GetSecretValue", Condition=same_team),
                 tags=[("team", "red")])()
    assert alice.get_secret_value(SecretId="red")["SecretString"] == "red"
    with refused(DENIED):
        alice.get_secret_value(SecretId="blue")
    # With the tag goes the access.
    root.tag_resource(SecretId="red", Tags=[{"Key": "team", "Value": "blue"}])
    with refused(DENIED):
        alice.get_secret_value(SecretId="red")


def test_conditions_on_the_stage_and_on_the_account(enforcing, root, account):
    root.create_secret(Name="a", SecretString="value")
    stage = {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}
    alice = user(enforcing, account, "alice",
                 statement("secretsmanager:GetSecretValue", Condition=stage))()
    alice.get_secret_value(SecretId="a", VersionStage="AWSCURRENT")
    with refused(DENIED):
        alice.get_secret_value(SecretId="a")

    bob = user(enforcing, account, "bob")()
    root.put_resource_policy(SecretId="a", ResourcePolicy=document(statement(
        "secretsmanager:GetSecretValue", Principal="*",
        Condition={"StringEquals": {"aws:PrincipalAccount": account}})))
    assert bob.get_secret_value(SecretId="a")["SecretString"] == "value"


def test_a_policy_takes_effect_with_the_next_call(enforcing, root, account):
    root.create_secret(Name="a", SecretString="value")
    alice = user(enforcing, account, "alice")
    reader = alice()
    with refused(DENIED):
        reader.get_secret_value(SecretId="a")
    iam = enforcing.client(key=account, service="iam")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(
        statement("secretsmanager:GetSecretValue")))
    reader.get_secret_value(SecretId="a")
    iam.delete_user_policy(UserName="alice", PolicyName="p")
    with refused(DENIED):
        reader.get_secret_value(SecretId="a")


def test_another_account_needs_both_sides(enforcing, root, account):
    other = str((int(account) + 1) % 10**12).zfill(12)
    arn = root.create_secret(Name="shared", SecretString="value")["ARN"]
    bob = user(enforcing, other, "bob", statement("secretsmanager:*"))()
    with refused(DENIED):
        bob.describe_secret(SecretId=arn)
    root.put_resource_policy(SecretId="shared", ResourcePolicy=document(statement(
        "secretsmanager:*", Principal={"AWS": other})))
    assert arn_pattern("shared", account).fullmatch(bob.describe_secret(SecretId=arn)["ARN"])
    with refused("InvalidRequestException",
                 "You can't access a secret from a different AWS account if you encrypt the secret "
                 "with the default KMS service key."):
        bob.get_secret_value(SecretId=arn)
    assert bob.list_secrets()["SecretList"] == []


def test_tags_at_creation_need_their_own_permission(enforcing, root, account):
    alice = user(enforcing, account, "alice", statement("secretsmanager:CreateSecret"))()
    alice.create_secret(Name="plain", SecretString="value")
    with refused(DENIED, denial(
            account, "alice", "TagResource", " on resource: tagged because no identity-based policy "
            "allows the secretsmanager:TagResource action")):
        alice.create_secret(Name="tagged", SecretString="v", Tags=[{"Key": "k", "Value": "v"}])
    with refused("ResourceNotFoundException"):
        root.describe_secret(SecretId="tagged")


def test_a_batch_says_which_secrets_are_denied(enforcing, root, account):
    arn = root.create_secret(Name="mine", SecretString="value")["ARN"]
    root.create_secret(Name="theirs", SecretString="value")
    alice = user(enforcing, account, "alice", statement("secretsmanager:BatchGetSecretValue"),
                 statement("secretsmanager:GetSecretValue", arn))()
    answer = alice.batch_get_secret_value(SecretIdList=["mine", "theirs"])
    assert [value["Name"] for value in answer["SecretValues"]] == ["mine"]
    assert [error["ErrorCode"] for error in answer["Errors"]] == [DENIED]


def test_users_manage_identities_only_as_policies_say(enforcing, account):
    own = f"arn:aws:iam::{account}:user/alice"
    alice = user(enforcing, account, "alice", statement("iam:*AccessKey*", own))("iam")
    assert len(alice.list_access_keys()["AccessKeyMetadata"]) == 1
    with refused("AccessDenied", f"User: {own} is not authorized to perform: iam:CreateUser on "
                 f"resource: arn:aws:iam::{account}:user/eve because no identity-based policy "
                 "allows the iam:CreateUser action", 403):
        alice.create_user(UserName="eve")


def test_nobody_can_take_get_caller_identity_away(enforcing, account):
    alice = user(enforcing, account, "alice", statement("*", effect="Deny"))
    assert alice("sts").get_caller_identity()["Arn"].endswith(":user/alice")


@pytest.mark.parametrize("arguments, environment, is_allowed", [
    ([], {}, True),
    (["--enforce-iam"], {}, False),
    ([], {"ENFORCE_IAM": "1"}, False),
    ([], {"ENFORCE_IAM": "0"}, True),
    ([], {"COFFER_ENFORCE_IAM": "true"}, False),
    (["--iam-soft-mode"], {}, True),
])
def test_who_lets_policies_decide(make_server, arguments, environment, is_allowed):
    server = make_server(ephemeral=True, arguments=arguments, environment=environment).start()
    server.client().create_secret(Name="a", SecretString="value")
    alice = user(server, "000000000000", "alice")()
    if is_allowed:
        alice.get_secret_value(SecretId="a")
    else:
        with refused(DENIED):
            alice.get_secret_value(SecretId="a")
    would_be_denied = "access.would_be_denied" in server.log
    assert would_be_denied == ("--iam-soft-mode" in arguments)
