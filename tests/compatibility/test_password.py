"""GetRandomPassword."""

import string

import pytest

from support import refused, without_metadata

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
CLASSES = (LOWER, UPPER, DIGITS, PUNCTUATION)
ALL = "".join(CLASSES)

TOO_SHORT = "Password length is too short based on the required types."
CLASS_EXCLUDED = "All characters of the desired type have been excluded."
ALL_EXCLUDED = "All characters have been excluded from selection."

NO_LOWER = {"ExcludeLowercase": True}
NO_UPPER = {"ExcludeUppercase": True}
NO_DIGITS = {"ExcludeNumbers": True}
NO_PUNCTUATION = {"ExcludePunctuation": True}
ONLY_LOWER = {**NO_UPPER, **NO_DIGITS, **NO_PUNCTUATION}
ANY = {"RequireEachIncludedType": False}


def password(client, **rules):
    return client.get_random_password(**rules)["RandomPassword"]


def test_the_default(client):
    reply = without_metadata(client.get_random_password())

    assert set(reply) == {"RandomPassword"}
    assert len(reply["RandomPassword"]) == 32
    assert set(reply["RandomPassword"]) <= set(ALL)


def test_passwords_differ(client):
    assert len({password(client) for _ in range(20)}) == 20


@pytest.mark.parametrize("length", [4, 5, 32, 33, 100, 4095, 4096])
def test_length(client, length):
    result = password(client, PasswordLength=length)

    assert len(result) == length
    assert all(set(result) & set(characters) for characters in CLASSES)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_short_passwords_without_required_types(client, length):
    assert len(password(client, PasswordLength=length, **ANY)) == length


@pytest.mark.parametrize("rules, pool", [
    (NO_LOWER, UPPER + DIGITS + PUNCTUATION),
    (NO_UPPER, LOWER + DIGITS + PUNCTUATION),
    (NO_DIGITS, LOWER + UPPER + PUNCTUATION),
    (NO_PUNCTUATION, LOWER + UPPER + DIGITS),
    (ONLY_LOWER, LOWER),
    ({"IncludeSpace": True}, ALL + " "),
    ({**ONLY_LOWER, "IncludeSpace": True}, LOWER + " "),
    ({"ExcludeCharacters": "abcABC012!\"\\"}, "".join(c for c in ALL if c not in "abcABC012!\"\\")),
    ({**ONLY_LOWER, "ExcludeCharacters": LOWER[:25]}, "z"),
    ({**ANY, "ExcludeCharacters": LOWER}, UPPER + DIGITS + PUNCTUATION),
    ({"ExcludeCharacters": "ü€\n"}, ALL),
    ({**ANY, "IncludeSpace": True, "ExcludeCharacters": ALL}, " "),
])
def test_the_pool(client, rules, pool):
    result = password(client, PasswordLength=4096, **rules)

    assert set(result) == set(pool), "4,096 characters show the whole pool"


def test_one_of_each_included_type(client):
    for _ in range(30):
        result = password(client, PasswordLength=4)
        assert [len(set(result) & set(characters)) for characters in CLASSES] == [1] * 4


def test_required_characters_have_no_fixed_place(client):
    places = {next(i for i, c in enumerate(password(client, PasswordLength=4)) if c in DIGITS)
              for _ in range(60)}

    assert places == {0, 1, 2, 3}


def test_the_space_is_admitted_but_not_required(client):
    results = [password(client, PasswordLength=4, IncludeSpace=True) for _ in range(30)]

    assert all(len(result) == 4 for result in results)
    assert not any(" " in result for result in results)


def test_characters_are_drawn_evenly(client):
    text = "".join(password(client, PasswordLength=4096, **ANY) for _ in range(5))
    expected = len(text) / len(ALL)

    statistic = sum((text.count(c) - expected) ** 2 / expected for c in ALL)

    # Chi-squared with 93 degrees of freedom: below 165 except once in 100,000 runs.
    assert statistic < 165


@pytest.mark.parametrize("rules, message", [
    ({"PasswordLength": 3}, TOO_SHORT),
    ({"PasswordLength": 1, **NO_LOWER}, TOO_SHORT),
    ({"PasswordLength": 2, **NO_LOWER}, TOO_SHORT),
    ({"ExcludeCharacters": DIGITS}, CLASS_EXCLUDED),
    ({"ExcludeCharacters": LOWER}, CLASS_EXCLUDED),
    ({"ExcludeCharacters": PUNCTUATION + "a"}, CLASS_EXCLUDED),
    ({**ANY, "ExcludeCharacters": ALL}, ALL_EXCLUDED),
    ({**ANY, **ONLY_LOWER, **NO_LOWER}, ALL_EXCLUDED),
    ({**ANY, **ONLY_LOWER, "ExcludeCharacters": LOWER}, ALL_EXCLUDED),
])
def test_rules_that_leave_nothing(client, rules, message):
    with refused("InvalidParameterException", message):
        client.get_random_password(**rules)


@pytest.mark.parametrize("rules", [{"PasswordLength": 0}, {"PasswordLength": -1},
                                   {"PasswordLength": 4097}, {"ExcludeCharacters": "x" * 4097}])
def test_rules_outside_of_their_constraints(raw, rules):
    raw("GetRandomPassword", rules).expect_refusal("ValidationException")
