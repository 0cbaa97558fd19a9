"""Staging labels: the recorded traces, UpdateSecretVersionStage and ListSecretVersionIds."""

import re

import pytest

from support import (Server, eventually, labels_by_version, let_the_clock_tick, new_token, refused,
                     version_not_found, without_metadata)

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
SHORT = {"CURRENT": CURRENT, "PREVIOUS": PREVIOUS, "PENDING": PENDING}


def put(*labels):
    return "put", labels


def update(**members):
    return "update", members


def move(label, source, target):
    return "move", (label, source, target)


def remove(label, source):
    return "remove", (label, source)


CREATE = ("create", "value")
CREATE_EMPTY = ("create", None)

# Each trace was recorded from AWS: a step, and all versions with their labels after it. CURRENT,
# PREVIOUS and PENDING stand for AWSCURRENT, …; "PENDING" in quotes is that very word.
TRACES = {
    "A default puts": [
        (CREATE, "v1{CURRENT}"),
        (put(), "v2{CURRENT} v1{PREVIOUS}"),
        (put(), "v3{CURRENT} v2{PREVIOUS} v1{}"),
        (put(), "v4{CURRENT} v3{PREVIOUS} v2{} v1{}"),
    ],
    "B updates": [
        (CREATE, "v1{CURRENT}"),
        (update(Description="new"), "v1{CURRENT}"),
        (update(SecretString="2", Description="newer"), "v2{CURRENT} v1{PREVIOUS}"),
        (update(SecretString="3"), "v3{CURRENT} v2{PREVIOUS} v1{}"),
        (update(), "v3{CURRENT} v2{PREVIOUS} v1{}"),
    ],
    "C pending promoted": [
        (CREATE, "v1{CURRENT}"),
        (put(PENDING), "v1{CURRENT} v2{PENDING}"),
        (move(CURRENT, 1, 2), "v2{CURRENT,PENDING} v1{PREVIOUS}"),
        (put(), "v3{CURRENT} v2{PREVIOUS} v1{}"),
    ],
    "D pending cycle": [
        (CREATE, "v1{CURRENT}"),
        (put(PENDING), "v1{CURRENT} v2{PENDING}"),
        (move(CURRENT, 1, 2), "v2{CURRENT,PENDING} v1{PREVIOUS}"),
        (put(PENDING), "v3{PENDING} v2{CURRENT} v1{PREVIOUS}"),
        (move(CURRENT, 2, 3), "v3{CURRENT,PENDING} v2{PREVIOUS} v1{}"),
    ],
    "E custom labels": [
        (CREATE, "v1{CURRENT}"),
        (put("AWSSOMETHING", PENDING, "PUT1"), "v1{CURRENT} v2{PENDING,AWSSOMETHING,PUT1}"),
        (move(CURRENT, 1, 2), "v2{CURRENT,PENDING,AWSSOMETHING,PUT1} v1{PREVIOUS}"),
        (put(PENDING, "PUT2"), "v3{PENDING,PUT2} v2{CURRENT,AWSSOMETHING,PUT1} v1{PREVIOUS}"),
        (move(CURRENT, 2, 3),
         "v3{CURRENT,PENDING,PUT2} v2{PREVIOUS,AWSSOMETHING,PUT1} v1{}"),
    ],
    "F a label outlives AWSPREVIOUS": [
        (CREATE, "v1{CURRENT}"),
        (put(CURRENT, "PUT0"), "v2{CURRENT,PUT0} v1{PREVIOUS}"),
        (put(PENDING, "PUT1"), "v3{PENDING,PUT1} v2{CURRENT,PUT0} v1{PREVIOUS}"),
        (move(CURRENT, 2, 3), "v3{CURRENT,PENDING,PUT1} v2{PREVIOUS,PUT0} v1{}"),
        (put(PENDING, "PUT2"), "v4{PENDING,PUT2} v3{CURRENT,PUT1} v2{PREVIOUS,PUT0} v1{}"),
        (move(CURRENT, 3, 4), "v4{CURRENT,PENDING,PUT2} v3{PREVIOUS,PUT1} v2{PUT0} v1{}"),
    ],
    "G a label removed": [
        (CREATE, "v1{CURRENT}"),
        (put("PENDING"), 'v1{CURRENT} v2{"PENDING"}'),
        (move(CURRENT, 1, 2), 'v2{CURRENT,"PENDING"} v1{PREVIOUS}'),
        (remove("PENDING", 2), "v2{CURRENT} v1{PREVIOUS}"),
    ],
    "H labels stolen": [
        (CREATE, "v1{CURRENT}"),
        (put("one", "two", "three"), "v1{CURRENT} v2{one,two,three}"),
        (put("one", "two", "three", "four"), "v1{CURRENT} v3{one,two,three,four} v2{}"),
    ],
    "I some labels stolen": [
        (CREATE, "v1{CURRENT}"),
        (put("one", "two", "three"), "v1{CURRENT} v2{one,two,three}"),
        (put("one", "two", "four"), "v1{CURRENT} v2{three} v3{one,two,four}"),
    ],
    "J without a value at first": [
        (CREATE_EMPTY, ""),
        (put(), "v1{CURRENT}"),
    ],
    # Not recorded; they follow from the rules.
    "rolled back and forth": [
        (CREATE, "v1{CURRENT}"),
        (put(), "v2{CURRENT} v1{PREVIOUS}"),
        (move(CURRENT, 2, 1), "v1{CURRENT} v2{PREVIOUS}"),
        (move(CURRENT, 1, 2), "v2{CURRENT} v1{PREVIOUS}"),
    ],
    "a custom label stays where it is": [
        (CREATE, "v1{CURRENT}"),
        (move("stable", None, 1), "v1{CURRENT,stable}"),
        (put(), "v2{CURRENT} v1{PREVIOUS,stable}"),
        (update(SecretString="3"), "v3{CURRENT} v2{PREVIOUS} v1{stable}"),
        (move("stable", 1, 3), "v3{CURRENT,stable} v2{PREVIOUS} v1{}"),
    ],
    "a value write abandons a pending version": [
        (CREATE, "v1{CURRENT}"),
        (put(PENDING), "v1{CURRENT} v2{PENDING}"),
        (put(), "v3{CURRENT} v1{PREVIOUS} v2{}"),
    ],
    "an update abandons a pending version": [
        (CREATE, "v1{CURRENT}"),
        (put(PENDING), "v1{CURRENT} v2{PENDING}"),
        (update(SecretString="3"), "v3{CURRENT} v1{PREVIOUS} v2{}"),
    ],
}


