"""What bounds sessions of roles, and holds for those that run already; keys of other accounts."""

import json

import pytest

from support import ACCOUNT, refused

AWS_POLICY = "arn:aws:iam::aws:policy/"


def allow(action, **more):
    return json.dumps({"Version": "2012-10-17",
                       "Statement": [{"Effect": "Allow", "Action": action, **more}]})


def test_attachments_and_a_boundary_bound_running_sessions(make_server):
    server = make_server(ephemeral=True, arguments=["--enforce-iam"]).start()
    iam = server.client(service="iam")
    server.client().create_secret(Name="a", SecretString="value")
    role = iam.create_role(RoleName="R", AssumeRolePolicyDocument=allow(
        "sts:AssumeRole", Principal={"AWS": ACCOUNT}))["Role"]["Arn"]
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="p",
                        PolicyDocument=allow("sts:AssumeRole", Resource=role))
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    sts = server.client(key["AccessKeyId"], key["SecretAccessKey"], service="sts")
    session = sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    reader = server.client(session["AccessKeyId"], session["SecretAccessKey"],
                           token=session["SessionToken"])

    with refused("AccessDeniedException"):
        reader.get_secret_value(SecretId="a")
    iam.attach_role_policy(RoleName="R", PolicyArn=AWS_POLICY + "SecretsManagerReadWrite")
    assert reader.get_secret_value(SecretId="a")["SecretString"] == "value"
    iam.put_role_permissions_boundary(RoleName="R",
                                      PermissionsBoundary=AWS_POLICY + "ReadOnlyAccess")
    with refused("AccessDeniedException"):
        reader.get_secret_value(SecretId="a")
    iam.delete_role_permissions_boundary(RoleName="R")
    reader.get_secret_value(SecretId="a")
    attached = iam.list_attached_role_policies(RoleName="R")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["SecretsManagerReadWrite"]
    with refused("DeleteConflict", status=409):
        iam.delete_role(RoleName="R")
    iam.detach_role_policy(RoleName="R", PolicyArn=AWS_POLICY + "SecretsManagerReadWrite")
    iam.delete_role(RoleName="R")
    with refused("UnrecognizedClientException"):
        reader.get_secret_value(SecretId="a")


def start_session(server, iam, **limits):
    """A client of a role that may do everything, within the limits of its session."""
    role = iam.create_role(RoleName="R", AssumeRolePolicyDocument=allow(
        "sts:AssumeRole", Principal={"AWS": ACCOUNT}))["Role"]["Arn"]
    iam.put_role_policy(RoleName="R", PolicyName="p", PolicyDocument=allow("*", Resource="*"))
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="p",
                        PolicyDocument=allow("sts:AssumeRole", Resource=role))
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    sts = server.client(key["AccessKeyId"], key["SecretAccessKey"], service="sts")
    session = sts.assume_role(RoleArn=role, RoleSessionName="session", **limits)["Credentials"]
    return lambda service="secretsmanager": server.client(
        session["AccessKeyId"], session["SecretAccessKey"], token=session["SessionToken"],
        service=service)


def test_a_session_policy_bounds_the_use_of_keys(make_server):
    server = make_server(ephemeral=True, arguments=["--enforce-iam"]).start()
    root, iam = server.client(), server.client(service="iam")
    root.create_secret(Name="plain", SecretString="value")
    root.create_secret(Name="sealed", SecretString="value", KmsKeyId="alias/mine")
    session = start_session(server, iam, Policy=allow("secretsmanager:*", Resource="*"))

    assert session().get_secret_value(SecretId="plain")["SecretString"] == "value"
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        session().get_secret_value(SecretId="sealed")
    with refused("AccessDeniedException"):
        session("kms").list_keys()


