"""Managed policies of IAM, their versions, who has them, boundaries, and what comes of it."""

import json

import pytest

from iam_support import ADMINISTRATOR, READ, READ_ONLY_CLIENT, document, not_found
from support import refused

VERSION_LIMIT = ("A managed policy can have up to 5 versions. Before you create a new version, you "
                 "must delete an existing version.")
MORE_VERSIONS = ("This policy has more than one version. Before you delete a policy, you must delete "
                 "the policy's versions. The default version is deleted with the policy.")
ATTACHED = "Cannot delete a policy attached to entities."


@pytest.fixture
def iam(lone_account):
    return lone_account.iam


def unknown(lone_account):
    return lone_account.arn("policy", "gone")


def test_create_and_get(lone_account, iam):
    created = iam.create_policy(PolicyName="Read", PolicyDocument=READ, Path="/team/",
                                Description="Reads.", Tags=[{"Key": "a", "Value": "b"}])["Policy"]

    assert created["Arn"] == lone_account.arn("policy", "Read", "/team/")
    assert created["PolicyId"].startswith("ANPA") and len(created["PolicyId"]) == 21
    assert created["DefaultVersionId"] == "v1"
    assert created["AttachmentCount"] == created["PermissionsBoundaryUsageCount"] == 0
    assert created["IsAttachable"] is True
    assert (created["Description"], created["Tags"]) == ("Reads.", [{"Key": "a", "Value": "b"}])
    assert iam.get_policy(PolicyArn=created["Arn"])["Policy"] == created
    [listed] = iam.list_policies(Scope="Local")["Policies"]
    assert listed == {key: value for key, value in created.items()
                      if key not in ("Description", "Tags")}
    with refused("EntityAlreadyExists",
                 "A policy called READ already exists. Duplicate names are not allowed.", 409):
        iam.create_policy(PolicyName="READ", PolicyDocument=READ)


@pytest.mark.parametrize("operation, more", [
    ("get_policy", {}), ("delete_policy", {}), ("list_policy_versions", {}),
    ("list_entities_for_policy", {}), ("create_policy_version", {"PolicyDocument": READ}),
    ("get_policy_version", {"VersionId": "v1"}), ("delete_policy_version", {"VersionId": "v1"}),
    ("set_default_policy_version", {"VersionId": "v1"})])
def test_a_policy_that_is_not_there(lone_account, iam, operation, more):
    lone_account.add_policy("here", Path="/a/")
    for arn in (unknown(lone_account), lone_account.arn("policy", "here"),
                "arn:aws:iam::aws:policy/Unknown"):
        with refused("NoSuchEntity", f"Policy {arn} was not found.", 404):
            getattr(iam, operation)(PolicyArn=arn, **more)
    arn = lone_account.arn("user", "looks-like-a-name")
    with refused("InvalidInput", f"ARN {arn} is not valid."):
        getattr(iam, operation)(PolicyArn=arn, **more)


def test_versions(lone_account, iam):
    arn = lone_account.add_policy("p")
    second = iam.create_policy_version(PolicyArn=arn, PolicyDocument=document("iam:*"))
    assert second["PolicyVersion"]["VersionId"] == "v2"
    assert second["PolicyVersion"]["IsDefaultVersion"] is False
    assert "Document" not in second["PolicyVersion"]
    third = iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ, SetAsDefault=True)
    assert third["PolicyVersion"]["IsDefaultVersion"] is True

    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(v["VersionId"], v["IsDefaultVersion"]) for v in versions] == [
        ("v3", True), ("v2", False), ("v1", False)]
    pages = iam.get_paginator("list_policy_versions").paginate(
        PolicyArn=arn, PaginationConfig={"PageSize": 1})
    assert [v["VersionId"] for page in pages for v in page["Versions"]] == ["v3", "v2", "v1"]
    document_of_v2 = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"]
    assert document_of_v2 == json.loads(document("iam:*"))
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v3"
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"


