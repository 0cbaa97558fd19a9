"""Groups of IAM, who is in them, and what their policies let members do."""

import pytest

from iam_support import ADMINISTRATOR, READ, document, not_found
from support import refused


@pytest.fixture
def iam(lone_account):
    return lone_account.iam


def test_create_and_get(lone_account, iam):
    created = iam.create_group(GroupName="Readers", Path="/team/")["Group"]

    assert created["Arn"] == lone_account.arn("group", "Readers", "/team/")
    assert created["GroupId"].startswith("AGPA") and len(created["GroupId"]) == 21
    assert created["Path"] == "/team/"
    answer = iam.get_group(GroupName="readers")
    assert answer["Group"] == created
    assert answer["Users"] == [] and answer["IsTruncated"] is False
    assert iam.list_groups()["Groups"] == [created]
    assert iam.list_groups(PathPrefix="/other/")["Groups"] == []


def test_names_are_unique_whatever_their_case(iam):
    iam.create_group(GroupName="readers")
    with refused("EntityAlreadyExists", "Group with name READERS already exists.", 409):
        iam.create_group(GroupName="READERS")


@pytest.mark.parametrize("call", [
    lambda iam: iam.get_group(GroupName="gone"),
    lambda iam: iam.delete_group(GroupName="gone"),
    lambda iam: iam.update_group(GroupName="gone", NewPath="/a/"),
    lambda iam: iam.add_user_to_group(GroupName="gone", UserName="u"),
    lambda iam: iam.remove_user_from_group(GroupName="gone", UserName="u"),
    lambda iam: iam.put_group_policy(GroupName="gone", PolicyName="p", PolicyDocument=READ),
    lambda iam: iam.get_group_policy(GroupName="gone", PolicyName="p"),
    lambda iam: iam.list_group_policies(GroupName="gone"),
    lambda iam: iam.delete_group_policy(GroupName="gone", PolicyName="p"),
    lambda iam: iam.attach_group_policy(GroupName="gone", PolicyArn=ADMINISTRATOR),
    lambda iam: iam.detach_group_policy(GroupName="gone", PolicyArn=ADMINISTRATOR),
    lambda iam: iam.list_attached_group_policies(GroupName="gone"),
])
def test_a_group_that_is_not_there(iam, call):
    with refused("NoSuchEntity", not_found("group", "gone"), 404):
        call(iam)


def test_members(lone_account, iam):
    iam.create_group(GroupName="g")
    for user in ("c", "a", "b"):
        lone_account.add_user(user, "g")
    iam.add_user_to_group(GroupName="g", UserName="a")  # Once more: nothing changes.

    assert [user["UserName"] for user in iam.get_group(GroupName="g")["Users"]] == ["a", "b", "c"]
    assert [group["GroupName"] for group in iam.list_groups_for_user(UserName="a")["Groups"]] == ["g"]
    iam.remove_user_from_group(GroupName="g", UserName="b")
    assert [user["UserName"] for user in iam.get_group(GroupName="g")["Users"]] == ["a", "c"]
    assert iam.list_groups_for_user(UserName="b")["Groups"] == []
    with refused("NoSuchEntity", status=404):
        iam.remove_user_from_group(GroupName="g", UserName="b")


def test_members_that_are_not_there(iam):
    iam.create_group(GroupName="g")
    with refused("NoSuchEntity", not_found("user", "gone"), 404):
        iam.add_user_to_group(GroupName="g", UserName="gone")
    with refused("NoSuchEntity", not_found("user", "gone"), 404):
        iam.remove_user_from_group(GroupName="g", UserName="gone")
    with refused("NoSuchEntity", not_found("user", "gone"), 404):
        iam.list_groups_for_user(UserName="gone")


def test_pages(lone_account, iam):
    for index in range(5):
        iam.create_group(GroupName=f"G{index}")
        lone_account.add_user(f"u{index}", "G0")
        iam.add_user_to_group(GroupName=f"G{index}", UserName="u0")

    for call, arguments, key in [("list_groups", {}, "Groups"),
                                 ("list_groups_for_user", {"UserName": "u0"}, "Groups"),
                                 ("get_group", {"GroupName": "G0"}, "Users")]:
        pages = list(iam.get_paginator(call).paginate(**arguments, PaginationConfig={"PageSize": 2}))
        assert [len(page[key]) for page in pages] == [2, 2, 1], call
        assert [page["IsTruncated"] for page in pages] == [True, True, False]
        name = "GroupName" if key == "Groups" else "UserName"
        names = [item[name] for page in pages for item in page[key]]
        assert names == sorted(names) and len(set(names)) == 5


