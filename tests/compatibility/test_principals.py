"""Who policies name: principals must exist where policies are enforced, and a grant is to the user
or role who had the name when the policy was stored, not to the name."""

import json

import pytest

from iam_support import READ, Account
from support import refused

MALFORMED = "MalformedPolicyDocumentException"
UNSUPPORTED = "This resource policy contains an unsupported principal."
INVALID_IN_KEY = "Policy contains a statement with one or more invalid principals."


def policy(principal, action, *, element="Principal", effect="Allow", resource="*", also=()):
    """A policy of one statement, and of those in `also`."""
    statement = {"Effect": effect, element: {"AWS": principal}, "Action": action}
    if resource:
        statement["Resource"] = resource
    return {"Version": "2012-10-17", "Statement": [statement, *also]}


def trust(principal):
    return json.dumps(policy(principal, "sts:AssumeRole", resource=None))


def named(document):
    """The principals of the first statement of a policy, as a text or as botocore reads it."""
    document = json.loads(document) if isinstance(document, str) else document
    statement = document["Statement"][0]
    return (statement.get("Principal") or statement["NotPrincipal"])["AWS"]


class Place:
    """Where a policy with principals is put and shown: on a secret, on a key, on a role."""

    def __init__(self, account):
        self.account = account
        self.iam, self.secrets = account.iam, account.secrets
        self.kms = account.server.client(key=account.id, service="kms")
        self.setup()


class OnSecret(Place):
    def setup(self):
        self.secrets.create_secret(Name="place", SecretString="value")

    def put(self, principal):
        self.secrets.put_resource_policy(SecretId="place", ResourcePolicy=json.dumps(
            policy(principal, "secretsmanager:GetSecretValue")))

    def shown(self):
        return named(self.secrets.get_resource_policy(SecretId="place")["ResourcePolicy"])

    def refuses(self, principal):
        with refused(MALFORMED, UNSUPPORTED):
            self.put(principal)

    def use(self, client_of):
        client_of("secretsmanager").get_secret_value(SecretId="place")

    denied = "AccessDeniedException", 400


class OnKey(Place):
    def setup(self):
        self.key = self.kms.create_key()["KeyMetadata"]["KeyId"]

    def document(self, principal):
        root = {"Effect": "Allow", "Principal": {"AWS": self.account.id}, "Action": "kms:*",
                "Resource": "*"}
        return json.dumps(policy(principal, "kms:DescribeKey", also=[root]))

    def put(self, principal):
        self.kms.put_key_policy(KeyId=self.key, Policy=self.document(principal))

    def shown(self):
        return named(self.kms.get_key_policy(KeyId=self.key)["Policy"])

    def refuses(self, principal):
        with refused(MALFORMED, INVALID_IN_KEY):
            self.put(principal)
        with refused(MALFORMED, INVALID_IN_KEY):
            self.kms.create_key(Policy=self.document(principal))

    def use(self, client_of):
        client_of("kms").describe_key(KeyId=self.key)

    denied = "AccessDeniedException", 400


class OnRole(Place):
    def setup(self):
        self.role = self.iam.create_role(
            RoleName="place", AssumeRolePolicyDocument=trust(self.account.id))["Role"]["Arn"]

    def put(self, principal):
        self.iam.update_assume_role_policy(RoleName="place", PolicyDocument=trust(principal))

    def shown(self):
        got = named(self.iam.get_role(RoleName="place")["Role"]["AssumeRolePolicyDocument"])
        listed = [role for role in self.iam.list_roles()["Roles"] if role["RoleName"] == "place"]
        assert named(listed[0]["AssumeRolePolicyDocument"]) == got
        return got

    def refuses(self, principal):
        text = f'Invalid principal in policy: "AWS":"{principal}"'
        with refused("MalformedPolicyDocument", text):
            self.put(principal)
        with refused("MalformedPolicyDocument", text):
            self.iam.create_role(RoleName="other", AssumeRolePolicyDocument=trust(principal))

    def use(self, client_of):
        client_of("sts").assume_role(RoleArn=self.role, RoleSessionName="session")

    denied = "AccessDenied", 403


PLACES = pytest.mark.parametrize("make", [OnSecret, OnKey, OnRole])