def test_rules_about_versions(lone_account, iam):
    arn = lone_account.add_policy("p")
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ)
    with refused("LimitExceeded", VERSION_LIMIT, 409):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ)
    with refused("DeleteConflict", "Cannot delete the default version of a policy.", 409):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    missing = f"Policy {arn} version v9 does not exist or is not attachable."
    for operation in ("get_policy_version", "delete_policy_version", "set_default_policy_version"):
        with refused("NoSuchEntity", missing, 404):
            getattr(iam, operation)(PolicyArn=arn, VersionId="v9")
    with refused("ValidationError"):
        iam.get_policy_version(PolicyArn=arn, VersionId="9")
    with refused("DeleteConflict", MORE_VERSIONS, 409):
        iam.delete_policy(PolicyArn=arn)
    for version in ("v2", "v3", "v4", "v5"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    # Numbers are never given out again.
    created = iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ)["PolicyVersion"]
    assert created["VersionId"] == "v6"
    iam.delete_policy_version(PolicyArn=arn, VersionId="v6")
    iam.delete_policy(PolicyArn=arn)
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_lists(lone_account, iam):
    attached = lone_account.add_policy("Attached", Path="/team/")
    bound = lone_account.add_policy("bound")
    lone_account.add_policy("idle")
    lone_account.add_user("u", PermissionsBoundary=bound)
    iam.attach_user_policy(UserName="u", PolicyArn=attached)
    iam.attach_user_policy(UserName="u", PolicyArn=ADMINISTRATOR)

    def names(**arguments):
        return [policy["PolicyName"] for policy in iam.list_policies(**arguments)["Policies"]]

    aws = names(Scope="AWS")
    assert aws == ["AdministratorAccess", "AWSSecretsManagerClientReadOnlyAccess", "ReadOnlyAccess",
                   "SecretsManagerReadWrite"]
    assert names(Scope="Local") == ["Attached", "bound", "idle"]
    assert names() == names(Scope="All") == aws + ["Attached", "bound", "idle"]
    assert names(OnlyAttached=True) == ["AdministratorAccess", "Attached", "bound"]
    assert names(PathPrefix="/team/") == ["Attached"]
    assert names(PolicyUsageFilter="PermissionsBoundary") == ["bound"]
    assert names(PolicyUsageFilter="PermissionsPolicy") == ["AdministratorAccess", "Attached"]
    pages = list(iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["Policies"]) for page in pages] == [3, 3, 1]
    assert [p["PolicyName"] for page in pages for p in page["Policies"]] == names()


@pytest.mark.parametrize("kind", ["user", "group"])
def test_attach(lone_account, iam, kind):
    def call(operation, **arguments):
        return getattr(iam, operation)(**{f"{kind.capitalize()}Name": "x"}, **arguments)

    def attached(**arguments):
        return [policy["PolicyArn"] for policy in call(
            f"list_attached_{kind}_policies", **arguments)["AttachedPolicies"]]

    call(f"create_{kind}")
    arn = lone_account.add_policy("p", Path="/team/")
    call(f"attach_{kind}_policy", PolicyArn=arn)
    call(f"attach_{kind}_policy", PolicyArn=arn)
    call(f"attach_{kind}_policy", PolicyArn=ADMINISTRATOR)

    assert attached() == [ADMINISTRATOR, arn]
    assert attached(PathPrefix="/team/") == [arn]
    assert attached(MaxItems=1) == [ADMINISTRATOR]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    with refused("DeleteConflict", ATTACHED, 409):
        iam.delete_policy(PolicyArn=arn)
    call(f"detach_{kind}_policy", PolicyArn=arn)
    with refused("NoSuchEntity", f"Policy {arn} was not found.", 404):
        call(f"detach_{kind}_policy", PolicyArn=arn)
    for missing in (unknown(lone_account), "arn:aws:iam::aws:policy/Unknown"):
        with refused("NoSuchEntity", f"Policy {missing} does not exist or is not attachable.", 404):
            call(f"attach_{kind}_policy", PolicyArn=missing)
    with refused("InvalidInput", "ARN arn:aws:s3:::not-a-policy is not valid."):
        call(f"attach_{kind}_policy", PolicyArn="arn:aws:s3:::not-a-policy")
    for index in range(9):
        call(f"attach_{kind}_policy", PolicyArn=lone_account.add_policy(f"p{index}"))
    with refused("LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: 10", 409):
        call(f"attach_{kind}_policy", PolicyArn=arn)