def test_ten_groups_per_user(lone_account, iam):
    lone_account.add_user("u")
    for index in range(11):
        iam.create_group(GroupName=f"g{index}")
    for index in range(10):
        iam.add_user_to_group(GroupName=f"g{index}", UserName="u")
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10", 409):
        iam.add_user_to_group(GroupName="g10", UserName="u")


def test_inline_policies(iam):
    iam.create_group(GroupName="g")
    iam.put_group_policy(GroupName="g", PolicyName="b", PolicyDocument=READ)
    iam.put_group_policy(GroupName="g", PolicyName="a", PolicyDocument=READ)

    answer = iam.get_group_policy(GroupName="g", PolicyName="b")
    assert (answer["GroupName"], answer["PolicyName"]) == ("g", "b")
    assert answer["PolicyDocument"]["Statement"][0]["Action"] == ["secretsmanager:GetSecretValue"]
    assert iam.list_group_policies(GroupName="g")["PolicyNames"] == ["a", "b"]
    first = iam.list_group_policies(GroupName="g", MaxItems=1)
    assert first["PolicyNames"] == ["a"] and first["IsTruncated"] is True
    rest = iam.list_group_policies(GroupName="g", Marker=first["Marker"])
    assert rest["PolicyNames"] == ["b"] and rest["IsTruncated"] is False
    iam.delete_group_policy(GroupName="g", PolicyName="b")
    missing = "The group policy with name b cannot be found."
    with refused("NoSuchEntity", missing, 404):
        iam.get_group_policy(GroupName="g", PolicyName="b")
    with refused("NoSuchEntity", missing, 404):
        iam.delete_group_policy(GroupName="g", PolicyName="b")
    with refused("MalformedPolicyDocument", "Syntax errors in policy."):
        iam.put_group_policy(GroupName="g", PolicyName="c", PolicyDocument="{}")


def test_inline_policies_have_a_quota(iam):
    iam.create_group(GroupName="g")
    large = document("secretsmanager:GetSecretValue", resource=f"arn:aws:secretsmanager:::{'x' * 4950}")
    iam.put_group_policy(GroupName="g", PolicyName="a", PolicyDocument=large + " " * 9000)
    with refused("LimitExceeded", "Maximum policy size of 5120 bytes exceeded for group g", 409):
        iam.put_group_policy(GroupName="g", PolicyName="b", PolicyDocument=READ)


def test_update(lone_account, iam):
    iam.create_group(GroupName="old")
    iam.create_group(GroupName="taken")
    lone_account.add_user("u", "old")

    iam.update_group(GroupName="old", NewGroupName="New", NewPath="/team/")
    [group] = iam.list_groups_for_user(UserName="u")["Groups"]
    assert group["Arn"] == lone_account.arn("group", "New", "/team/")
    with refused("NoSuchEntity", status=404):
        iam.get_group(GroupName="old")
    with refused("EntityAlreadyExists", status=409):
        iam.update_group(GroupName="new", NewGroupName="Taken")
    iam.update_group(GroupName="new", NewGroupName="NEW")
    assert iam.get_group(GroupName="new")["Group"]["GroupName"] == "NEW"


def test_only_an_empty_group_is_deleted(lone_account, iam):
    iam.create_group(GroupName="g")
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=READ)
    iam.attach_group_policy(GroupName="g", PolicyArn=ADMINISTRATOR)
    lone_account.add_user("u", "g")

    def conflict(what):
        return refused("DeleteConflict", f"Cannot delete entity, must {what} first.", 409)

    with conflict("delete policies"):
        iam.delete_group(GroupName="g")
    iam.delete_group_policy(GroupName="g", PolicyName="p")
    with conflict("detach all policies"):
        iam.delete_group(GroupName="g")
    iam.detach_group_policy(GroupName="g", PolicyArn=ADMINISTRATOR)
    with conflict("remove users from group"):
        iam.delete_group(GroupName="g")
    with conflict("remove users from group"):
        iam.delete_user(UserName="u")
    iam.remove_user_from_group(GroupName="g", UserName="u")
    iam.delete_group(GroupName="g")
    assert iam.list_groups()["Groups"] == []


