"""When access keys and roles were last used."""

import datetime

import pytest

from iam_support import Account, document
from support import REGION, refused
from test_sts import trust

NEVER = {"ServiceName": "N/A", "Region": "N/A"}


@pytest.fixture
def iam(lone_account):
    return lone_account.iam


def make_key(account, user):
    key = account.iam.create_access_key(UserName=user)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def last_used(iam, key):
    return iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]


def test_a_key_that_was_never_used(lone_account, iam):
    lone_account.add_user("Alice")
    key, _ = make_key(lone_account, "alice")

    answer = iam.get_access_key_last_used(AccessKeyId=key)

    assert answer["UserName"] == "Alice"
    assert answer["AccessKeyLastUsed"] == NEVER


def test_the_last_call_counts_whatever_becomes_of_it(lone_account, iam):
    lone_account.add_user("alice")
    key, secret = make_key(lone_account, "alice")
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

    with refused("ResourceNotFoundException"):
        lone_account.server.client(key, secret).get_secret_value(SecretId="missing")
    used = last_used(iam, key)
    assert (used["ServiceName"], used["Region"]) == ("secretsmanager", REGION)
    assert before <= used["LastUsedDate"] <= before + datetime.timedelta(minutes=1)

    lone_account.server.client(key, secret, "eu-central-1", service="sts").get_caller_identity()
    used = last_used(iam, key)
    assert (used["ServiceName"], used["Region"]) == ("sts", "eu-central-1")


def test_a_wrong_signature_is_no_use(lone_account, iam):
    lone_account.add_user("alice")
    key, _ = make_key(lone_account, "alice")
    with refused("InvalidSignatureException"):
        lone_account.server.client(key, "wrong").list_secrets()
    assert last_used(iam, key) == NEVER


@pytest.mark.parametrize("key", ["AKIA2222222222222222", "test-but-16-long"])
def test_a_key_that_is_not_there(iam, key):
    with refused("NoSuchEntity", f"The Access Key with id {key} cannot be found", 404):
        iam.get_access_key_last_used(AccessKeyId=key)


def test_a_key_of_another_account_is_not_there(server, lone_account):
    lone_account.add_user("alice")
    key, _ = make_key(lone_account, "alice")
    with refused("NoSuchEntity", status=404):
        last_used(server.client(key="123123123123", service="iam"), key)


def test_it_takes_permission_for_the_user(strict_account):
    for user in ("alice", "bob"):
        strict_account.add_user(user)
    strict_account.iam.put_user_policy(
        UserName="alice", PolicyName="p", PolicyDocument=document(
            "iam:GetAccessKeyLastUsed", resource=strict_account.arn("user", "alice")))
    alice = strict_account.client_of("alice", "iam")
    [key] = strict_account.iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
    bobs, _ = make_key(strict_account, "bob")

    assert last_used(alice, key["AccessKeyId"])["ServiceName"] == "iam"
    for other in (bobs, "AKIA2222222222222222"):
        with refused("AccessDenied", status=403):
            last_used(alice, other)


def test_the_last_use_of_a_role(lone_account, iam):
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(lone_account.id))["Role"]
    lone_account.add_user("alice")
    assert iam.get_role(RoleName="r")["Role"]["RoleLastUsed"] == {}
    session = lone_account.client_of("alice", "sts").assume_role(
        RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
    assert iam.get_role(RoleName="r")["Role"]["RoleLastUsed"] == {}

    lone_account.server.client(session["AccessKeyId"], session["SecretAccessKey"],
                               token=session["SessionToken"]).list_secrets()

    used = iam.get_role(RoleName="r")["Role"]["RoleLastUsed"]
    assert used["Region"] == REGION
    assert used["LastUsedDate"] >= role["CreateDate"]
    assert "RoleLastUsed" not in iam.list_roles()["Roles"][0]


def test_it_survives_a_restart_and_follows_the_test_clock(make_server):
    server = make_server().start()
    account = Account(server, "111122223333")
    account.add_user("alice")
    key, secret = make_key(account, "alice")
    server.advance(days=10)
    server.client(key, secret).list_secrets()
    used = last_used(account.iam, key)
    [listed] = account.iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
    assert used["LastUsedDate"] - listed["CreateDate"] >= datetime.timedelta(days=10)

    server.restart()

    assert last_used(Account(server, "111122223333").iam, key) == used