def test_entities_of_a_policy(lone_account, iam):
    arn = lone_account.add_policy("p")
    for name in ("a", "b"):
        lone_account.add_user(name, Path="/team/")
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
        iam.create_group(GroupName=name)
        iam.attach_group_policy(GroupName=name, PolicyArn=arn)
    lone_account.add_user("bounded", PermissionsBoundary=arn)

    def entities(**arguments):
        answer = iam.list_entities_for_policy(PolicyArn=arn, **arguments)
        return ([group["GroupName"] for group in answer["PolicyGroups"]],
                [user["UserName"] for user in answer["PolicyUsers"]])

    assert entities() == (["a", "b"], ["a", "b", "bounded"])
    assert entities(EntityFilter="Group") == (["a", "b"], [])
    assert entities(EntityFilter="User") == ([], ["a", "b", "bounded"])
    assert entities(PathPrefix="/team/") == ([], ["a", "b"])
    assert entities(PolicyUsageFilter="PermissionsBoundary") == ([], ["bounded"])
    assert entities(PolicyUsageFilter="PermissionsPolicy") == (["a", "b"], ["a", "b"])
    pages = list(iam.get_paginator("list_entities_for_policy").paginate(
        PolicyArn=arn, PaginationConfig={"PageSize": 2}))
    assert [(len(page["PolicyGroups"]), len(page["PolicyUsers"])) for page in pages] == [
        (2, 0), (0, 2), (0, 1)]


def test_policies_of_aws_cannot_be_changed(iam):
    policy = iam.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]
    assert (policy["PolicyName"], policy["DefaultVersionId"]) == ("AdministratorAccess", "v1")
    version = iam.get_policy_version(PolicyArn=ADMINISTRATOR, VersionId="v1")["PolicyVersion"]
    assert version["Document"]["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    for call in (lambda: iam.delete_policy(PolicyArn=ADMINISTRATOR),
                 lambda: iam.create_policy_version(PolicyArn=ADMINISTRATOR, PolicyDocument=READ),
                 lambda: iam.set_default_policy_version(PolicyArn=ADMINISTRATOR, VersionId="v1"),
                 lambda: iam.delete_policy_version(PolicyArn=ADMINISTRATOR, VersionId="v1")):
        with refused("AccessDenied", status=403):
            call()


def test_boundaries(lone_account, iam):
    arn = lone_account.add_policy("limit")
    lone_account.add_user("u", PermissionsBoundary=arn)
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}

    assert iam.get_user(UserName="u")["User"]["PermissionsBoundary"] == boundary
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (0, 1)
    with refused("DeleteConflict", ATTACHED, 409):
        iam.delete_policy(PolicyArn=arn)
    iam.delete_user_permissions_boundary(UserName="u")
    iam.delete_user_permissions_boundary(UserName="u")
    assert "PermissionsBoundary" not in iam.get_user(UserName="u")["User"]
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=arn)
    assert iam.get_user(UserName="u")["User"]["PermissionsBoundary"] == boundary
    with refused("InvalidInput", "Invalid ARN:  Could not be parsed!"):
        iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary="not an ARN, but long")
    missing = f"Scope ARN: {unknown(lone_account)} does not exist or is not attachable."
    with refused("NoSuchEntity", missing, 404):
        iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=unknown(lone_account))
    with refused("NoSuchEntity", missing, 404):
        iam.create_user(UserName="v", PermissionsBoundary=unknown(lone_account))
    with refused("NoSuchEntity", not_found("user", "gone"), 404):
        iam.put_user_permissions_boundary(UserName="gone", PermissionsBoundary=arn)


def test_a_managed_policy_has_a_quota(iam):
    large = document("secretsmanager:*", resource=f"arn:aws:secretsmanager:::{'x' * 6144}")
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409):
        iam.create_policy(PolicyName="p", PolicyDocument=large)
    iam.create_policy(PolicyName="p", PolicyDocument=READ + " " * 7000)


