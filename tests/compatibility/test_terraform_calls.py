"""What Terraform's aws provider asks for around its resources, beyond what it is told to make.

The calls and their members are those that the provider's resources make, in their order.
"""

import json

import pytest

from iam_support import READ, not_found
from support import refused, without_metadata
from test_sts import trust


@pytest.fixture
def iam(lone_account):
    return lone_account.iam


def test_the_description_of_a_role(lone_account, iam):
    """aws_iam_role changes a description by an operation of its own."""
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(lone_account.id), Description="old")

    answer = iam.update_role_description(RoleName="r", Description="new")["Role"]

    role = iam.get_role(RoleName="r")["Role"]
    assert role["Description"] == answer["Description"] == "new"
    assert answer["Arn"] == role["Arn"]
    assert role["MaxSessionDuration"] == 3600
    iam.update_role_description(RoleName="r", Description="")
    assert iam.get_role(RoleName="r")["Role"]["Description"] == ""
    with refused("NoSuchEntity", not_found("role", "gone"), 404):
        iam.update_role_description(RoleName="gone", Description="")


def test_before_a_role_is_deleted(lone_account, iam):
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(lone_account.id))

    answer = without_metadata(iam.list_instance_profiles_for_role(RoleName="r"))

    assert answer == {"InstanceProfiles": [], "IsTruncated": False}
    with refused("NoSuchEntity", not_found("role", "gone"), 404):
        iam.list_instance_profiles_for_role(RoleName="gone")


@pytest.mark.parametrize("operation, member", [
    ("list_mfa_devices", "MFADevices"), ("list_ssh_public_keys", "SSHPublicKeys"),
    ("list_signing_certificates", "Certificates"),
    ("list_service_specific_credentials", "ServiceSpecificCredentials")])
def test_before_a_user_is_deleted_by_force(lone_account, iam, operation, member):
    lone_account.add_user("u")
    assert getattr(iam, operation)(UserName="u")[member] == []
    assert getattr(lone_account.client_of("u", "iam"), operation)()[member] == []
    with refused("NoSuchEntity", not_found("user", "gone"), 404):
        getattr(iam, operation)(UserName="gone")


def test_nobody_has_a_password_or_a_virtual_device(lone_account, iam):
    lone_account.add_user("u")
    for operation in ("get_login_profile", "delete_login_profile"):
        with refused("NoSuchEntity", "Login Profile for User u cannot be found.", 404):
            getattr(iam, operation)(UserName="u")
        with refused("NoSuchEntity", not_found("user", "gone"), 404):
            getattr(iam, operation)(UserName="gone")
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"] == []


def test_lists_that_are_always_empty_need_permission(strict_account):
    strict_account.add_user("u")
    strict_account.iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(strict_account.id))
    user = strict_account.client_of("u", "iam")
    for call in (lambda: user.list_instance_profiles_for_role(RoleName="r"),
                 user.list_mfa_devices, user.list_virtual_mfa_devices,
                 lambda: user.delete_login_profile(UserName="u"),
                 lambda: user.update_role_description(RoleName="r", Description="")):
        with refused("AccessDenied", status=403):
            call()