def test_conditions_see_the_tags_of_a_role(make_server):
    server = make_server(ephemeral=True, arguments=["--enforce-iam"]).start()
    iam = server.client(service="iam")
    trust = allow("sts:AssumeRole", Principal={"AWS": ACCOUNT})
    for name, team in (("red", "red"), ("blue", "blue")):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust,
                        Tags=[{"Key": "team", "Value": team}])
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=allow(
        "iam:GetRole", Resource="*",
        Condition={"StringEquals": {"aws:ResourceTag/team": "red"}}))
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    alice = server.client(key["AccessKeyId"], key["SecretAccessKey"], service="iam")

    assert alice.get_role(RoleName="red")["Role"]["RoleName"] == "red"
    with refused("AccessDenied", status=403):
        alice.get_role(RoleName="blue")


def test_soft_mode_opens_no_other_account(make_server):
    server = make_server(ephemeral=True, arguments=["--iam-soft-mode"]).start()
    arn = server.client().create_secret(Name="a", SecretString="value")["ARN"]
    with refused("AccessDeniedException"):
        server.client(key="111122223333").describe_secret(SecretId=arn)


def test_a_session_ends_with_a_policy_that_bounds_it(make_server):
    server = make_server(ephemeral=True, arguments=["--enforce-iam"]).start()
    iam = server.client(service="iam")
    server.client().create_secret(Name="a", SecretString="value")
    policy = iam.create_policy(PolicyName="limit",
                               PolicyDocument=allow("secretsmanager:*", Resource="*"))
    limits = [{"arn": policy["Policy"]["Arn"]}]
    session = start_session(server, iam, PolicyArns=limits)
    session().get_secret_value(SecretId="a")

    iam.delete_policy(PolicyArn=limits[0]["arn"])
    with refused("UnrecognizedClientException"):
        session().get_secret_value(SecretId="a")


def test_a_deny_of_kms_reaches_the_default_key(make_server):
    server = make_server(ephemeral=True, arguments=["--enforce-iam"]).start()
    iam = server.client(service="iam")
    server.client().create_secret(Name="a", SecretString="value")
    session = start_session(server, iam)
    session().get_secret_value(SecretId="a")
    iam.put_role_policy(RoleName="R", PolicyName="deny", PolicyDocument=json.dumps(
        {"Statement": [{"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}]}))
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        session().get_secret_value(SecretId="a")


def test_nobody_manages_the_key_of_another_account(make_server):
    server = make_server(ephemeral=True, arguments=["--enforce-iam"]).start()
    owner = server.client(key="111122223333", service="kms")
    other = server.client(key="444455556666", service="kms")
    key = owner.create_key()["KeyMetadata"]["Arn"]
    owner.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps({"Statement": [
        {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"}
        for account in ("111122223333", "444455556666")]}))

    assert other.describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key
    for call in (other.disable_key, other.get_key_policy, other.list_resource_tags):
        with refused("AccessDeniedException"):
            call(KeyId=key)


def test_a_change_of_tags_takes_nobodys_own_access(make_server):
    server = make_server(ephemeral=True, arguments=["--enforce-iam"]).start()
    iam = server.client(service="iam")
    server.client().create_secret(Name="a", SecretString="v", Tags=[{"Key": "t", "Value": "1"}])
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=allow(
        "secretsmanager:*", Resource="*", Condition={"StringEquals": {"aws:ResourceTag/t": "1"}}))
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    alice = server.client(key["AccessKeyId"], key["SecretAccessKey"])
    alice.tag_resource(SecretId="a", Tags=[{"Key": "more", "Value": "2"}])
    with refused("AccessDeniedException"):
        alice.tag_resource(SecretId="a", Tags=[{"Key": "t", "Value": "2"}])
    with refused("AccessDeniedException"):
        alice.untag_resource(SecretId="a", TagKeys=["t"])
    alice.get_secret_value(SecretId="a")


@pytest.mark.parametrize("trust, message", [
    (allow("sts:AssumeRole", Principal={"AWS": "alice"}),
     'Invalid principal in policy: "AWS":"alice"'),
    (allow("secretsmanager:GetSecretValue", Principal={"AWS": ACCOUNT}),
     "AssumeRole policy may only specify STS AssumeRole actions."),
])
def test_trust_policies_that_nobody_could_use(server, trust, message):
    with refused("MalformedPolicyDocument", message):
        server.client(service="iam").create_role(RoleName="bad", AssumeRolePolicyDocument=trust)