def test_the_account(lone_account, iam):
    lone_account.add_policy("p")
    lone_account.add_user("u")
    iam.create_group(GroupName="g")

    summary = iam.get_account_summary()["SummaryMap"]
    assert {key: summary[key] for key in ("Users", "Groups", "Roles", "Policies")} == {
        "Users": 1, "Groups": 1, "Roles": 0, "Policies": 1}
    assert summary["GroupsPerUserQuota"] == summary["AttachedPoliciesPerUserQuota"] == 10
    assert [summary[f"{kind}Quota"] for kind in ("Users", "Groups", "Roles", "Policies")] == [
        5000, 300, 1000, 1500]
    assert (summary["PolicySizeQuota"], summary["PolicyVersionsInUse"]) == (6144, 1)
    assert (summary["AccountAccessKeysPresent"], summary["AccountMFAEnabled"]) == (1, 0)
    assert iam.list_account_aliases()["AccountAliases"] == []


def statement(**elements):
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    merged = {**allow, **elements}
    return {key: value for key, value in merged.items() if value is not None}


def policy(*statements, version="2012-10-17"):
    return {"Version": version, "Statement": list(statements)}


SYNTAX = "Syntax errors in policy."


@pytest.mark.parametrize("faulty, message", [
    ("not JSON", SYNTAX),
    ({}, SYNTAX),
    (policy(), SYNTAX),
    (policy(statement(Effect="Perhaps")), SYNTAX),
    (policy(statement(Unknown="x")), SYNTAX),
    (policy(statement(NotAction="s3:*")), SYNTAX),
    (policy(statement(Condition={"Unknown": {"a": "b"}})), SYNTAX),
    (policy(statement(), version="2020-01-01"),
     "Policy document must be version 2012-10-17 or greater."),
    (policy(statement(Resource="arn:aws:s3")), "The policy failed legacy parsing"),
    (policy(statement(Sid="a"), statement(Sid="a")),
     "Statement IDs (SID) in a single policy must be unique."),
    (policy(statement(Action=None)), "Policy statement must contain actions."),
    (policy(statement(Action=[])), "Policy statement must contain actions."),
    (policy(statement(Resource="arn:aws:*:::x")),
     "Resource vendor must be fully qualified and cannot contain regexes."),
    (policy(statement(Resource="arn:aws")),
     "Resource vendor must be fully qualified and cannot contain regexes."),
    (policy(statement(Resource=["*", "secret"])),
     'Resource secret must be in ARN format or "*".'),
    (policy(statement(Resource="arn:aws:iam:us-east-1:111122223333:user/a")),
     "IAM resource arn:aws:iam:us-east-1:111122223333:user/a cannot contain region information."),
    (policy(statement(Action="GetObject")),
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
    (policy(statement(Action="s3:Get:Object")), "Actions/Condition can contain only one colon."),
    (policy(statement(Action=["s3:*", "s 3:GetObject"])), "Vendor s 3 is not valid"),
    # How resources are spelled comes first.
    (policy(statement(Action="GetObject", Resource="x")),
     'Resource x must be in ARN format or "*".'),
    (policy(statement(Resource=None)), "Policy statement must contain resources."),
    (policy(statement(Principal="*")), "Policy document should not specify a principal."),
])
def test_what_is_wrong_with_a_document(lone_account, iam, faulty, message):
    text = faulty if isinstance(faulty, str) else json.dumps(faulty)
    arn = lone_account.add_policy("p")
    lone_account.add_user("u")

    for call in (lambda: iam.create_policy(PolicyName="q", PolicyDocument=text),
                 lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=text),
                 lambda: iam.put_user_policy(UserName="u", PolicyName="q", PolicyDocument=text)):
        with refused("MalformedPolicyDocument", message):
            call()


@pytest.mark.parametrize("resource", [
    "*", "arn:aws:s3:::*", "arn:aws:s3:*", "arn:*:s3:::a", "arn:aws:iam::111122223333:user/a",
    "arn:aws:iam::*:user/${aws:username}", "arn:aws:secretsmanager:us-?ast-1:*:secret:a/b*"])
def test_resources_that_are_accepted(iam, resource):
    iam.create_policy(PolicyName="p", PolicyDocument=document("s3:Get*", resource=resource))


def read_as(strict_account, name):
    strict_account.secrets.create_secret(Name=name, SecretString="s3cret")
    alice = strict_account.client_of("alice")
    return lambda: alice.get_secret_value(SecretId=name)["SecretString"]


