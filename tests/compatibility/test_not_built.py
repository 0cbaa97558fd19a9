"""Operations that this release does not have say so and change nothing."""

import pytest

from support import new_token


@pytest.mark.parametrize("operation, members", [
    ("ReplicateSecretToRegions", {"AddReplicaRegions": [{"Region": "eu-west-1"}]}),
    ("RemoveRegionsFromReplication", {"RemoveReplicaRegions": ["eu-west-1"]}),
    ("StopReplicationToReplica", {}),
])
def test_an_operation_that_is_not_built(client, raw, name, operation, members):
    client.create_secret(Name=name, SecretString="value")
    before = raw("DescribeSecret", {"SecretId": name}).json

    reply = raw(operation, {"SecretId": name, "ClientRequestToken": new_token(), **members})

    reply.expect_refusal("NotImplementedException")
    assert operation in reply.message
    assert raw("DescribeSecret", {"SecretId": name}).json == before


def test_an_operation_that_is_not_built_still_needs_a_signature(raw):
    raw("StopReplicationToReplica", {}, secret="wrong").expect_refusal("InvalidSignatureException")


def test_create_with_replicas_stores_nothing(raw, name):
    body = {"Name": name, "ClientRequestToken": new_token(), "SecretString": "value",
            "AddReplicaRegions": [{"Region": "eu-west-1"}]}

    reply = raw("CreateSecret", body).expect_refusal("NotImplementedException")

    assert reply.message
    raw("DescribeSecret", {"SecretId": name}).expect_refusal("ResourceNotFoundException")
    del body["AddReplicaRegions"]
    raw("CreateSecret", body).expect_success()
