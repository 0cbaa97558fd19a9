"""Roles and sessions: who may assume a role, what a session may do, and when it ends."""

import datetime
import json
import re

import pytest

from support import REGION, UNKNOWN_KEY, Server, refused, shared_session, without_metadata

OWN, OTHER = "111122223333", "444455556666"
EXPIRED = "The security token included in the request is expired"
ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
READ = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
EVERYTHING = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal, action="sts:AssumeRole", **members):
    return document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action,
                     **members})


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("sts"), ephemeral=True, arguments=["--enforce-iam"])
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connect(server):
    """A client of a service, by an account's root key or by the credentials of a reply."""
    def connect(service, who):
        keys = {"aws_access_key_id": who, "aws_secret_access_key": "test"}
        if isinstance(who, dict):
            keys = {"aws_access_key_id": who["AccessKeyId"],
                    "aws_secret_access_key": who["SecretAccessKey"],
                    "aws_session_token": who.get("SessionToken")}
        return shared_session().client(service, region_name=REGION, endpoint_url=server.url,
                                       verify=server.ca_bundle, **keys)
    return connect


@pytest.fixture
def make_user(connect, name):
    """Makes a user with a policy of these statements; answers the key."""
    made = []

    def make(account, *statements):
        iam = connect("iam", account)
        user = f"{name}-{len(made)}"
        made.append(user)
        iam.create_user(UserName=user)
        if statements:
            iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document(*statements))
        return iam.create_access_key(UserName=user)["AccessKey"]
    return make


@pytest.fixture
def make_role(connect, name):
    """Makes a role with a policy of these statements; answers its ARN."""
    def make(trust_policy, *statements, account=OWN, suffix="", **members):
        iam = connect("iam", account)
        role = iam.create_role(RoleName=name + suffix, AssumeRolePolicyDocument=trust_policy,
                               **members)["Role"]
        if statements:
            iam.put_role_policy(RoleName=role["RoleName"], PolicyName="p",
                                PolicyDocument=document(*statements))
        return role["Arn"]
    return make


@pytest.fixture
def secret(connect, name):
    return connect("secretsmanager", OWN).create_secret(Name=name, SecretString="value")["ARN"]


def assume(client, role, **parameters):
    return client.assume_role(RoleArn=role, RoleSessionName="s1", **parameters)


# Roles.

