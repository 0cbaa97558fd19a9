"""DescribeSecret and ListSecrets: members, orders and pages."""

import pytest

from support import (account_with, let_the_clock_tick, listed_names, new_token, refused,
                     without_metadata)


def members(shown):
    return set(without_metadata(shown))


def test_members_of_a_fresh_secret(client, name):
    client.create_secret(Name=name, SecretString="value")
    fresh = {"ARN", "CreatedDate", "LastChangedDate", "Name", "VersionIdsToStages"}

    described = client.describe_secret(SecretId=name)

    assert members(described) == fresh
    assert list(described["VersionIdsToStages"].values()) == [["AWSCURRENT"]]


def test_members_of_a_secret_without_value(client, name):
    client.create_secret(Name=name, Description="")

    assert members(client.describe_secret(SecretId=name)) == {
        "ARN", "CreatedDate", "LastChangedDate", "Name"}


def test_members_with_everything_set(client, name):
    client.create_secret(Name=name, SecretString="value", Description="d",
                         KmsKeyId="alias/aws/secretsmanager", Tags=[{"Key": "a", "Value": "b"}])

    assert members(client.describe_secret(SecretId=name)) == {
        "ARN", "CreatedDate", "Description", "KmsKeyId", "LastChangedDate", "Name", "Tags",
        "VersionIdsToStages"}


def test_members_of_a_scheduled_secret(client, name):
    client.create_secret(Name=name, SecretString="value")
    client.delete_secret(SecretId=name)

    assert members(client.describe_secret(SecretId=name)) == {
        "ARN", "CreatedDate", "DeletedDate", "LastChangedDate", "Name", "VersionIdsToStages"}


def test_members_of_a_list_entry(lone_client, name):
    lone_client.create_secret(Name=name, SecretString="value", Description="d")

    reply = without_metadata(lone_client.list_secrets())

    assert set(reply) == {"SecretList"}
    [entry] = reply["SecretList"]
    assert set(entry) == {"ARN", "CreatedDate", "Description", "LastChangedDate", "Name",
                          "SecretVersionsToStages"}
    described = without_metadata(lone_client.describe_secret(SecretId=name))
    described["SecretVersionsToStages"] = described.pop("VersionIdsToStages")
    assert entry == described


def test_an_account_without_secrets(lone_client):
    assert without_metadata(lone_client.list_secrets()) == {"SecretList": []}


def test_a_list_never_holds_values(server, account):
    client, raw = server.client(key=account), server.raw(key=account)
    client.create_secret(Name="with-value", SecretString="do not show this")

    assert b"do not show this" not in raw("ListSecrets").body


@pytest.mark.parametrize("change", [
    lambda client, name: client.put_secret_value(SecretId=name, SecretString="new"),
    lambda client, name: client.update_secret(SecretId=name, SecretString="new"),
    lambda client, name: client.update_secret(SecretId=name, Description="new"),
    lambda client, name: client.tag_resource(SecretId=name, Tags=[{"Key": "a", "Value": "b"}]),
    lambda client, name: client.untag_resource(SecretId=name, TagKeys=["old"]),
    lambda client, name: client.delete_secret(SecretId=name),
], ids=["put", "update value", "update description", "tag", "untag", "delete"])
def test_changes_move_the_last_changed_date(client, name, change):
    client.create_secret(Name=name, SecretString="value", Tags=[{"Key": "old", "Value": ""}])
    before = client.describe_secret(SecretId=name)
    let_the_clock_tick()

    change(client, name)

    after = client.describe_secret(SecretId=name)
    assert after["LastChangedDate"] > before["LastChangedDate"]
    assert after["CreatedDate"] == before["CreatedDate"]


@pytest.fixture(scope="module")
def seven(server):
    """Seven secrets whose name order, creation order and order of changes all differ."""
    created = ["delta", "alpha", "golf", "bravo", "foxtrot", "charlie", "echo"]
    client = account_with(server, "210000000007",
                          [{"Name": text, "SecretString": text} for text in created])
    for text in ("golf", "alpha", "echo"):
        let_the_clock_tick()
        client.update_secret(SecretId=text, Description="changed")
    return client


CREATED = ["delta", "alpha", "golf", "bravo", "foxtrot", "charlie", "echo"]
CHANGED = ["delta", "bravo", "foxtrot", "charlie", "golf", "alpha", "echo"]
ORDERS = [({}, CREATED), ({"SortBy": "created-date"}, CREATED), ({"SortBy": "name"},
                                                                 sorted(CREATED)),
          ({"SortBy": "last-changed-date"}, CHANGED)]


