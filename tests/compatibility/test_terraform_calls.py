"""What Terraform's aws provider asks for around the resources of IAM, beyond what it is told to make."""

import pytest

from iam_support import not_found
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