def connect(account, user):
    """A function from services to clients of the user."""
    key = account.iam.create_access_key(UserName=user)["AccessKey"]
    return lambda service: account.server.client(key["AccessKeyId"], key["SecretAccessKey"],
                                                 service=service)


def assume(account, role, user):
    """The same for a session of the role."""
    session = connect(account, user)("sts").assume_role(
        RoleArn=role, RoleSessionName="session")["Credentials"]
    return lambda service: account.server.client(
        session["AccessKeyId"], session["SecretAccessKey"], token=session["SessionToken"],
        service=service)


def delete_user(account, name):
    for key in account.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        account.iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    account.iam.delete_user(UserName=name)


@PLACES
@pytest.mark.parametrize("principal", [
    "arn:aws:iam::{account}:user/ghost", "arn:aws:iam::{account}:role/ghost",
    "arn:aws:iam::{account}:user/Alice", "arn:aws:iam::{account}:user/team/alice",
    "arn:aws:sts::{account}:assumed-role/ghost/session", "AIDAAAAAAAAAAAAAAAAAA",
    "AROAAAAAAAAAAAAAAAAAA"])
def test_a_principal_must_exist(strict_account, make, principal):
    strict_account.add_user("alice")
    place = make(strict_account)
    place.put(strict_account.arn("user", "alice"))

    place.refuses(principal.format(account=strict_account.id))

    assert place.shown() == strict_account.arn("user", "alice")


@PLACES
@pytest.mark.parametrize("principal", [
    "arn:aws:iam::999988887777:user/ghost", "arn:aws:iam::999988887777:role/path/ghost",
    "arn:aws:sts::999988887777:assumed-role/ghost/session", "999988887777",
    "arn:aws:iam::999988887777:root", "*"])
def test_who_is_of_an_account_elsewhere_is_accepted_as_he_is_written(strict_account, make,
                                                                    principal):
    place = make(strict_account)
    place.put(principal)
    assert place.shown() == principal


@PLACES
def test_where_policies_are_not_enforced_anybody_can_be_named(lone_account, make):
    lone_account.add_user("alice")
    place = make(lone_account)
    both = [lone_account.arn("user", "ghost"), lone_account.arn("user", "alice")]
    place.put(both)
    assert place.shown() == both
    # Who existed is known, who did not is a name.
    alice = lone_account.iam.get_user(UserName="alice")["User"]["UserId"]
    delete_user(lone_account, "alice")
    lone_account.add_user("alice")
    assert place.shown() == [both[0], alice]


@PLACES
def test_who_comes_back_under_an_old_name_is_somebody_else(strict_account, make):
    place = make(strict_account)
    strict_account.add_user("alice")
    first = strict_account.iam.get_user(UserName="alice")["User"]["UserId"]
    place.put(strict_account.arn("user", "alice"))
    place.use(connect(strict_account, "alice"))
    assert place.shown() == strict_account.arn("user", "alice")

    delete_user(strict_account, "alice")
    assert place.shown() == first
    strict_account.add_user("alice")
    again = connect(strict_account, "alice")

    assert place.shown() == first
    with refused(place.denied[0], status=place.denied[1]):
        place.use(again)
    place.refuses(first)
    place.put(strict_account.arn("user", "alice"))
    place.use(again)


@PLACES
def test_a_new_name_or_path_takes_the_grant_along(strict_account, make):
    place = make(strict_account)
    strict_account.add_user("alice", Path="/one/")
    alice = connect(strict_account, "alice")
    place.put(strict_account.arn("user", "alice", "/one/"))
    place.use(alice)

    strict_account.iam.update_user(UserName="alice", NewUserName="alicia", NewPath="/two/")

    place.use(alice)
    assert place.shown() == strict_account.arn("user", "alicia", "/two/")
    strict_account.add_user("alice", Path="/one/")
    with refused(place.denied[0], status=place.denied[1]):
        place.use(connect(strict_account, "alice"))


