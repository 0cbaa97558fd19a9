"""Filters of ListSecrets; each table holds what was measured on AWS."""

import pytest

from support import account_with, listed_names


def matching(client, *filters):
    return listed_names(client, Filters=[{"Key": key, "Values": [values] if isinstance(values, str)
                                          else values} for key, values in filters])


@pytest.fixture(scope="module")
def described(server):
    texts = ["a secret", "an secret", "asecret", "thesecret"]
    return account_with(server, "210000000001",
                        [{"Name": text.replace(" ", "_"), "Description": text} for text in texts])


@pytest.mark.parametrize("value, expected", [
    ("a", ["a_secret", "an_secret", "asecret"]),
    ("A", ["a_secret", "an_secret", "asecret"]),
    ("a secret", ["a_secret", "an_secret"]),
    ("secret a", ["a_secret", "an_secret"]),
    ("!a", ["thesecret"]),
    ("!c", ["a_secret", "an_secret", "asecret", "thesecret"]),
    ("c", []),
])
def test_filter_by_words_of_the_description(described, value, expected):
    assert matching(described, ("description", value)) == expected


@pytest.fixture(scope="module")
def counted(server):
    texts = ["one two", "one and two", "one", "two"]
    return account_with(server, "210000000002",
                        [{"Name": text.replace(" ", "_"), "Description": text} for text in texts])


@pytest.mark.parametrize("filters, expected", [
    ([("description", "one two")], ["one_two", "one_and_two"]),
    ([("description", "two one")], ["one_two", "one_and_two"]),
    ([("description", "o t")], ["one_two", "one_and_two"]),
    ([("description", "t")], ["one_two", "one_and_two", "two"]),
    ([("description", "one"), ("description", "two")], ["one_two", "one_and_two"]),
    ([("description", ["one", "two"])], ["one_two", "one_and_two", "one", "two"]),
    ([("description", "one"), ("description", "!two")], ["one"]),
    ([("description", "one"), ("name", "one_")], ["one_two", "one_and_two"]),
    ([], ["one_two", "one_and_two", "one", "two"]),
])
def test_filters_combine(counted, filters, expected):
    assert matching(counted, *filters) == expected


def test_a_description_is_matched_regardless_of_case(server, account):
    client = account_with(server, account, [
        {"Name": "first", "Description": "My basic description"},
        {"Name": "second", "Description": "Description of my secret"},
        {"Name": "third", "Description": "Something else"}])

    assert matching(client, ("description", "My Description")) == ["first", "second"]


@pytest.fixture(scope="module")
def named(server):
    return account_with(server, "210000000003", [
        {"Name": text} for text in ["/app/db", "app/db", "App/db", "testing1", "testing1_one"]])


@pytest.mark.parametrize("values, expected", [
    ("/", ["/app/db"]),
    ("app", ["app/db"]),
    ("App", ["App/db"]),
    ("APP", []),
    ("db", []),
    ("testing1", ["testing1", "testing1_one"]),
    ("testing1 one", []),
    ("!app", ["/app/db", "App/db", "testing1", "testing1_one"]),
    (["app", "App"], ["app/db", "App/db"]),
    (["app", "nothing"], ["app/db"]),
    ("app/db", ["app/db"]),
    ("app/db/more", []),
])
def test_filter_by_prefix_of_the_name(named, values, expected):
    assert matching(named, ("name", values)) == expected


@pytest.fixture(scope="module")
def tagged(server):
    return account_with(server, "210000000004", [
        {"Name": "production", "Tags": [{"Key": "environment", "Value": "production"},
                                        {"Key": "team", "Value": "blue"}]},
        {"Name": "staging", "Tags": [{"Key": "Environment", "Value": "staging"}]},
        {"Name": "untagged"}])


@pytest.mark.parametrize("filters, expected", [
    ([("tag-key", "environment")], ["production"]),
    ([("tag-key", "env")], ["production"]),
    ([("tag-key", "Env")], ["staging"]),
    ([("tag-key", ["env", "Env"])], ["production", "staging"]),
    ([("tag-value", "production")], ["production"]),
    ([("tag-value", "prod")], ["production"]),
    ([("tag-value", "Prod")], []),
    ([("tag-value", "blue")], ["production"]),
    ([("tag-key", "team"), ("tag-value", "prod")], ["production"]),
    ([("tag-key", "nothing")], []),
    ([("tag-key", "!env")], ["staging", "untagged"]),
    ([("primary-region", "us")], []),
    ([("owning-service", "rds")], []),
])
def test_filter_by_tags_and_other_attributes(tagged, filters, expected):
    assert matching(tagged, *filters) == expected


