"""Who may replicate: permissions, condition keys, and the keys of both sides."""

import json

import pytest

from iam_support import document
from replica_support import (NOT_ON_REPLICA, PRIMARY, REPLICA, SUCCEEDED, THIRD, Replicated, entry,
                             in_region, regions)
from support import new_token, refused

KMS = [f"kms:{action}" for action in ("Decrypt", "GenerateDataKey", "Encrypt")]


def conditional(actions, **conditions):
    """A statement that allows under conditions, which are written as `operator`: {key: value}."""
    return {"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": conditions}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def user_of(strict_account, name):
    """Makes a user with one policy; answers his view of one secret in all regions."""
    made = []

    def make(policy_document):
        user = f"u{len(made)}"
        made.append(user)
        strict_account.add_user(user)
        strict_account.iam.put_user_policy(UserName=user, PolicyName="p",
                                           PolicyDocument=policy_document)
        key = strict_account.iam.create_access_key(UserName=user)["AccessKey"]
        return Replicated(strict_account.server, name, key["AccessKeyId"], key["SecretAccessKey"])

    return make


@pytest.fixture
def root(strict_account, name):
    return Replicated(strict_account.server, name, key=strict_account.id)


def replicate(secret, *asked, **options):
    return secret[PRIMARY].replicate_secret_to_regions(
        SecretId=secret.name, AddReplicaRegions=list(asked) or regions(REPLICA), **options)


@pytest.mark.parametrize("call, members, region", [
    ("ReplicateSecretToRegions", {"AddReplicaRegions": regions(THIRD)}, PRIMARY),
    ("RemoveRegionsFromReplication", {"RemoveReplicaRegions": [REPLICA]}, PRIMARY),
    ("StopReplicationToReplica", {}, REPLICA),
])
def test_each_call_has_a_permission_of_its_own(root, user_of, call, members, region):
    root.create(REPLICA)
    method = "".join(f"_{c.lower()}" if c.isupper() else c for c in call).lstrip("_")
    others = {"ReplicateSecretToRegions", "RemoveRegionsFromReplication",
              "StopReplicationToReplica", "UpdateSecret"} - {call}
    denied = user_of(document(*(f"secretsmanager:{other}" for other in others)))

    with refused("AccessDeniedException"):
        getattr(denied[region], method)(SecretId=root.name, **members)

    allowed = user_of(document(f"secretsmanager:{call}",
                               resource=f"arn:aws:secretsmanager:{region}:*:secret:*"))
    getattr(allowed[region], method)(SecretId=root.name, **members)


def test_creation_with_replicas_takes_both_permissions(user_of):
    creator = user_of(document("secretsmanager:CreateSecret"))
    with refused("AccessDeniedException") as _:
        creator.create(REPLICA)

    both = user_of(document("secretsmanager:CreateSecret",
                            "secretsmanager:ReplicateSecretToRegions"))
    assert both.create(REPLICA)["ReplicationStatus"] == [entry(REPLICA)]


def test_conditions_on_regions_and_force(root, user_of):
    root.create()
    user = user_of(policy(conditional(
        ["secretsmanager:ReplicateSecretToRegions"],
        **{"ForAllValues:StringEquals": {"secretsmanager:AddReplicaRegions": [REPLICA, THIRD]},
           "Bool": {"secretsmanager:ForceOverwriteReplicaSecret": "false"}})))

    for asked, force in ((regions("ap-south-1"), False), (regions(REPLICA, "ap-south-1"), False),
                         (regions(REPLICA), True)):
        with refused("AccessDeniedException"):
            replicate(user, *asked, ForceOverwriteReplicaSecret=force)
    replicate(user, *regions(REPLICA, THIRD), ForceOverwriteReplicaSecret=False)
    root.assert_follows()


def test_the_condition_on_the_primary_region(root, user_of):
    root.create(REPLICA)
    other = root[REPLICA].create_secret(Name=f"{root.name}-other", SecretString="v")["Name"]
    user = user_of(policy(conditional(
        ["secretsmanager:GetSecretValue"],
        StringEquals={"secretsmanager:SecretPrimaryRegion": PRIMARY})))

    assert user.value() == user.value(REPLICA) == "one"
    with refused("AccessDeniedException"):
        user[REPLICA].get_secret_value(SecretId=other)