@PLACES
def test_a_role_is_known_like_a_user(strict_account, make):
    place = make(strict_account)
    strict_account.add_user("alice")
    made = strict_account.iam.create_role(
        RoleName="reader", Path="/svc/",
        AssumeRolePolicyDocument=trust(strict_account.arn("user", "alice")))["Role"]
    session = assume(strict_account, made["Arn"], "alice")
    place.put([made["Arn"], strict_account.id])
    assert place.shown() == [made["Arn"], strict_account.id]
    place.use(session)

    strict_account.iam.delete_role(RoleName="reader")
    assert place.shown() == [made["RoleId"], strict_account.id]
    strict_account.iam.create_role(
        RoleName="reader", Path="/svc/",
        AssumeRolePolicyDocument=trust(strict_account.arn("user", "alice")))

    assert place.shown() == [made["RoleId"], strict_account.id]
    with refused(place.denied[0], status=place.denied[1]):
        place.use(assume(strict_account, made["Arn"], "alice"))


@PLACES
def test_a_session_stays_a_name(strict_account, make):
    place = make(strict_account)
    strict_account.add_user("alice")
    trusted = trust(strict_account.arn("user", "alice"))
    role = strict_account.iam.create_role(
        RoleName="reader", AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    session_arn = f"arn:aws:sts::{strict_account.id}:assumed-role/reader/session"
    place.put(session_arn)
    place.use(assume(strict_account, role, "alice"))

    strict_account.iam.delete_role(RoleName="reader")

    assert place.shown() == session_arn


def test_a_user_given_by_his_id_is_shown_by_his_arn(strict_account):
    place = OnSecret(strict_account)
    strict_account.add_user("alice")
    place.put(strict_account.iam.get_user(UserName="alice")["User"]["UserId"])
    assert place.shown() == strict_account.arn("user", "alice")
    place.use(connect(strict_account, "alice"))


def test_not_principal_spares_a_person_not_a_name(strict_account):
    place = OnSecret(strict_account)
    strict_account.add_user("alice")
    strict_account.iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=READ)
    alice = connect(strict_account, "alice")
    spared = [strict_account.id, strict_account.arn("user", "alice")]
    strict_account.secrets.put_resource_policy(SecretId="place", ResourcePolicy=json.dumps(
        policy(spared, "secretsmanager:GetSecretValue", element="NotPrincipal", effect="Deny")))
    place.use(alice)

    strict_account.iam.update_user(UserName="alice", NewUserName="alicia")
    place.use(alice)
    assert place.shown() == [strict_account.id, strict_account.arn("user", "alicia")]
    strict_account.add_user("alice")
    strict_account.iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=READ)
    with refused("AccessDeniedException"):
        place.use(connect(strict_account, "alice"))


def test_validation_misses_them_too(strict_account):
    with refused(MALFORMED, UNSUPPORTED):
        strict_account.secrets.validate_resource_policy(ResourcePolicy=json.dumps(
            policy(strict_account.arn("user", "ghost"), "secretsmanager:*")))


@pytest.mark.parametrize("name", ["nothing.example.com", "rds", "RDS.amazonaws.com"])
def test_services_that_cannot_be(strict_account, name):
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": name}, "Action": "secretsmanager:*",
         "Resource": "*"}]}
    strict_account.secrets.create_secret(Name="a", SecretString="value")
    with refused(MALFORMED, "This resource policy contains an unsupported service principal."):
        strict_account.secrets.put_resource_policy(SecretId="a",
                                                   ResourcePolicy=json.dumps(document))
    document["Statement"][0]["Action"] = "sts:AssumeRole"
    del document["Statement"][0]["Resource"]
    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "SERVICE":"{name}"'):
        strict_account.iam.create_role(RoleName="R", AssumeRolePolicyDocument=json.dumps(document))


def test_what_is_stored_outlives_a_restart(make_server):
    server = make_server(arguments=["--enforce-iam"]).start()
    account = Account(server, "111122223333")
    account.add_user("alice")
    place = OnSecret(account)
    place.put(account.arn("user", "alice"))
    alice = account.iam.get_user(UserName="alice")["User"]["UserId"]
    server.stop()

    server.start()
    account = Account(server, "111122223333")

    def shown():
        return named(account.secrets.get_resource_policy(SecretId="place")["ResourcePolicy"])

    assert shown() == account.arn("user", "alice")
    delete_user(account, "alice")
    account.add_user("alice")
    assert shown() == alice