@pytest.fixture(scope="module")
def everything(server):
    return account_with(server, "210000000005", [
        {"Name": "SecretOne"},
        {"Name": "SecretTwo", "Description": "DescTwo"},
        {"Name": "Thirdsecret"},
        {"Name": "SecretFTag", "Tags": [{"Key": "1", "Value": "foo"}]},
        {"Name": "SecretFValue", "Tags": [{"Key": "foo", "Value": "v"}]},
        {"Name": "none"}])


@pytest.mark.parametrize("value, expected", [
    ("SecretOne", ["SecretOne"]),
    ("foo", ["SecretFTag", "SecretFValue"]),
    ("Secret", ["SecretOne", "SecretTwo", "SecretFTag", "SecretFValue"]),
    ("secret", ["SecretOne", "SecretTwo", "SecretFTag", "SecretFValue"]),
    ("sec", ["SecretOne", "SecretTwo", "SecretFTag", "SecretFValue"]),
    ("ret", []),
    ("SomeSecret", []),
    ("d", ["SecretTwo"]),
    ("d t", ["SecretTwo"]),
    ("t", ["SecretTwo", "Thirdsecret", "SecretFTag"]),
    ("!Secret", ["Thirdsecret", "none"]),
])
def test_filter_by_words_of_everything(everything, value, expected):
    assert matching(everything, ("all", value)) == expected


BETA_NAMES = [f"prod{mark}AppBeta{mark}x" for mark in "/_+=.@-"]
COMPANY_NAMES = ["uat/COMPANY/x", "uat/COMPANYthings/x"]


@pytest.fixture(scope="module")
def punctuated(server):
    return account_with(server, "210000000006",
                        [{"Name": text} for text in BETA_NAMES + COMPANY_NAMES])


@pytest.mark.parametrize("value, expected", [
    ("AppBeta", BETA_NAMES),
    ("Beta", BETA_NAMES),
    ("beta", BETA_NAMES),
    ("+", []),
    ("x", BETA_NAMES + COMPANY_NAMES),
    ("company", ["uat/COMPANY/x"]),
    ("things", []),
    ("N", []),
    ("pany", []),
    ("Ythings", ["uat/COMPANYthings/x"]),
])
def test_words_of_names(punctuated, value, expected):
    assert matching(punctuated, ("all", value)) == expected


def test_letters_and_digits_are_words_of_their_own(server, account):
    client = account_with(server, account, [{"Name": "credsDatabase892"}])

    for value in ("creds", "database", "892"):
        assert matching(client, ("all", value)) == ["credsDatabase892"]


def test_an_unknown_filter_key(raw):
    reply = raw("ListSecrets", {"Filters": [{"Key": "name", "Values": ["a"]},
                                            {"Key": "colour", "Values": ["red"]}]})

    message = reply.expect_refusal("ValidationException").message
    start = ("1 validation error detected: Value 'colour' at 'filters.2.member.key' failed to "
             "satisfy constraint: Member must satisfy enum value set: [")
    assert message.startswith(start)
    keys = message.removeprefix(start).removesuffix("]").split(", ")
    assert sorted(keys) == sorted(["description", "name", "tag-key", "tag-value",
                                   "primary-region", "owning-service", "all"])


@pytest.mark.parametrize("entry, message", [
    ({"Values": ["a"]}, "Invalid filter key"),
    ({"Key": "name"}, "Invalid filter values for key: name"),
])
def test_an_incomplete_filter(raw, entry, message):
    raw("ListSecrets", {"Filters": [entry]}).expect_refusal("InvalidParameterException", message)


@pytest.mark.parametrize("filters", [
    [{"Key": "name", "Values": ["a#b"]}],
    [{"Key": "name", "Values": ["x" * 513]}],
    [{"Key": "name", "Values": [str(number) for number in range(11)]}],
    [{"Key": "name", "Values": ["a"]}] * 11,
], ids=["pattern", "long value", "eleven values", "eleven filters"])
def test_filters_outside_of_their_constraints(raw, filters):
    raw("ListSecrets", {"Filters": filters}).expect_refusal("ValidationException")