def parse(state):
    """`v1{CURRENT} v2{}` → {1: {"AWSCURRENT"}, 2: set()}"""
    def full(label):
        return label.strip('"') if '"' in label else SHORT.get(label, label)

    return {int(number): {full(label) for label in labels.split(",") if label}
            for number, labels in re.findall(r"v(\d+)\{([^}]*)\}", state)}


class Play:
    """Performs the steps of a trace on one secret; versions are numbered in order of creation."""

    def __init__(self, client, name):
        self.client = client
        self.name = name
        self.versions = []

    def step(self, kind, details):
        return getattr(self, kind)(details)

    def create(self, value):
        members = {"SecretString": value} if value else {}
        self.remember(self.client.create_secret(Name=self.name, **members))

    def put(self, labels):
        members = {"VersionStages": list(labels)} if labels else {}
        self.remember(self.client.put_secret_value(
            SecretId=self.name, SecretString=f"value {len(self.versions) + 1}", **members))

    def update(self, members):
        reply = self.client.update_secret(SecretId=self.name, **members)
        assert ("VersionId" in reply) == ("SecretString" in members)
        self.remember(reply)

    def move(self, details):
        label, source, target = details
        members = {"RemoveFromVersionId": self.versions[source - 1]} if source else {}
        reply = self.client.update_secret_version_stage(
            SecretId=self.name, VersionStage=label, MoveToVersionId=self.versions[target - 1],
            **members)
        assert set(without_metadata(reply)) == {"ARN", "Name"}

    def remove(self, details):
        label, source = details
        self.client.update_secret_version_stage(
            SecretId=self.name, VersionStage=label,
            RemoveFromVersionId=self.versions[source - 1])

    def remember(self, reply):
        if "VersionId" in reply:
            self.versions.append(reply["VersionId"])

    def state(self):
        listed = labels_by_version(self.client, self.name, IncludeDeprecated=True)
        return {self.versions.index(version) + 1: labels for version, labels in listed.items()}

    def labelled_by_list(self):
        return labels_by_version(self.client, self.name)

    def labelled_by_describe(self):
        shown = self.client.describe_secret(SecretId=self.name).get("VersionIdsToStages", {})
        return {version: set(labels) for version, labels in shown.items()}


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_trace(client, name, trace):
    play = Play(client, name)

    for (kind, details), expected in trace:
        play.step(kind, details)

        expected = parse(expected)
        labelled = {play.versions[number - 1]: labels for number, labels in expected.items()
                    if labels}
        assert play.state() == expected, (kind, details)
        assert play.labelled_by_list() == labelled
        assert play.labelled_by_describe() == labelled