def test_update_user(lone_account, iam):
    lone_account.add_user("old")
    lone_account.add_user("taken")
    client = lone_account.client_of("old", "sts")

    iam.update_user(UserName="old", NewUserName="New", NewPath="/team/")
    arn = lone_account.arn("user", "New", "/team/")
    assert iam.get_user(UserName="new")["User"]["Arn"] == arn
    assert client.get_caller_identity()["Arn"] == arn
    with refused("EntityAlreadyExists", "User with name taken already exists.", 409):
        iam.update_user(UserName="new", NewUserName="taken")
    with refused("NoSuchEntity", not_found("user", "old"), 404):
        iam.update_user(UserName="old", NewPath="/")


def test_tags_of_users(lone_account, iam):
    lone_account.add_user("u", Tags=[{"Key": "Team", "Value": "red"}])
    iam.tag_user(UserName="u", Tags=[{"Key": "team", "Value": "blue"}, {"Key": "b", "Value": ""}])

    tags = [{"Key": "b", "Value": ""}, {"Key": "team", "Value": "blue"}]
    assert iam.list_user_tags(UserName="u")["Tags"] == tags
    first = iam.list_user_tags(UserName="u", MaxItems=1)
    assert first["Tags"] == tags[:1] and first["IsTruncated"]
    assert iam.list_user_tags(UserName="u", Marker=first["Marker"])["Tags"] == tags[1:]
    iam.untag_user(UserName="u", TagKeys=["TEAM", "unknown"])
    assert iam.get_user(UserName="u")["User"]["Tags"] == tags[:1]
    with refused("InvalidInput"):
        iam.tag_user(UserName="u", Tags=[{"Key": "x", "Value": ""}, {"Key": "X", "Value": ""}])
    iam.tag_user(UserName="u", Tags=[{"Key": f"k{i}", "Value": ""} for i in range(49)])
    with refused("LimitExceeded", "Cannot exceed quota for TagsPerUser: 50", 409):
        iam.tag_user(UserName="u", Tags=[{"Key": "more", "Value": ""}])
    for call in (lambda: iam.list_user_tags(UserName="gone"),
                 lambda: iam.untag_user(UserName="gone", TagKeys=["a"]),
                 lambda: iam.tag_user(UserName="gone", Tags=[])):
        with refused("NoSuchEntity", not_found("user", "gone"), 404):
            call()


def test_a_group_policy_lets_members_read(strict_account, name):
    iam = strict_account.iam
    strict_account.secrets.create_secret(Name=name, SecretString="s3cret")
    iam.create_group(GroupName="readers")
    strict_account.add_user("alice")
    alice = strict_account.client_of("alice")

    def read():
        return alice.get_secret_value(SecretId=name)["SecretString"]

    with refused("AccessDeniedException"):
        read()
    iam.add_user_to_group(GroupName="readers", UserName="alice")
    with refused("AccessDeniedException"):
        read()
    iam.put_group_policy(GroupName="readers", PolicyName="p", PolicyDocument=READ)
    assert read() == "s3cret"
    iam.remove_user_from_group(GroupName="readers", UserName="alice")
    with refused("AccessDeniedException"):
        read()


def test_a_managed_policy_of_a_group_lets_members_read(strict_account, name):
    iam = strict_account.iam
    strict_account.secrets.create_secret(Name=name, SecretString="s3cret")
    iam.create_group(GroupName="readers")
    strict_account.add_user("alice", "readers")
    alice = strict_account.client_of("alice")
    arn = strict_account.add_policy("read")

    iam.attach_group_policy(GroupName="readers", PolicyArn=arn)
    assert alice.get_secret_value(SecretId=name)["SecretString"] == "s3cret"
    iam.detach_group_policy(GroupName="readers", PolicyArn=arn)
    with refused("AccessDeniedException"):
        alice.get_secret_value(SecretId=name)


def test_existence_is_not_revealed(strict_account):
    strict_account.iam.create_group(GroupName="there")
    strict_account.add_user("alice")
    alice = strict_account.client_of("alice", "iam")

    for group in ("there", "gone"):
        for call in (lambda: alice.get_group(GroupName=group),
                     lambda: alice.create_group(GroupName=group),
                     lambda: alice.add_user_to_group(GroupName=group, UserName="gone")):
            with refused("AccessDenied", status=403):
                call()


def test_renaming_takes_the_permission_for_both_names(strict_account):
    strict_account.add_user("alice")
    strict_account.add_user("bob")
    strict_account.iam.put_user_policy(
        UserName="alice", PolicyName="p", PolicyDocument=document(
            "iam:UpdateUser", resource=strict_account.arn("user", "bob*")))
    alice = strict_account.client_of("alice", "iam")

    with refused("AccessDenied", status=403):
        alice.update_user(UserName="bob", NewUserName="carol")
    alice.update_user(UserName="bob", NewUserName="bob2")
