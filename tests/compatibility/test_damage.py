"""Damaged records: whatever became of a byte, a read gives the right value or an error, the server
goes on, and what was not damaged is as it was.

Rows are damaged in a database that is otherwise whole, as an attacker would, many at a time and
each in an account of its own; pages and files as a sick disk would. DAMAGES (of rows), ROUNDS (of files,
in the slow form) and SEED choose how many and which.
"""

import os
import random
import shutil
import sqlite3

import pytest

from support import Server
from tampering import Caller, database_of

SEED = int(os.environ.get("SEED", random.randrange(2**32)))
SOME = int(os.environ.get("DAMAGES", "500"))
ROUNDS = int(os.environ.get("ROUNDS", "20"))
ACCOUNTS_AT_ONCE = 100
# Columns that say when something was read: nothing is decided by them, and no MAC covers them.
UNPROTECTED = {("secrets", "accessed_day"), ("secret_versions", "accessed_day")}
# Table → how to find the rows of one account.
ROWS = {
    "secrets": "SELECT rowid AS place, * FROM secrets WHERE account = :account AND name <> 'bystander'",
    "secret_versions": "SELECT v.rowid AS place, v.* FROM secret_versions v JOIN secrets s USING(secret_id) "
                       "WHERE s.account = :account AND s.name <> 'bystander'",
    "keys": "SELECT rowid AS place, * FROM keys WHERE account = :account",
    "key_versions": "SELECT v.rowid AS place, v.* FROM key_versions v JOIN keys k USING(key_id) "
                    "WHERE k.account = :account",
}
VALUES = {"first": ["first 1", "first 2"], "second": ["second 1" * 700]}


class Filled:
    """A stopped server whose accounts all hold the same, and the ids of the versions."""

    def __init__(self, folder, accounts):
        self.server = Server(folder).start()
        self.versions = {}
        self.accounts = [str(300_000_000_000 + number) for number in range(accounts)]
        for account in self.accounts:
            caller = Caller(self.server, account)
            for name, values in VALUES.items():
                self.versions[account, name] = [caller.create(name, values[0])[1],
                                                *(caller.put(name, value) for value in values[1:])]
            caller.create("bystander", "whole")
        assert self.server.stop() == 0

    def copy(self, folder):
        """A server over a copy of all this."""
        shutil.copytree(self.server.data, folder / "data")
        return Server(folder)

    def read_all(self, server, account):
        """Reads every value: (right ones, refused ones). A wrong one fails the test."""
        caller = Caller(server, account)
        right = refused = 0
        for name, values in VALUES.items():
            for version, value in zip(self.versions[account, name], values, strict=True):
                reply = caller.get(name, VersionId=version)
                if reply.status == 200:
                    assert reply.json["SecretString"] == value, (account, name, reply)
                    assert reply.json["VersionId"] == version
                    right += 1
                else:
                    assert reply.code in ("InternalServiceError", "DecryptionFailure",
                                          "ResourceNotFoundException",
                                          "InvalidRequestException"), reply
                    refused += 1
            reply = caller.get(name)
            if reply.status == 200:
                assert reply.json["SecretString"] == values[-1], (account, name, reply)
        return right, refused


def damaged_value(value, chance):
    """Something else than this value, of the same type."""
    if isinstance(value, int):
        return value + chance.choice([-1, 1, 2**31, -value - 1 if value != -1 else 1])
    if value is None:
        return b"\0" if chance.random() < 0.5 else "x"
    content = bytearray(value.encode() if isinstance(value, str) else value)
    kind = chance.randrange(4) if content else 3
    if kind == 0:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    elif kind == 1:
        content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
    elif kind == 2:
        del content[chance.randrange(len(content)):]
    else:
        content += bytes([chance.randrange(256)])
    return bytes(content).decode("latin-1") if isinstance(value, str) else bytes(content)


def damage_row(database, account, chance):
    """Damages one column of one row of the account; answers which, for a failing test to say."""
    while True:
        table = chance.choice(list(ROWS))
        rows = database.execute(ROWS[table], {"account": account}).fetchall()
        row = chance.choice(rows)
        column = chance.choice(row.keys()[1:])
        if (table, column) in UNPROTECTED:
            continue
        if chance.random() < 0.05:
            database.execute(f"DELETE FROM {table} WHERE rowid = ?", [row["place"]])
            return f"{table}: a row is gone"
        donor = chance.choice(rows)[column] if chance.random() < 0.2 else row[column]
        value = donor if donor != row[column] else damaged_value(row[column], chance)
        try:
            database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?",
                             [value, row["place"]])
        except sqlite3.DatabaseError:
            continue  # The schema refuses it.
        return f"{table}.{column}: {row[column]!r} to {value!r}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return Filled(tmp_path_factory.mktemp("filled"), ACCOUNTS_AT_ONCE)