def test_members_of_the_version_list(client, raw, name):
    version = client.create_secret(Name=name, SecretString="1")["VersionId"]
    let_the_clock_tick()
    client.put_secret_value(SecretId=name, SecretString="2")
    client.put_secret_value(SecretId=name, SecretString="3")

    reply = raw("ListSecretVersionIds", {"SecretId": name, "IncludeDeprecated": True}).json

    assert set(reply) == {"ARN", "Name", "Versions"}
    oldest, *labelled = reply["Versions"]
    assert oldest["VersionId"] == version
    assert set(oldest) == {"CreatedDate", "KmsKeyIds", "VersionId"}
    assert all(set(entry) == {"CreatedDate", "KmsKeyIds", "VersionId", "VersionStages"}
               for entry in labelled)
    assert all(entry["KmsKeyIds"] == ["DefaultEncryptionKey"] for entry in reply["Versions"])


def test_a_secret_without_versions_lists_none(client, raw, name):
    client.create_secret(Name=name)

    reply = raw("ListSecretVersionIds", {"SecretId": name, "IncludeDeprecated": True}).json

    assert set(reply) == {"ARN", "Name", "Versions"}
    assert reply["Versions"] == []


@pytest.mark.parametrize("page_size", [1, 2, 3, 5, 7, 8, 100])
def test_versions_are_paged_oldest_first(client, raw, name, page_size):
    tokens = [client.create_secret(Name=name, SecretString="0")["VersionId"]]
    for number in range(6):
        let_the_clock_tick()
        tokens.append(client.put_secret_value(SecretId=name,
                                              SecretString=str(number))["VersionId"])

    listed, sizes, body = [], [], {"SecretId": name, "IncludeDeprecated": True,
                                   "MaxResults": page_size}
    while True:
        reply = raw("ListSecretVersionIds", body).expect_success()
        listed += [version["VersionId"] for version in reply["Versions"]]
        sizes.append(len(reply["Versions"]))
        if "NextToken" not in reply:
            break
        body["NextToken"] = reply["NextToken"]

    assert listed == tokens
    assert max(sizes) <= page_size


# UpdateSecretVersionStage, all cases. H is the version that holds the label, T and
# R are others; "state" is what a success leaves, "code" and "message" what a refusal says.
H, T = 2, 1
MUST_NAME_HOLDER = ("The parameter RemoveFromVersionId can't be empty. Staging label {label} is "
                    "currently attached to version {holder}, so you must explicitly reference that "
                    "version in RemoveFromVersionId.")
CANNOT_REMOVE = ("You can only move staging label AWSCURRENT to a different secret version. It "
                 "can't be completely removed.")


