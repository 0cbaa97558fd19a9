"""TagResource, UntagResource and the rules of tags."""

import pytest

from support import NOT_FOUND, new_token, refused


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def shown(client, name):
    return client.describe_secret(SecretId=name).get("Tags")


def test_tags_are_absent_until_the_first(client, name):
    client.create_secret(Name=name)

    assert shown(client, name) is None


def test_new_tags_are_appended_and_known_ones_replaced_in_place(client, name):
    client.create_secret(Name=name, Tags=tags(tag1="1"))

    client.tag_resource(SecretId=name, Tags=tags(tag3="3", tag2="2"))
    assert shown(client, name) == tags(tag1="1", tag3="3", tag2="2")

    client.tag_resource(SecretId=name, Tags=tags(tag4="", tag3="three"))
    assert shown(client, name) == tags(tag1="1", tag3="three", tag2="2", tag4="")


def test_keys_are_case_sensitive(client, name):
    client.create_secret(Name=name, Tags=tags(key="lower"))

    client.tag_resource(SecretId=name, Tags=tags(Key="upper"))

    assert shown(client, name) == tags(key="lower", Key="upper")


def test_untagging(client, name):
    client.create_secret(Name=name, Tags=tags(a="1", b="2", c="3"))

    client.untag_resource(SecretId=name, TagKeys=["b", "unknown", "A"])

    assert shown(client, name) == tags(a="1", c="3")


def test_once_tagged_an_empty_list_remains(client, name):
    client.create_secret(Name=name, Tags=tags(a="1"))

    client.untag_resource(SecretId=name, TagKeys=["a"])

    assert shown(client, name) == []
    [entry] = client.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"]
    assert entry["Tags"] == []


def test_replies_are_empty(client, name):
    client.create_secret(Name=name)

    for reply in (client.tag_resource(SecretId=name, Tags=tags(a="1")),
                  client.untag_resource(SecretId=name, TagKeys=["a"])):
        assert set(reply) == {"ResponseMetadata"}


def test_tags_hold_any_text(client, name):
    unusual = [{"Key": "k" * 128, "Value": "v" * 256},
               {"Key": "ключ: +-=._:/@", "Value": "值 \"x\""}]
    client.create_secret(Name=name)

    client.tag_resource(SecretId=name, Tags=unusual)

    assert shown(client, name) == unusual


@pytest.mark.parametrize("tag", [{"Key": "", "Value": "v"}, {"Key": "k" * 129, "Value": "v"},
                                 {"Key": "k", "Value": "v" * 257}])
@pytest.mark.parametrize("operation", ["CreateSecret", "TagResource"])
def test_lengths(raw, name, operation, tag):
    key = "Name" if operation == "CreateSecret" else "SecretId"

    raw(operation, {key: name, "ClientRequestToken": new_token(), "Tags": [tag]}).expect_refusal(
        "ValidationException")


def many(count):
    return [{"Key": f"key-{number}", "Value": ""} for number in range(count)]


def test_fifty_tags_is_the_quota(client, name):
    client.create_secret(Name=name, Tags=many(49))
    client.tag_resource(SecretId=name, Tags=tags(last="one"))

    with refused("LimitExceededException"):
        client.tag_resource(SecretId=name, Tags=tags(too="many"))
    with refused("LimitExceededException"):
        client.create_secret(Name=f"{name}-other", Tags=many(51))

    client.tag_resource(SecretId=name, Tags=tags(last="replaced"))
    assert shown(client, name) == many(49) + tags(last="replaced")


@pytest.mark.parametrize("bad", [[{"Key": "aws:mine", "Value": "v"}],
                                 [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]],
                         ids=["reserved", "twice"])
def test_keys_that_are_refused(client, name, bad):
    client.create_secret(Name=name)

    with refused("InvalidParameterException"):
        client.tag_resource(SecretId=name, Tags=bad)
    with refused("InvalidParameterException"):
        client.create_secret(Name=f"{name}-other", Tags=bad)

    assert shown(client, name) is None


def test_a_missing_secret(client, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.tag_resource(SecretId=name, Tags=tags(a="1"))
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.untag_resource(SecretId=name, TagKeys=["a"])