@pytest.mark.parametrize("built_in", [True, False])
def test_an_attached_policy_lets_a_user_read(strict_account, name, built_in):
    iam = strict_account.iam
    strict_account.add_user("alice")
    read = read_as(strict_account, name)
    arn = READ_ONLY_CLIENT if built_in else strict_account.add_policy("read")

    with refused("AccessDeniedException"):
        read()
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    assert read() == "s3cret"
    iam.detach_user_policy(UserName="alice", PolicyArn=arn)
    with refused("AccessDeniedException"):
        read()


def test_a_boundary_bounds(strict_account, name):
    iam = strict_account.iam
    strict_account.add_user("alice")
    iam.attach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)
    read = read_as(strict_account, name)
    limit = strict_account.add_policy("limit", document("secretsmanager:ListSecrets"))

    assert read() == "s3cret"
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=limit)
    with refused("AccessDeniedException"):
        read()
    iam.delete_user_permissions_boundary(UserName="alice")
    assert read() == "s3cret"


def test_a_new_default_version_decides_the_next_call(strict_account, name):
    iam = strict_account.iam
    strict_account.add_user("alice")
    read = read_as(strict_account, name)
    arn = strict_account.add_policy("p")
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    assert read() == "s3cret"

    other = document("secretsmanager:ListSecrets")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=other)
    assert read() == "s3cret"
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    with refused("AccessDeniedException"):
        read()
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ, SetAsDefault=True)
    assert read() == "s3cret"


def test_existence_is_not_revealed(strict_account):
    there = strict_account.add_policy("there")
    strict_account.add_user("alice")
    alice = strict_account.client_of("alice", "iam")

    for arn in (there, strict_account.arn("policy", "gone")):
        for call in (lambda: alice.get_policy(PolicyArn=arn),
                     lambda: alice.delete_policy(PolicyArn=arn),
                     lambda: alice.list_policy_versions(PolicyArn=arn)):
            with refused("AccessDenied", status=403):
                call()
    for user in ("alice", "gone"):
        with refused("AccessDenied", status=403):
            alice.attach_user_policy(UserName=user, PolicyArn=ADMINISTRATOR)


def conditional(action, operator, key, value):
    """Allows an action to whoever meets a condition."""
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": action, "Resource": "*",
         "Condition": {operator: {key: value}}}]})


def test_a_condition_on_the_policy_that_is_attached(strict_account):
    strict_account.add_user("alice")
    strict_account.iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=conditional(
        "iam:AttachUserPolicy", "ArnEquals", "iam:PolicyARN", READ_ONLY_CLIENT))
    alice = strict_account.client_of("alice", "iam")

    with refused("AccessDenied", status=403):
        alice.attach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)
    alice.attach_user_policy(UserName="alice", PolicyArn=READ_ONLY_CLIENT)


def test_a_condition_on_the_boundary(strict_account):
    limit = strict_account.add_policy("limit")
    strict_account.add_user("alice")
    strict_account.iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=conditional(
        ["iam:CreateUser", "iam:PutUserPolicy"], "StringEquals", "iam:PermissionsBoundary", limit))
    alice = strict_account.client_of("alice", "iam")

    with refused("AccessDenied", status=403):
        alice.create_user(UserName="bob")
    with refused("AccessDenied", status=403):
        alice.create_user(UserName="bob", PermissionsBoundary=ADMINISTRATOR)
    alice.create_user(UserName="bob", PermissionsBoundary=limit)
    alice.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=READ)
    with refused("AccessDenied", status=403):
        alice.put_user_policy(UserName="alice", PolicyName="q", PolicyDocument=READ)


@pytest.mark.parametrize("key", ["aws:ResourceTag/team", "iam:ResourceTag/team"])
def test_a_condition_on_tags_is_about_those_that_are_there(strict_account, key):
    strict_account.add_user("alice")
    strict_account.add_user("red", Tags=[{"Key": "Team", "Value": "red"}])
    strict_account.add_user("blue")
    strict_account.iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=conditional(
        "iam:TagUser", "StringEquals", key, "red"))
    alice = strict_account.client_of("alice", "iam")

    alice.tag_user(UserName="red", Tags=[{"Key": "x", "Value": "y"}])
    with refused("AccessDenied", status=403):
        alice.tag_user(UserName="blue", Tags=[{"Key": "team", "Value": "red"}])