@pytest.mark.parametrize("label, remove_from, move_to, state", [
    ("fresh", None, T, "v2{CURRENT,blue} v1{PREVIOUS,fresh}"),
    ("fresh", None, H, "v2{CURRENT,blue,fresh} v1{PREVIOUS}"),
    ("blue", None, H, "v2{CURRENT,blue} v1{PREVIOUS}"),
    (CURRENT, None, H, "v2{CURRENT,blue} v1{PREVIOUS}"),
    ("blue", H, T, "v2{CURRENT} v1{PREVIOUS,blue}"),
    (CURRENT, H, T, "v1{CURRENT} v2{PREVIOUS,blue}"),
    ("blue", H, None, "v2{CURRENT} v1{PREVIOUS}"),
    (PREVIOUS, T, None, "v2{CURRENT,blue} v1{}"),
])
def test_moves_that_work(client, name, label, remove_from, move_to, state):
    play = two_versions(client, name)

    client.update_secret_version_stage(SecretId=name, VersionStage=label,
                                       **version_members(play, remove_from, move_to))

    assert play.state() == parse(state)


@pytest.mark.parametrize("label, remove_from, move_to, message", [
    (CURRENT, None, T, MUST_NAME_HOLDER),
    ("blue", None, T, MUST_NAME_HOLDER),
    (CURRENT, T, T, None),
    ("blue", T, H, None),
    ("fresh", H, T, None),
    (CURRENT, H, None, CANNOT_REMOVE),
    ("blue", T, None, None),
    ("fresh", H, None, None),
    ("fresh", None, None, None),
    (CURRENT, None, None, None),
])
def test_moves_that_are_refused(client, name, label, remove_from, move_to, message):
    play = two_versions(client, name)
    before = play.state()
    if message:
        message = message.format(label=label, holder=play.versions[H - 1])

    with refused("InvalidParameterException", message):
        client.update_secret_version_stage(SecretId=name, VersionStage=label,
                                           **version_members(play, remove_from, move_to))

    assert play.state() == before


@pytest.mark.parametrize("member", ["MoveToVersionId", "RemoveFromVersionId"])
def test_moves_of_unknown_versions(client, name, member):
    play = two_versions(client, name)
    unknown = new_token()
    members = {"RemoveFromVersionId": play.versions[H - 1],
               "MoveToVersionId": play.versions[T - 1], member: unknown}

    with refused("ResourceNotFoundException", version_not_found(unknown)):
        client.update_secret_version_stage(SecretId=name, VersionStage=CURRENT, **members)


def two_versions(client, name):
    """v2 holds AWSCURRENT and `blue`, v1 AWSPREVIOUS."""
    play = Play(client, name)
    play.create("1")
    play.put([CURRENT, "blue"])
    return play


def version_members(play, remove_from, move_to):
    members = {}
    if remove_from:
        members["RemoveFromVersionId"] = play.versions[remove_from - 1]
    if move_to:
        members["MoveToVersionId"] = play.versions[move_to - 1]
    return members


def test_a_move_is_a_change_of_the_secret(client, name):
    play = two_versions(client, name)
    before = client.describe_secret(SecretId=name)["LastChangedDate"]
    let_the_clock_tick()

    play.move((CURRENT, 2, 1))

    assert client.describe_secret(SecretId=name)["LastChangedDate"] > before


def test_twenty_labels_is_the_quota_of_a_secret(client, name):
    play = Play(client, name)
    play.create("1")
    play.put([f"label-{number}" for number in range(19)])

    with refused("LimitExceededException"):
        client.put_secret_value(SecretId=name, SecretString="3", VersionStages=["one too many"])
    with refused("LimitExceededException"):
        play.move(("one too many", None, 1))

    play.put(["label-0", "label-1"])
    assert sum(map(len, play.state().values())) == 20


def test_a_hundred_versions_is_the_quota_until_a_day_has_passed(make_server, name):
    server: Server = make_server(ephemeral=True).start()
    client = server.client()
    first = client.create_secret(Name=name, SecretString="1")["VersionId"]
    for number in range(99):
        client.put_secret_value(SecretId=name, SecretString=str(number))

    with refused("LimitExceededException"):
        client.put_secret_value(SecretId=name, SecretString="one too many")

    server.advance(days=1, seconds=1)
    newest = client.put_secret_value(SecretId=name, SecretString="fits again")["VersionId"]
    kept = eventually(lambda: at_most(labels_by_version(client, name, IncludeDeprecated=True,
                                                        MaxResults=100), 100))
    assert first not in kept
    assert kept[newest] == {CURRENT}


def at_most(versions, count):
    return versions if len(versions) <= count else None
