"""DeleteSecret, RestoreSecret and the life of a scheduled secret."""

import datetime
import time

import pytest

from support import (ALREADY_SCHEDULED, INVALID_NAME, MARKED_FOR_DELETION, NAME_SCHEDULED,
                     NOT_FOUND, arn_pattern, eventually, new_token, refused, without_metadata)

WINDOW = "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
NOT_TOGETHER = "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
POLICY = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",'
          '"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}')


@pytest.fixture
def scheduled(client, name):
    """The name of a secret whose deletion is scheduled."""
    client.create_secret(Name=name, SecretString="value")
    client.delete_secret(SecretId=name)
    return name


@pytest.mark.parametrize("arguments, days", [
    ({}, 30), ({"RecoveryWindowInDays": 7}, 7), ({"RecoveryWindowInDays": 30}, 30),
    ({"RecoveryWindowInDays": 12, "ForceDeleteWithoutRecovery": False}, 12),
    ({"ForceDeleteWithoutRecovery": False}, 30)])
def test_scheduling(client, name, arguments, days):
    arn = client.create_secret(Name=name, SecretString="value")["ARN"]

    reply = without_metadata(client.delete_secret(SecretId=name, **arguments))
    described = client.describe_secret(SecretId=name)

    assert set(reply) == {"ARN", "DeletionDate", "Name"}
    assert (reply["ARN"], reply["Name"]) == (arn, name)
    assert abs(described["DeletedDate"].timestamp() - time.time()) < 60
    assert reply["DeletionDate"] == described["DeletedDate"] + datetime.timedelta(days=days)


@pytest.mark.parametrize("days", [-1, 0, 1, 6, 31, 1000])
@pytest.mark.parametrize("force", [None, True, False])
@pytest.mark.parametrize("exists", [True, False])
def test_a_window_outside_of_its_range(client, name, days, force, exists):
    arguments = {} if force is None else {"ForceDeleteWithoutRecovery": force}
    if exists:
        client.create_secret(Name=name)

    with refused("InvalidParameterException", WINDOW):
        client.delete_secret(SecretId=name, RecoveryWindowInDays=days, **arguments)


def test_force_and_a_window_exclude_each_other(client, name):
    client.create_secret(Name=name)

    with refused("InvalidParameterException", NOT_TOGETHER):
        client.delete_secret(SecretId=name, RecoveryWindowInDays=7,
                             ForceDeleteWithoutRecovery=True)

    client.describe_secret(SecretId=name)


def test_deleting_at_once(client, name):
    arn = client.create_secret(Name=name, SecretString="value")["ARN"]

    reply = without_metadata(client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True))

    assert set(reply) == {"ARN", "DeletionDate", "Name"}
    assert (reply["ARN"], reply["Name"]) == (arn, name)
    assert abs(reply["DeletionDate"].timestamp() - time.time()) < 60
    for secret_id in (name, arn):
        with refused("ResourceNotFoundException", NOT_FOUND):
            client.describe_secret(SecretId=secret_id)
        with refused("ResourceNotFoundException", NOT_FOUND):
            client.get_secret_value(SecretId=secret_id)


def test_a_missing_secret(client, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.delete_secret(SecretId=name)


def test_a_missing_secret_with_force(client, name):
    reply = without_metadata(client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True))

    assert set(reply) == {"ARN", "DeletionDate", "Name"}
    assert reply["Name"] == name
    assert arn_pattern(name).fullmatch(reply["ARN"])


def test_a_bad_name_with_force(client):
    with refused("ValidationException", INVALID_NAME):
        client.delete_secret(SecretId="bad name", ForceDeleteWithoutRecovery=True)


# Operations on a scheduled secret.
@pytest.mark.parametrize("operation, members", [
    ("GetSecretValue", {}),
    ("GetSecretValue", {"VersionStage": "AWSPREVIOUS"}),
    ("PutSecretValue", {"SecretString": "new"}),
    ("UpdateSecret", {"SecretString": "new"}),
    ("UpdateSecret", {"Description": "new"}),
    ("UpdateSecretVersionStage", {"VersionStage": "blue"}),
    ("TagResource", {"Tags": [{"Key": "a", "Value": "b"}]}),
    ("UntagResource", {"TagKeys": ["a"]}),
    ("PutResourcePolicy", {"ResourcePolicy": POLICY}),
    ("GetResourcePolicy", {}),
    ("DeleteResourcePolicy", {}),
])
def test_a_scheduled_secret_refuses(raw, scheduled, operation, members):
    body = {"SecretId": scheduled, **members}
    if operation in ("PutSecretValue", "UpdateSecret"):
        body["ClientRequestToken"] = new_token()

    raw(operation, body).expect_refusal("InvalidRequestException", MARKED_FOR_DELETION)


def test_a_scheduled_secret_may_be_looked_at(client, scheduled):
    described = client.describe_secret(SecretId=scheduled)
    versions = client.list_secret_version_ids(SecretId=scheduled)["Versions"]

    assert list(described["VersionIdsToStages"].values()) == [["AWSCURRENT"]]
    assert [version["VersionStages"] for version in versions] == [["AWSCURRENT"]]