def damage_and_read(filled, folder, chance):
    """One round: one damage in each account. Answers how many values were refused."""
    server = filled.copy(folder)
    with database_of(server) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        damages = {account: damage_row(database, account, chance) for account in filled.accounts}
    server.start()
    try:
        refused = 0
        for account in filled.accounts:
            try:
                refused += filled.read_all(server, account)[1]
                caller = Caller(server, account)
                assert caller("ListSecrets").status == 200
                if not damages[account].startswith("key"):
                    assert caller.value("bystander") == "whole"
            except AssertionError as error:
                pytest.fail(f"seed {SEED}, {damages[account][:300]}: {error}")
        assert server.stop() == 0
        return refused
    finally:
        server.kill()
        shutil.rmtree(folder)


@pytest.mark.parametrize("damages", [SOME, pytest.param(4 * SOME, marks=pytest.mark.slow)])
def test_damaged_rows_are_refused_and_harm_no_others(filled, tmp_path, damages):
    chance = random.Random(SEED)
    refused = sum(damage_and_read(filled, tmp_path / "round", chance)
                  for _ in range(damages // ACCOUNTS_AT_ONCE))

    # Nearly every damage is to something that a read of one or more of the three values needs.
    assert refused > damages * 0.8, refused


# --- As a sick disk does it ---

def flip_bytes(file, chance):
    with open(file, "r+b") as content:
        for _ in range(chance.choice([1, 1, 3, 30])):
            place = chance.randrange(file.stat().st_size)
            content.seek(place)
            byte = content.read(1)[0]
            content.seek(place)
            content.write(bytes([byte ^ chance.randrange(1, 256)]))


def wipe_page(file, chance):
    with open(file, "r+b") as content:
        content.seek(4096 * chance.randrange(file.stat().st_size // 4096))
        content.write(bytes(4096))


def duplicate_page(file, chance):
    pages = file.stat().st_size // 4096
    with open(file, "r+b") as content:
        content.seek(4096 * chance.randrange(pages))
        page = content.read(4096)
        content.seek(4096 * chance.randrange(pages))
        content.write(page)


def cut_off(file, chance):
    os.truncate(file, chance.randrange(file.stat().st_size))


FILE_DAMAGES = [flip_bytes, wipe_page, duplicate_page, cut_off]


def read_or_refuse(filled, server, accounts):
    """The server refuses to start, or gives right values and errors; it does not crash."""
    server.launch()
    try:
        while not server._is_ready():  # pylint: disable=protected-access
            if (status := server.process.poll()) is not None:
                assert status > 0, server.printed
                assert "error" in server.printed.lower() or "coffer: " in server.printed
                return False
        for account in accounts:
            filled.read_all(server, account)
        assert server.process.poll() is None, server.printed
        assert server.stop() >= 0
        return True
    finally:
        server.kill()


@pytest.mark.parametrize("rounds", [5, pytest.param(ROUNDS, marks=pytest.mark.slow)])
@pytest.mark.parametrize("damage", FILE_DAMAGES)
def test_a_damaged_database_gives_right_values_or_errors(filled, tmp_path, damage, rounds):
    chance = random.Random(f"{SEED} {damage.__name__}")
    for number in range(rounds):
        server = filled.copy(tmp_path / str(number))
        damage(server.data / "coffer.db", chance)
        try:
            read_or_refuse(filled, server, chance.sample(filled.accounts, 10))
        except AssertionError as error:
            pytest.fail(f"seed {SEED}, round {number}: {error}")
        shutil.rmtree(tmp_path / str(number))


@pytest.mark.parametrize("rounds", [5, pytest.param(ROUNDS, marks=pytest.mark.slow)])
@pytest.mark.parametrize("damage", [flip_bytes, cut_off])
def test_a_damaged_wal_gives_values_as_they_once_were(tmp_path, damage, rounds):
    """What was written last may be lost with the WAL it is in, and nothing else."""
    chance = random.Random(f"{SEED} {damage.__name__}")
    original = Server(tmp_path / "original").start()
    caller = Caller(original, "300000000000")
    caller.create("name", "0")
    original.restart()
    for value in range(1, 30):
        caller.put("name", str(value))
    original.kill()
    assert (original.data / "coffer.db-wal").stat().st_size > 0
    for number in range(rounds):
        folder = tmp_path / str(number)
        shutil.copytree(original.data, folder / "data", ignore=shutil.ignore_patterns("*.sock"))
        server = Server(folder)
        damage(server.data / "coffer.db-wal", chance)
        server.start()
        caller = Caller(server, "300000000000")
        value = caller.value("name")
        assert 0 <= int(value) < 30, (SEED, number)
        if value != "0":
            assert caller.value("name", VersionStage="AWSPREVIOUS") == str(int(value) - 1)
        caller.put("name", "after")
        assert caller.value("name") == "after"
        assert server.stop() == 0
        shutil.rmtree(folder)