def test_a_role_from_creation_to_deletion(connect, name):
    iam = connect("iam", OWN)
    made = iam.create_role(RoleName=name, Path="/app/", AssumeRolePolicyDocument=trust(OWN),
                           Description="first", Tags=[{"Key": "team", "Value": "red"}])["Role"]
    assert made["Arn"] == f"arn:aws:iam::{OWN}:role/app/{name}"
    assert re.fullmatch("AROA[A-Z2-7]{17}", made["RoleId"])
    assert made["AssumeRolePolicyDocument"] == json.loads(trust(OWN))
    assert made["MaxSessionDuration"] == 3600
    with refused("EntityAlreadyExists", f"Role with name {name.upper()} already exists.", 409):
        iam.create_role(RoleName=name.upper(), AssumeRolePolicyDocument=trust(OWN))

    iam.update_role(RoleName=name, Description="second", MaxSessionDuration=7200)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(OTHER))
    iam.tag_role(RoleName=name, Tags=[{"Key": "Team", "Value": "blue"}, {"Key": "a", "Value": ""}])
    iam.untag_role(RoleName=name, TagKeys=["a"])
    role = iam.get_role(RoleName=name)["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("second", 7200)
    assert role["AssumeRolePolicyDocument"] == json.loads(trust(OTHER))
    assert role["Tags"] == [{"Key": "Team", "Value": "blue"}]
    assert iam.list_role_tags(RoleName=name)["Tags"] == role["Tags"]
    assert name in [r["RoleName"] for r in iam.list_roles(PathPrefix="/app/")["Roles"]]

    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(READ))
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["p"]
    assert iam.get_role_policy(RoleName=name, PolicyName="p")["PolicyDocument"] == json.loads(
        document(READ))
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first.", 409):
        iam.delete_role(RoleName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    with refused("NoSuchEntity", "The role policy with name p cannot be found.", 404):
        iam.get_role_policy(RoleName=name, PolicyName="p")
    iam.delete_role(RoleName=name)
    with refused("NoSuchEntity", f"The role with name {name} cannot be found.", 404):
        iam.get_role(RoleName=name)


@pytest.mark.parametrize("policy", [
    "{", document(), document(ASSUME), trust(OWN, Resource="*"),
    json.dumps({"Version": "2020-01-01", "Statement": json.loads(trust(OWN))["Statement"]}),
])
def test_what_is_no_trust_policy_is_refused(connect, name, policy):
    with refused("MalformedPolicyDocument"):
        connect("iam", OWN).create_role(RoleName=name, AssumeRolePolicyDocument=policy)


# Sessions.

def test_a_role_of_the_same_account(connect, make_user, make_role, name, secret):
    user = make_user(OWN, ASSUME)
    role = make_role(trust(OWN), READ, Path="/app/")
    sts = connect("sts", user)

    reply = without_metadata(assume(sts, role))

    credentials = reply["Credentials"]
    assert re.fullmatch("ASIA[A-Z2-7]{16}", credentials["AccessKeyId"])
    assert re.fullmatch("[A-Za-z0-9+/]{40}", credentials["SecretAccessKey"])
    assert len(credentials["SessionToken"]) < 4096
    length = credentials["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert 3500 < length.total_seconds() <= 3600 + 1
    session_arn = f"arn:aws:sts::{OWN}:assumed-role/{name}/s1"
    role_id = connect("iam", OWN).get_role(RoleName=name)["Role"]["RoleId"]
    assert reply["AssumedRoleUser"] == {"Arn": session_arn, "AssumedRoleId": f"{role_id}:s1"}
    assert "PackedPolicySize" not in reply
    identity = without_metadata(connect("sts", credentials).get_caller_identity())
    assert identity == {"Account": OWN, "Arn": session_arn, "UserId": f"{role_id}:s1"}
    secrets = connect("secretsmanager", credentials)
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "value"
    with refused("AccessDeniedException", re.compile(
            rf"User: {session_arn} is not authorized to perform: secretsmanager:DeleteSecret .*"
            "because no identity-based policy allows .*")):
        secrets.delete_secret(SecretId=secret)


def test_a_role_of_another_account(connect, make_user, make_role, secret):
    condition = {"StringEquals": {"sts:ExternalId": "x-1"}}
    role = make_role(trust(OTHER, Condition=condition), READ)
    denied = re.compile(".* is not authorized to perform: sts:AssumeRole on resource: " + role)
    with refused("AccessDenied", denied, 403):
        assume(connect("sts", make_user(OTHER)), role, ExternalId="x-1")
    sts = connect("sts", make_user(OTHER, ASSUME))
    with refused("AccessDenied", denied, 403):
        assume(sts, role)

    session = assume(sts, role, ExternalId="x-1")["Credentials"]

    assert connect("secretsmanager", session).get_secret_value(SecretId=secret)["ARN"] == secret


def test_who_is_not_trusted_learns_nothing(connect, make_user, make_role, name):
    role = make_role(trust("arn:aws:iam::999988887777:user/bob"))
    sts = connect("sts", make_user(OWN, ASSUME))
    for arn in (role, role + "-missing"):
        with refused("AccessDenied", re.compile(
                f"User: arn:aws:iam::{OWN}:user/{name}-0 is not authorized to perform: "
                f"sts:AssumeRole on resource: {arn}"), 403):
            assume(sts, arn)
    with refused("AccessDenied", "Roles may not be assumed by root accounts.", 403):
        assume(connect("sts", OWN), role)


def test_nobody_can_be_kept_from_asking_who_he_is(connect, make_user, make_role):
    nothing = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    user = make_user(OWN, nothing)
    role = make_role(trust(OWN), nothing)
    session = assume(connect("sts", make_user(OWN, ASSUME)), role, Policy=document(nothing))
    for who in (user, session["Credentials"]):
        assert connect("sts", who).get_caller_identity()["Account"] == OWN


def test_a_session_policy_narrows(connect, make_user, make_role, secret):
    role = make_role(trust(OWN), READ, {**EVERYTHING, "Action": "secretsmanager:DescribeSecret"})
    sts = connect("sts", make_user(OWN, ASSUME))

    reply = assume(sts, role, Policy=document(EVERYTHING | {
        "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DeleteSecret"]}))

    assert 0 < reply["PackedPolicySize"] <= 100
    secrets = connect("secretsmanager", reply["Credentials"])
    secrets.get_secret_value(SecretId=secret)
    with refused("AccessDeniedException", re.compile(".*because no session policy allows .*")):
        secrets.describe_secret(SecretId=secret)
    with refused("AccessDeniedException", re.compile(".*because no identity-based policy .*")):
        secrets.delete_secret(SecretId=secret)
    with refused("MalformedPolicyDocument"):
        assume(sts, role, Policy="{}")


def test_session_tags_win_and_go_along_the_chain(connect, make_user, make_role, secret):
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    user = make_user(OWN, {**ASSUME, "Action": actions})
    blue = {"StringEquals": {"aws:PrincipalTag/team": "blue", "aws:SourceIdentity": "alice"},
            "DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}}
    grants = [{**READ, "Condition": blue}, {**ASSUME, "Action": actions}]
    members = {"Tags": [{"Key": "Team", "Value": "red"}]}
    first = make_role(trust(OWN, actions), *grants, **members)
    second = make_role(trust(OWN, actions), *grants, suffix="-2", **members)
    sts = connect("sts", user)
    plain = assume(sts, first)["Credentials"]

    reply = assume(sts, first, Tags=[{"Key": "team", "Value": "blue"}],
                   TransitiveTagKeys=["team"], SourceIdentity="alice")
    chained = assume(connect("sts", reply["Credentials"]), second)

    assert reply["SourceIdentity"] == chained["SourceIdentity"] == "alice"
    for session in (reply, chained):
        connect("secretsmanager", session["Credentials"]).get_secret_value(SecretId=secret)
    with refused("AccessDeniedException"):
        connect("secretsmanager", plain).get_secret_value(SecretId=secret)
    with refused("InvalidParameterValue", re.compile("One of the specified transitive tag keys .*")):
        assume(connect("sts", reply["Credentials"]), second,
               Tags=[{"Key": "Team", "Value": "x"}], TransitiveTagKeys=["Team"])


def test_requests_that_are_refused(connect, make_user, make_role):
    role = make_role(trust(OWN), ASSUME, MaxSessionDuration=7200)
    sts = connect("sts", make_user(OWN, ASSUME))
    chained = connect("sts", assume(sts, role)["Credentials"])
    assert assume(chained, role, DurationSeconds=3600)
    with refused("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration "
                 "set for this role."):
        assume(sts, role, DurationSeconds=7201)
    with refused("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit "
                 "for roles assumed by role chaining."):
        assume(chained, role, DurationSeconds=7200)
    with refused("ValidationError", "1 validation error detected: Value 'Session1:2' at "
                 "'roleSessionName' failed to satisfy constraint: Member must satisfy regular "
                 r"expression pattern: [\w+=,.@-]*"):
        sts.assume_role(RoleArn=role, RoleSessionName="Session1:2")
    with refused("ValidationError", "arn:aws:iam::111122223333:user/alice is invalid"):
        assume(sts, f"arn:aws:iam::{OWN}:user/alice")
    with refused("InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are "
                 "case insensitive."):
        assume(sts, role, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
    with refused("InvalidParameterValue", "The specified transitive tag key must be included in "
                 "the requested tags."):
        assume(sts, role, TransitiveTagKeys=["a"])
    with refused("PackedPolicyTooLarge"):
        assume(sts, role, Tags=[{"Key": f"k{i}", "Value": "v" * 256} for i in range(50)])
    with refused("AccessDenied", re.compile(".* perform: sts:TagSession on resource: .*"), 403):
        assume(sts, role, Tags=[{"Key": "a", "Value": "1"}])


# The end of a session.

def test_what_happens_to_the_role_happens_to_its_sessions(connect, make_user, make_role, name,
                                                          secret):
    role = make_role(trust(OWN), READ)
    session = assume(connect("sts", make_user(OWN, ASSUME)), role)["Credentials"]
    secrets, iam = connect("secretsmanager", session), connect("iam", OWN)
    secrets.get_secret_value(SecretId=secret)

    iam.delete_role_policy(RoleName=name, PolicyName="p")
    with refused("AccessDeniedException"):
        secrets.get_secret_value(SecretId=secret)
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(READ))
    secrets.get_secret_value(SecretId=secret)
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    iam.delete_role(RoleName=name)
    make_role(trust(OWN), READ)  # Another one of the same name.
    with refused("UnrecognizedClientException", UNKNOWN_KEY):
        secrets.get_secret_value(SecretId=secret)
    with refused("InvalidClientTokenId", UNKNOWN_KEY, 403):
        connect("sts", session).get_caller_identity()


def test_a_token_belongs_to_one_key(connect, make_user, make_role):
    user = make_user(OWN, ASSUME)
    sts = connect("sts", user)
    role = make_role(trust(OWN))
    one, two = (assume(sts, role)["Credentials"] for _ in range(2))
    for who in ({**one, "SessionToken": two["SessionToken"]}, {**one, "SessionToken": None},
                {**one, "SessionToken": "x" + one["SessionToken"][1:]},
                {**user, "SessionToken": one["SessionToken"]}):
        with refused("InvalidClientTokenId", UNKNOWN_KEY, 403):
            connect("sts", who).get_caller_identity()
    with refused("SignatureDoesNotMatch", None, 403):
        connect("sts", {**one, "SecretAccessKey": two["SecretAccessKey"]}).get_caller_identity()
    assert connect("sts", one).get_caller_identity()["Account"] == OWN


def test_temporary_credentials_of_a_user(connect, make_user, make_role, name, secret):
    user = make_user(OWN, READ, ASSUME, {"Effect": "Allow", "Action": "iam:*", "Resource": "*"})
    session = connect("sts", user).get_session_token(DurationSeconds=900)["Credentials"]
    sts = connect("sts", session)

    identity = sts.get_caller_identity()

    assert identity["Arn"] == f"arn:aws:iam::{OWN}:user/{name}-0"
    connect("secretsmanager", session).get_secret_value(SecretId=secret)
    assert assume(sts, make_role(trust(OWN)))["Credentials"]
    with refused("InvalidClientTokenId", UNKNOWN_KEY, 403):
        connect("iam", session).list_users()
    with refused("AccessDenied", "Cannot call GetSessionToken with session credentials", 403):
        sts.get_session_token()
    root = connect("sts", connect("sts", OWN).get_session_token()["Credentials"])
    assert root.get_caller_identity()["Arn"] == f"arn:aws:iam::{OWN}:root"


def test_a_federated_user(connect, make_user, secret):
    federate = {"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"}
    with refused("AccessDenied", re.compile(".* perform: sts:GetFederationToken on resource: .*"),
                 403):
        connect("sts", make_user(OWN)).get_federation_token(Name="bob")
    user = connect("sts", make_user(OWN, federate, READ))

    plain = user.get_federation_token(Name="bob")
    limited = user.get_federation_token(Name="bob", Policy=document(EVERYTHING))

    arn = f"arn:aws:sts::{OWN}:federated-user/bob"
    assert plain["FederatedUser"] == {"Arn": arn, "FederatedUserId": f"{OWN}:bob"}
    assert connect("sts", plain["Credentials"]).get_caller_identity()["Arn"] == arn
    secrets = connect("secretsmanager", limited["Credentials"])
    secrets.get_secret_value(SecretId=secret)
    with refused("AccessDeniedException", re.compile(".* no identity-based policy allows .*")):
        secrets.describe_secret(SecretId=secret)
    with refused("AccessDeniedException", re.compile(".* no session policy allows .*")):
        connect("secretsmanager", plain["Credentials"]).get_secret_value(SecretId=secret)
    with refused("InvalidClientTokenId", UNKNOWN_KEY, 403):
        connect("iam", limited["Credentials"]).list_users()
    with refused("AccessDenied", None, 403):
        connect("sts", limited["Credentials"]).get_federation_token(Name="eve")


def test_a_session_expires(connect, make_user, make_role, server, secret):
    """By the server's clock, which also dates sessions; the last test here, since it moves it."""
    sts = connect("sts", make_user(OWN, ASSUME))
    role = make_role(trust(OWN), READ)
    short, long = (assume(sts, role, DurationSeconds=d)["Credentials"] for d in (900, 3600))

    server.advance(seconds=901)

    connect("secretsmanager", long).get_secret_value(SecretId=secret)
    with refused("ExpiredTokenException", EXPIRED):
        connect("secretsmanager", short).get_secret_value(SecretId=secret)
    with refused("ExpiredToken", EXPIRED, 403):
        connect("sts", short).get_caller_identity()
    with refused("ExpiredToken", EXPIRED, 403):
        connect("sts", {**short, "SecretAccessKey": "wrong"}).get_caller_identity()