def test_aws_iam_policy(lone_account, iam):
    arn = iam.create_policy(PolicyName="p", Path="/", PolicyDocument=READ, Description="",
                            Tags=[{"Key": "a", "Value": "b"}])["Policy"]["Arn"]

    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    assert version["PolicyVersion"]["Document"] == json.loads(READ)
    assert policy["Tags"] == [{"Key": "a", "Value": "b"}]

    iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ, SetAsDefault=True)
    iam.untag_policy(PolicyArn=arn, TagKeys=["a"])
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "c", "Value": "d"}])
    assert iam.get_policy(PolicyArn=arn)["Policy"]["Tags"] == [{"Key": "c", "Value": "d"}]

    for listed in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not listed["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=listed["VersionId"])
    iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity", status=404):
        iam.get_policy(PolicyArn=arn)


def test_aws_kms_key_and_alias(server, account):
    kms = server.client(key=account, service="kms")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*",
         "Resource": "*"}]})
    tags = [{"TagKey": "a", "TagValue": "b"}]
    key = kms.create_key(BypassPolicyLockoutSafetyCheck=False, KeySpec="SYMMETRIC_DEFAULT",
                         KeyUsage="ENCRYPT_DECRYPT", Description="d", Policy=policy,
                         Tags=tags)["KeyMetadata"]["KeyId"]

    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Origin"] == "AWS_KMS"
    assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == policy
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    assert kms.list_resource_tags(KeyId=key)["Tags"] == tags
    kms.update_key_description(KeyId=key, Description="new")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy,
                       BypassPolicyLockoutSafetyCheck=False)
    kms.disable_key(KeyId=key)
    kms.enable_key(KeyId=key)

    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    [alias] = [a for a in kms.list_aliases()["Aliases"] if a["AliasName"] == "alias/a"]
    assert alias["TargetKeyId"] == key
    kms.update_alias(AliasName="alias/a", TargetKeyId=key)
    kms.delete_alias(AliasName="alias/a")


def test_aws_secretsmanager_secret_with_version_and_policy(client, name):
    arn = client.create_secret(Name=name, Description="", ForceOverwriteReplicaSecret=False,
                               Tags=[{"Key": "a", "Value": "b"}])["ARN"]
    described = client.describe_secret(SecretId=arn)
    assert (described["Name"], described["Tags"]) == (name, [{"Key": "a", "Value": "b"}])
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=arn)

    version = client.put_secret_value(SecretId=arn, SecretString="v")["VersionId"]
    got = client.get_secret_value(SecretId=arn, VersionId=version)
    assert (got["SecretString"], got["VersionStages"]) == ("v", ["AWSCURRENT"])
    assert client.list_secret_version_ids(SecretId=arn)["Versions"][0]["VersionId"] == version

    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret",
         "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/a": "b"}}}]})
    client.put_resource_policy(SecretId=arn, ResourcePolicy=policy, BlockPublicPolicy=False)
    assert json.loads(client.get_resource_policy(SecretId=arn)["ResourcePolicy"]) == json.loads(policy)
    client.delete_resource_policy(SecretId=arn)
    client.update_secret(SecretId=arn, Description="new")
    client.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    assert client.describe_secret(SecretId=arn)["DeletedDate"]


def test_aws_secretsmanager_secret_with_replica(server, client, name):
    """What the resource reads back is what it wrote, so that a second plan is empty."""
    wanted = [{"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager"},
              {"Region": "us-west-2", "KmsKeyId": "alias/replica"}]

    def read():
        described = client.describe_secret(SecretId=arn)
        return sorted(({key: entry[key] for key in ("Region", "KmsKeyId", "Status")}
                       for entry in described.get("ReplicationStatus", [])),
                      key=lambda entry: entry["Region"])

    # The provider sends no KmsKeyId where the block has none.
    arn = client.create_secret(
        Name=name, Description="", ForceOverwriteReplicaSecret=False,
        AddReplicaRegions=[{"Region": "eu-west-1"}, wanted[1]])["ARN"]
    expected = [{**replica, "Status": "InSync"} for replica in wanted]
    assert read() == read() == expected
    client.put_secret_value(SecretId=arn, SecretString="v")
    client.tag_resource(SecretId=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert read() == expected
    # A block more, and one less.
    client.replicate_secret_to_regions(SecretId=arn, ForceOverwriteReplicaSecret=False,
                                       AddReplicaRegions=[{"Region": "ap-south-1"}])
    client.remove_regions_from_replication(SecretId=arn, RemoveReplicaRegions=["us-west-2"])
    assert [entry["Region"] for entry in read()] == ["ap-south-1", "eu-west-1"]
    # Destroyed: the replicas first.
    client.remove_regions_from_replication(SecretId=arn,
                                           RemoveReplicaRegions=["ap-south-1", "eu-west-1"])
    client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    for region in ("ap-south-1", "eu-west-1", "us-west-2"):
        assert server.client(region=region).list_secrets(
            Filters=[{"Key": "name", "Values": [name]}], IncludePlannedDeletion=True)[
                "SecretList"] == []