def test_a_scheduled_secret_is_not_scheduled_again(client, scheduled):
    with refused("InvalidRequestException", ALREADY_SCHEDULED):
        client.delete_secret(SecretId=scheduled)


def test_a_scheduled_secret_may_be_deleted_at_once(client, scheduled):
    client.delete_secret(SecretId=scheduled, ForceDeleteWithoutRecovery=True)

    with refused("ResourceNotFoundException", NOT_FOUND):
        client.describe_secret(SecretId=scheduled)


@pytest.mark.parametrize("value", [{}, {"SecretString": "value"}])
def test_the_name_of_a_scheduled_secret_is_taken(client, scheduled, value):
    with refused("InvalidRequestException", NAME_SCHEDULED):
        client.create_secret(Name=scheduled, **value)


def test_a_scheduled_secret_is_hidden_from_filters(client, scheduled):
    filters = [{"Key": "name", "Values": [scheduled]}]

    assert client.list_secrets(Filters=filters)["SecretList"] == []
    assert client.batch_get_secret_value(Filters=filters)["SecretValues"] == []
    [entry] = client.list_secrets(Filters=filters, IncludePlannedDeletion=True)["SecretList"]
    assert entry["DeletedDate"] == client.describe_secret(SecretId=scheduled)["DeletedDate"]


def test_restoring(client, scheduled):
    before = client.describe_secret(SecretId=scheduled)

    reply = without_metadata(client.restore_secret(SecretId=scheduled))

    assert reply == {"ARN": before["ARN"], "Name": scheduled}
    after = client.describe_secret(SecretId=scheduled)
    assert "DeletedDate" not in after
    assert after["VersionIdsToStages"] == before["VersionIdsToStages"]
    assert client.get_secret_value(SecretId=scheduled)["SecretString"] == "value"
    client.delete_secret(SecretId=scheduled)


def test_restoring_an_active_secret_changes_nothing(client, name):
    arn = client.create_secret(Name=name, SecretString="value")["ARN"]

    assert without_metadata(client.restore_secret(SecretId=name)) == {"ARN": arn, "Name": name}


def test_restoring_a_missing_secret(client, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.restore_secret(SecretId=name)


def test_a_name_used_again_gets_a_new_suffix(client, name):
    arns = set()
    for number in range(5):
        arns.add(client.create_secret(Name=name, SecretString=str(number))["ARN"])
        assert client.get_secret_value(SecretId=name)["SecretString"] == str(number)
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    assert len(arns) == 5


def test_a_name_used_again_has_nothing_of_the_old_secret(client, name):
    token = new_token()
    client.create_secret(Name=name, SecretString="old", ClientRequestToken=token,
                         Description="old", Tags=[{"Key": "old", "Value": "old"}])
    client.put_resource_policy(SecretId=name, ResourcePolicy=POLICY)
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    client.create_secret(Name=name, SecretString="new", ClientRequestToken=token)

    assert set(without_metadata(client.describe_secret(SecretId=name))) == {
        "ARN", "CreatedDate", "LastChangedDate", "Name", "VersionIdsToStages"}
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=name)
    assert client.get_secret_value(SecretId=name)["SecretString"] == "new"


def is_gone(client, secret_id):
    try:
        client.describe_secret(SecretId=secret_id)
    except client.exceptions.ResourceNotFoundException:
        return True
    return False


def test_the_secret_is_purged_after_its_window(make_server, name):
    server = make_server().start()
    client = server.client()
    arn = client.create_secret(Name=name, SecretString="value")["ARN"]
    client.create_secret(Name=f"{name}-later", SecretString="value")
    client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    client.delete_secret(SecretId=f"{name}-later", RecoveryWindowInDays=8)

    server.advance(days=6, seconds=23 * 3600)
    client.describe_secret(SecretId=name)
    with refused("InvalidRequestException", NAME_SCHEDULED):
        client.create_secret(Name=name)

    server.advance(seconds=3700)
    eventually(lambda: is_gone(client, name))
    again = client.create_secret(Name=name, SecretString="new")["ARN"]

    assert again != arn
    assert arn_pattern(name).fullmatch(again)
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.describe_secret(SecretId=arn)
    client.restore_secret(SecretId=f"{name}-later")


def test_a_scheduled_secret_survives_a_restart(make_server, name):
    server = make_server().start()
    client = server.client()
    client.create_secret(Name=name, SecretString="value")
    client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    before = without_metadata(client.describe_secret(SecretId=name))

    client = server.restart().client()

    assert without_metadata(client.describe_secret(SecretId=name)) == before
    with refused("InvalidRequestException", MARKED_FOR_DELETION):
        client.get_secret_value(SecretId=name)
    client.restore_secret(SecretId=name)
    assert client.get_secret_value(SecretId=name)["SecretString"] == "value"