@pytest.mark.parametrize("sort, ascending", ORDERS)
@pytest.mark.parametrize("order", [None, "asc", "desc"])
@pytest.mark.parametrize("page_size", [1, 3, 7, 100])
def test_orders_and_pages(seven, sort, ascending, order, page_size):
    if order:
        sort = {**sort, "SortOrder": order}

    names = listed_names(seven, **sort, PaginationConfig={"PageSize": page_size})

    assert names == (ascending[::-1] if order == "desc" else ascending)


def test_names_are_sorted_by_bytes(server, account):
    names = ["b", "B", "a/b", "a", "a-b", "A", "_"]
    client = account_with(server, account, [{"Name": text} for text in names])

    assert listed_names(client, SortBy="name") == sorted(names)


def test_order_of_last_access(make_server):
    server = make_server(ephemeral=True).start()
    client = account_with(server, "test", [{"Name": text, "SecretString": text}
                                           for text in ("never", "late", "early")])
    for text in ("early", "late"):
        client.get_secret_value(SecretId=text)
        server.advance(days=1)

    assert listed_names(client, SortBy="last-accessed-date") == ["never", "early", "late"]
    assert listed_names(client, SortBy="last-accessed-date", SortOrder="desc") == [
        "late", "early", "never"]


def test_filters_and_pages_together(seven):
    names = listed_names(seven, Filters=[{"Key": "description", "Values": ["changed"]}],
                         SortBy="name", PaginationConfig={"PageSize": 1})

    assert names == ["alpha", "echo", "golf"]


def test_a_page_is_a_hundred_by_default(server, account):
    client = account_with(server, account, [{"Name": f"s{number:03}"} for number in range(105)])

    first = client.list_secrets()
    rest = client.list_secrets(NextToken=first["NextToken"])

    assert len(first["SecretList"]) == 100
    assert len(rest["SecretList"]) == 5
    assert "NextToken" not in rest


def test_paging_survives_changes_between_pages(server, account):
    client = account_with(server, account, [{"Name": f"s{number}"} for number in range(6)])

    first = client.list_secrets(MaxResults=3)
    client.delete_secret(SecretId="s2", ForceDeleteWithoutRecovery=True)
    client.create_secret(Name="s9")
    rest = client.list_secrets(MaxResults=3, NextToken=first["NextToken"])
    names = [secret["Name"] for secret in first["SecretList"] + rest["SecretList"]]

    assert names[:6] == ["s0", "s1", "s2", "s3", "s4", "s5"]


@pytest.mark.parametrize("token", ["garbage", "AAAA", "e30=", "x" * 4096, "ü", "1", "'; --"])
@pytest.mark.parametrize("operation", ["ListSecrets", "ListSecretVersionIds",
                                       "BatchGetSecretValue"])
def test_a_next_token_that_is_none(client, raw, name, operation, token):
    body = {"ListSecrets": {}, "ListSecretVersionIds": {"SecretId": name},
            "BatchGetSecretValue": {"Filters": [{"Key": "name", "Values": ["a"]}]}}[operation]
    client.create_secret(Name=name, SecretString="value")

    raw(operation, {**body, "NextToken": token}).expect_refusal("InvalidNextTokenException")


@pytest.mark.parametrize("misuse", [
    {"SortBy": "name"}, {"SortOrder": "desc"}, {"IncludePlannedDeletion": True},
    {"Filters": [{"Key": "name", "Values": ["a"]}]}])
def test_a_next_token_of_another_question(seven, misuse):
    token = seven.list_secrets(MaxResults=2)["NextToken"]

    with refused("InvalidNextTokenException"):
        seven.list_secrets(MaxResults=2, NextToken=token, **misuse)


def test_a_next_token_of_another_operation(server, seven):
    token = seven.list_secrets(MaxResults=2)["NextToken"]

    with refused("InvalidNextTokenException"):
        seven.list_secret_version_ids(SecretId="alpha", NextToken=token)


def test_a_next_token_shows_nothing_of_another_account(server, seven, account):
    other = account_with(server, account, [{"Name": "mine"}])
    token = seven.list_secrets(MaxResults=2)["NextToken"]

    with refused("InvalidNextTokenException"):
        other.list_secrets(MaxResults=2, NextToken=token)


def test_the_page_size_may_change_between_pages(seven):
    first = seven.list_secrets(MaxResults=2)

    rest = seven.list_secrets(MaxResults=5, NextToken=first["NextToken"])

    assert len(rest["SecretList"]) == 5


def test_planned_deletions_are_listed_when_asked_for(lone_client):
    for text in ("kept", "scheduled"):
        lone_client.create_secret(Name=text, ClientRequestToken=new_token(), SecretString="v")
    lone_client.delete_secret(SecretId="scheduled")

    assert listed_names(lone_client) == ["kept"]
    listed = lone_client.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert [secret["Name"] for secret in listed] == ["kept", "scheduled"]
    assert "DeletedDate" not in listed[0] and "DeletedDate" in listed[1]