def test_a_denial_comes_before_what_a_replica_refuses(root, user_of):
    root.create(REPLICA)

    with refused("AccessDeniedException"):
        user_of(document("secretsmanager:GetSecretValue")).put("two", REPLICA)
    with refused("InvalidParameterException", NOT_ON_REPLICA):
        user_of(document("secretsmanager:PutSecretValue")).put("two", REPLICA)


def test_the_policy_of_a_secret_goes_with_it(root, user_of):
    root.create(REPLICA)
    reader = user_of(document("secretsmanager:GetSecretValue"))
    assert reader.value(REPLICA) == "one"

    root[PRIMARY].put_resource_policy(SecretId=root.name, ResourcePolicy=policy(
        {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue",
         "Resource": "*"}))

    for region in (PRIMARY, REPLICA):
        with refused("AccessDeniedException"):
            reader.value(region)


@pytest.fixture
def keys(root):
    """A key of each region whose policy leaves everything to the account's policies."""
    return {region: root.client(region, "kms").create_key()["KeyMetadata"]["Arn"]
            for region in (PRIMARY, REPLICA)}


@pytest.mark.parametrize("missing", KMS)
def test_what_a_new_replica_takes_of_its_keys(root, user_of, keys, missing):
    root.create(KmsKeyId=keys[PRIMARY])
    # kms:Decrypt on the primary's key; kms:GenerateDataKey and kms:Encrypt on the replica's.
    needed = {"kms:Decrypt": keys[PRIMARY], "kms:GenerateDataKey": keys[REPLICA],
              "kms:Encrypt": keys[REPLICA]}

    def allowing(actions):
        return policy(
            {"Effect": "Allow", "Action": ["secretsmanager:*"], "Resource": "*"},
            *({"Effect": "Allow", "Action": action, "Resource": needed[action]}
              for action in actions))

    asked = regions(eu_west_1=keys[REPLICA])
    partial = user_of(allowing([action for action in KMS if action != missing]))
    denied = entry(REPLICA, keys[REPLICA], "Failed",
                   "Replication failed: Access to KMS is not allowed")
    assert replicate(partial, *asked)["ReplicationStatus"] == [denied]
    # Nobody makes it by a change of the primary who may not make it himself.
    partial[PRIMARY].tag_resource(SecretId=root.name, Tags=[{"Key": "a", "Value": "b"}])
    assert root.status() == denied

    replicate(user_of(allowing(KMS)), *asked)

    assert root.status() == entry(REPLICA, keys[REPLICA])
    root.assert_follows()


def test_keys_are_used_by_way_of_the_region_that_they_are_in(root, user_of, keys):
    root.create(KmsKeyId=keys[PRIMARY])
    user = user_of(policy(
        {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"},
        *(conditional(KMS, StringEquals={"kms:ViaService": f"secretsmanager.{region}.amazonaws.com",
                                         "kms:EncryptionContext:SecretARN":
                                             in_region(root.arn, region)}) | {"Resource": key}
          for region, key in keys.items())))

    assert replicate(user, *regions(eu_west_1=keys[REPLICA]))["ReplicationStatus"] == [
        entry(REPLICA, keys[REPLICA])]


def test_an_established_replica_is_kept_up_by_the_vault_itself(root, user_of, keys):
    """Whoever may write to the primary need not have a right on the keys of its replicas."""
    root[PRIMARY].create_secret(Name=root.name, SecretString="one",
                                AddReplicaRegions=regions(eu_west_1=keys[REPLICA]))
    writer = user_of(document("secretsmanager:PutSecretValue", "secretsmanager:GetSecretValue"))

    writer[PRIMARY].put_secret_value(SecretId=root.name, SecretString="two",
                                     ClientRequestToken=new_token())

    assert root.status()["StatusMessage"] == SUCCEEDED
    assert root.value(REPLICA) == "two"
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        writer.value(REPLICA)
