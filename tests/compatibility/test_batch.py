"""BatchGetSecretValue."""

import pytest

from support import (MARKED_FOR_DELETION, NOT_FOUND, label_not_found, refused, without_metadata)

NOT_BOTH = "Either 'SecretIdList' or 'Filters' must be provided, but not both."
ONLY_WITH_FILTERS = ("'Filters' not specified. 'Filters' must also be specified when 'MaxResults' "
                     "is provided.")


def by_name(prefix):
    return [{"Key": "name", "Values": [prefix]}]


def test_values_come_in_the_order_asked_for(client, name):
    arns = [client.create_secret(Name=f"{name}-{n}", SecretString=str(n))["ARN"] for n in range(3)]

    reply = without_metadata(
        client.batch_get_secret_value(SecretIdList=[f"{name}-2", arns[0], arns[1][:-7]]))

    assert set(reply) == {"SecretValues", "Errors"}
    assert [entry["SecretString"] for entry in reply["SecretValues"]] == ["2", "0", "1"]
    assert reply["Errors"] == []


@pytest.mark.parametrize("value", [{"SecretString": "text"}, {"SecretBinary": b"\x00\xff"}])
def test_an_entry_is_what_get_secret_value_answers(client, name, value):
    client.create_secret(Name=name, SecretString="old")
    client.put_secret_value(SecretId=name, **value)

    [entry] = client.batch_get_secret_value(SecretIdList=[name])["SecretValues"]

    assert entry == without_metadata(client.get_secret_value(SecretId=name))


def test_failures_are_entries_of_their_own(client, name):
    for text in ("good", "scheduled", "empty"):
        value = {} if text == "empty" else {"SecretString": text}
        client.create_secret(Name=f"{name}-{text}", **value)
    client.delete_secret(SecretId=f"{name}-scheduled")

    reply = client.batch_get_secret_value(SecretIdList=[
        f"{name}-missing", f"{name}-good", f"{name}-scheduled", f"{name}-empty"])

    assert [entry["SecretString"] for entry in reply["SecretValues"]] == ["good"]
    errors = {entry["SecretId"]: (entry["ErrorCode"], entry["Message"])
              for entry in reply["Errors"]}
    assert errors == {
        f"{name}-missing": ("ResourceNotFoundException", NOT_FOUND),
        f"{name}-scheduled": ("InvalidRequestException", MARKED_FOR_DELETION),
        f"{name}-empty": ("ResourceNotFoundException", label_not_found("AWSCURRENT")),
    }


def test_twenty_ids_at_most(client, raw, name):
    names = [f"{name}-{number}" for number in range(21)]
    for text in names[:20]:
        client.create_secret(Name=text, SecretString=text)

    reply = client.batch_get_secret_value(SecretIdList=names[:20])

    assert [entry["Name"] for entry in reply["SecretValues"]] == names[:20]
    raw("BatchGetSecretValue", {"SecretIdList": names}).expect_refusal("ValidationException")


def test_twenty_of_the_largest_values(client, name):
    names = [f"{name}-{number}" for number in range(20)]
    for text in names:
        client.create_secret(Name=text, SecretString=text + "\n" * (65536 - len(text)))

    reply = client.batch_get_secret_value(SecretIdList=names)

    assert [len(entry["SecretString"]) for entry in reply["SecretValues"]] == [65536] * 20


def test_a_filter_selects(client, name):
    for number in range(3):
        client.create_secret(Name=f"{name}-{number}", SecretString=str(number))
    client.create_secret(Name=f"{name}-gone", SecretString="gone")
    client.delete_secret(SecretId=f"{name}-gone")

    reply = client.batch_get_secret_value(Filters=by_name(name))

    assert [entry["SecretString"] for entry in reply["SecretValues"]] == ["0", "1", "2"]
    assert reply["Errors"] == []
    assert "NextToken" not in reply


def test_a_filter_that_finds_nothing(client, name):
    reply = without_metadata(client.batch_get_secret_value(Filters=by_name(name)))

    assert reply == {"SecretValues": [], "Errors": []}


def test_a_filtered_secret_without_value_is_an_error_entry(client, name):
    client.create_secret(Name=f"{name}-empty")
    client.create_secret(Name=f"{name}-full", SecretString="full")

    reply = client.batch_get_secret_value(Filters=by_name(name))

    assert [entry["SecretString"] for entry in reply["SecretValues"]] == ["full"]
    [error] = reply["Errors"]
    assert (error["ErrorCode"], error["Message"]) == ("ResourceNotFoundException",
                                                      label_not_found("AWSCURRENT"))


@pytest.mark.parametrize("page_size", [1, 2, 5, 20])
def test_pages_of_a_filter(client, name, page_size):
    names = [f"{name}-{number}" for number in range(5)]
    for text in names:
        client.create_secret(Name=text, SecretString=text)

    seen, arguments = [], {"Filters": by_name(name), "MaxResults": page_size}
    while True:
        reply = client.batch_get_secret_value(**arguments)
        assert len(reply["SecretValues"]) <= page_size
        seen += [entry["Name"] for entry in reply["SecretValues"]]
        if "NextToken" not in reply:
            break
        arguments["NextToken"] = reply["NextToken"]

    assert seen == names


@pytest.mark.parametrize("arguments, message", [
    ({"SecretIdList": ["a"], "Filters": by_name("a")}, NOT_BOTH),
    ({}, NOT_BOTH),
    ({"SecretIdList": ["a"], "MaxResults": 5}, ONLY_WITH_FILTERS),
])
def test_arguments_that_exclude_each_other(client, arguments, message):
    with refused("InvalidParameterException", message):
        client.batch_get_secret_value(**arguments)
