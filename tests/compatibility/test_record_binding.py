"""Every record is bound to its place: what somebody moves, edits or adds in the database file is
refused, reported in the log with the object's name, and takes nothing else down.

All cases share one server, each in an account of its own: it is filled, stopped, its database is
edited, and it is started again.
"""

import subprocess

import pytest

from iam_support import document
from record_edits import (
    SEALED, AddedVersion, AliasMoved, CopiedSecret, DeletionForged, DeletionUndone,
    DisabledKeyEnabled, ExchangeOfSecrets, ExchangeOfVersions, IdentityEdited, KeyEdited,
    KeyExchanged, LabelMoved, OfAnotherPlace, PolicyWidened, ReplicasForged, RotationEdited,
    SecretColumn, ValueEmptied, VersionRemoved, WholeVersionElsewhere, more_rights)
from rotation_support import Functions
from support import BINARY, Server
from tampering import Caller, Place, database_of, put_row, secret_row

CASES = {
    "values of two versions": ExchangeOfVersions(*SEALED),
    "values and keys of two versions": ExchangeOfVersions(*SEALED, "key_id", "key_version"),
    "records of two versions": ExchangeOfVersions("record"),
    "data keys of two versions": ExchangeOfVersions("wrapped_data_key"),
    "values of two secrets": ExchangeOfSecrets(*SEALED),
    "values of two secrets with their MACs": ExchangeOfSecrets(*SEALED, "row_mac"),
    "records of two secrets": ExchangeOfSecrets("record"),
    "data keys of two secrets": ExchangeOfSecrets("wrapped_data_key"),
    "value of another region": OfAnotherPlace(*SEALED, region="eu-west-1"),
    "value and key of another region": OfAnotherPlace(*SEALED, "key_id", "key_version", "row_mac",
                                                      region="eu-west-1"),
    "value of another account": OfAnotherPlace(*SEALED, account="345678901234"),
    "value and key of another account": OfAnotherPlace(*SEALED, "key_id", "key_version", "row_mac",
                                                       account="345678901234"),
    "version of another secret": WholeVersionElsewhere(),
    "version added": AddedVersion(),
    "AWSCURRENT moved": LabelMoved(),
    "current version removed": VersionRemoved(),
    "value emptied": ValueEmptied(),
    "policy widened": PolicyWidened(),
    "policy removed": SecretColumn("resource_policy", "{}"),
    "tags": SecretColumn("tags", b"\0\0\0\0"),
    "description": SecretColumn("description", "another"),
    "suffix of the ARN": SecretColumn("arn_suffix", "AAAAAA"),
    "key of the secret": SecretColumn("kms_key_id", "alias/another"),
    "generation": SecretColumn("generation", 1),
    "MAC of another secret": SecretColumn(
        "row_mac", lambda place, database: place.secret(database, "second")["row_mac"]),
    "MAC cut off": SecretColumn("row_mac", b""),
    "secret copied": CopiedSecret(),
    "deletion forged": DeletionForged(),
    "deletion undone": DeletionUndone(),
    "key in another region": KeyEdited("UPDATE keys SET region = 'eu-west-1' WHERE key_id = :key"),
    "key of another name": KeyEdited("UPDATE keys SET name = 'another' WHERE key_id = :key"),
    "wrapped key flipped": KeyEdited("UPDATE key_versions SET wrapped = zeroblob(88) "
                                     "WHERE key_id = :key"),
    "key version removed": KeyEdited("DELETE FROM key_versions WHERE key_id = :key"),
    "wrapped keys of two accounts": KeyExchanged(["wrapped"]),
    "wrapped keys of two accounts with MACs": KeyExchanged(["wrapped", "row_mac"]),
    "disabled key enabled": DisabledKeyEnabled(),
    "alias moved": AliasMoved(),
    "list of replicas removed": ReplicasForged("DELETE FROM replications WHERE secret_id = ?"),
    "replica in another region": ReplicasForged(
        "UPDATE replications SET body = replace(body, 'eu-west-1', 'us-west-2') "
        "WHERE secret_id = ?"),
    "policy of a user": IdentityEdited("user", more_rights,
                                       policy=document("secretsmanager:GetSecretValue",
                                                       resource="arn:aws:nowhere:*")),
    "access key switched on": IdentityEdited(
        "access_key", lambda row: {"body": row["body"].replace('"Active":false', '"Active":true')}),
    "access key of another user": IdentityEdited(
        "access_key", lambda row: {"owner": "AIDAANOTHERUSER"}),
    "user of another account": IdentityEdited(
        "user", lambda row: {"account": "456789012345"}),
    "rotation brought forward": RotationEdited("rotations", lambda row: {"due_at": 1}),
    "rotation of another function": RotationEdited(
        "rotations", lambda row: {"body": row["body"].replace(":failing", ":finisher")}),
    "attempt of a rotation brought forward": RotationEdited(
        "rotation_jobs", lambda row: {"wake_at": 1}),
    "attempt of another function": RotationEdited(
        "rotation_jobs", lambda row: {"body": row["body"].replace(":failing", ":finisher")}),
    "attempt said to be over": RotationEdited("rotation_jobs", lambda row: {"state": 3}),
}


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Case → its place, on the server that runs with the edited database."""
    folder = tmp_path_factory.mktemp("binding")
    functions = Functions(folder / "functions")
    functions.add("failing", command=["/bin/false"])
    server = Server(folder / "server", arguments=functions.arguments("--enforce-iam")).start(60)
    try:
        found = {}
        for number, (name, case) in enumerate(CASES.items()):
            found[name] = Place(server, number)
            case.fill(found[name])
        assert server.stop() == 0
        with database_of(server) as database:
            for name, case in CASES.items():
                case.edit(found[name], database)
        found["verify"] = subprocess.run([BINARY, "verify", "--data", server.data],
                                         capture_output=True, text=True)
        server.start(60)
        yield found
    finally:
        server.stop()


def test_an_older_row_is_taken_for_what_it_was(make_server, name):
    """What is not noticed, as docs/security-model.md says: a row of the same secret from before. It
    gives what was right then, and nothing else."""
    server = make_server().start()
    caller = Caller(server, "500000000000")
    caller.create(name, "1")
    caller.put(name, "2")
    server.stop()
    with database_of(server) as database:
        older = secret_row(database, caller.account, name)
    server.start()
    third = caller.put(name, "3")
    server.stop()
    with database_of(server) as database:
        put_row(database, "secrets", older)
    server.start()

    assert caller.value(name) == "2"
    assert caller.value(name, VersionStage="AWSPREVIOUS") == "1"
    assert caller.get(name, VersionId=third).status == 200  # It has lost its label alone.


def test_verify_reports_edits(places):
    """Offline, before anybody reads what was edited."""
    result = places["verify"]

    assert result.returncode == 65, result
    assert [name for name, case in CASES.items()
            if (case.reported or f"{places[name].account}/first") not in result.stdout] == []
    lines = [line for line in result.stdout.splitlines() if "bystander" in line]
    assert all(case.harms_the_account for name, case in CASES.items()
               for line in lines if places[name].account in line), lines


@pytest.mark.parametrize("name", CASES)
def test_what_was_edited_is_refused(places, name):
    CASES[name].check(places[name])


@pytest.mark.parametrize("name", CASES)
def test_an_edit_harms_nothing_else(places, name):
    if not CASES[name].harms_the_account:
        places[name].assert_unharmed()
