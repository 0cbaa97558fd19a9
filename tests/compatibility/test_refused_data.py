"""Data that a server does not start with: another installation's, an older copy, or none that its
master key opens. It ends at once, says why, and leaves every byte as it was."""

import hashlib
import os
import secrets
import shutil

import pytest

from support import Server, eventually
from tampering import Caller, database_of, put_row

ACCOUNT = "400000000000"
KEY = secrets.token_bytes(32)


def server_with(folder, key=KEY, *arguments, data=None):
    """A server whose master key is in a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"key-{secrets.token_hex(4)}"
    file.write_bytes(key)
    file.chmod(0o600)
    return Server(folder, data=data, arguments=["--master-key-file", str(file), *arguments])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The data directory of a server that was stopped."""
    server = server_with(tmp_path_factory.mktemp("whole")).start()
    Caller(server, ACCOUNT).create("name", "value")
    assert server.stop() == 0
    return server.data


@pytest.fixture
def data(whole, tmp_path):
    """A copy of it."""
    return shutil.copytree(whole, tmp_path / "data")


def bytes_of(folder):
    """Hash of every file that is kept; the lock and what SQLite keeps beside are not."""
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(folder.rglob("*"))
            if file.is_file() and not file.name.endswith(("-shm", "-wal", ".lock"))}


def assert_refused(server, *words):
    """Ends within a second of its own time, with one reason, and changes nothing."""
    before = bytes_of(server.data)
    spent = os.times()
    printed = server.refuses_to_start(timeout=20)
    now = os.times()

    seconds = now.children_user + now.children_system - spent.children_user - spent.children_system
    assert seconds < 1
    for word in words:
        assert word in printed, printed
    assert bytes_of(server.data) == before
    assert "is ready" not in printed
    return printed


@pytest.mark.parametrize("key, word", [
    (secrets.token_bytes(32), "not the one this data was made with"),
    (bytes(32), "not the one this data was made with"),
    (KEY[:-1] + bytes([KEY[-1] ^ 1]), "not the one this data was made with"),
    (KEY[::-1], "not the one this data was made with"),
    (KEY[:-1], "32-byte key"),
    (KEY + b"\0", "32-byte key"),
    (b"", "32-byte key"),
    (KEY.hex()[:-1].encode(), "32-byte key"),
    (b"z" * 64, "32-byte key"),
    (b"x" * 5000, "too long"),
], ids=["another", "zeros", "one bit", "backwards", "short", "long", "empty", "short hexadecimal",
        "no hexadecimal", "a file of something else"])
def test_a_wrong_master_key(data, tmp_path, key, word):
    assert_refused(server_with(tmp_path / "server", key, data=data), "master key", word)

    server = server_with(tmp_path / "right", data=data).start()
    assert Caller(server, ACCOUNT).value("name") == "value"
    assert server.stop() == 0


def test_the_master_key_of_another_installation(data, tmp_path):
    other_key = secrets.token_bytes(32)
    other = server_with(tmp_path / "other", other_key).start()
    assert other.stop() == 0

    assert_refused(server_with(tmp_path / "server", other_key, data=data), "master key")
    assert_refused(server_with(tmp_path / "server", KEY, data=other.data), "master key")


@pytest.mark.parametrize("edit", [
    lambda row, other: {"v": other["v"]},
    lambda row, other: {"v": bytes([row["v"][0] ^ 1]) + row["v"][1:]},
    lambda row, other: {"v": row["v"][:-1]},
    lambda row, other: {"v": b""},
    lambda row, other: None,
], ids=["of another installation", "one bit", "cut off", "empty", "gone"])
@pytest.mark.parametrize("name", ["installation_id", "master_key_version", "row_mac_key"])
def test_an_edited_installation(data, tmp_path, name, edit):
    other = server_with(tmp_path / "other").start()  # With the same master key.
    assert other.stop() == 0
    select = f"SELECT * FROM meta WHERE k = '{name}'"
    with database_of(other) as database:
        foreign = database.execute(select).fetchone()
    server = server_with(tmp_path / "server", data=data)
    with database_of(server) as database:
        row = database.execute(select).fetchone()
        members = edit(row, foreign)
        if members is None:
            database.execute(f"DELETE FROM meta WHERE k = '{name}'")
        elif dict(row) | members == dict(row):
            pytest.skip("the same in both installations")
        else:
            put_row(database, "meta", dict(row) | members)

    assert_refused(server)


# --- The anchor against older copies ---

class Anchored:
    """A server with an anchor file, and copies of its data from before."""

    def __init__(self, folder):
        self.folder = folder
        self.anchor = folder / "anchor"
        self.server = self.again().start()
        self.caller = Caller(self.server, ACCOUNT)
        self.caller.create("name", "0")

    def again(self):
        return server_with(self.folder / secrets.token_hex(4), KEY, "--anchor-file",
                           str(self.anchor), data=self.folder / "data")

    def write(self, value):
        """Returns once the anchor knows of the commit."""
        before = self.known()
        self.caller.put("name", value)
        eventually(lambda: self.known() > before, seconds=30)

    def known(self):
        return int(self.anchor.read_text()) if self.anchor.exists() else 0


@pytest.fixture
def anchored(tmp_path):
    (tmp_path / "anchored").mkdir()
    made = Anchored(tmp_path / "anchored")
    yield made
    made.server.kill()


def test_an_older_copy_is_refused(anchored, tmp_path):
    anchored.write("1")
    assert anchored.server.stop() == 0
    older = shutil.copytree(anchored.server.data, tmp_path / "older")
    anchored.server.start()
    anchored.write("2")
    assert anchored.server.stop() == 0
    newest = shutil.move(anchored.server.data, tmp_path / "newest")
    shutil.copytree(older, anchored.server.data)
    anchor = anchored.anchor.read_bytes()

    assert_refused(anchored.again(), "older copy", str(anchored.anchor))
    assert anchored.anchor.read_bytes() == anchor
    # On purpose it is possible, and so is going back to the newest.
    anchored.anchor.unlink()
    server = anchored.again().start()
    assert Caller(server, ACCOUNT).value("name") == "1"
    assert server.stop() == 0
    shutil.rmtree(server.data)
    shutil.copytree(newest, server.data)
    anchored.anchor.write_bytes(anchor)
    server = anchored.again().start()
    assert Caller(server, ACCOUNT).value("name") == "2"
    assert server.stop() == 0


def test_a_database_that_lost_its_wal_is_refused(anchored):
    anchored.write("1")
    anchored.server.restart()  # All is in the database now.
    anchored.caller = Caller(anchored.server, ACCOUNT)
    anchored.write("2")
    anchored.server.kill()
    wal = anchored.server.data / "coffer.db-wal"
    assert wal.stat().st_size > 0
    wal.unlink()

    assert "older copy" in anchored.again().refuses_to_start()


@pytest.mark.parametrize("content", ["", "x", "-"])
def test_a_damaged_anchor_is_refused(anchored, content):
    assert anchored.server.stop() == 0
    anchored.anchor.write_text(content)

    assert_refused(anchored.again(), "damaged", str(anchored.anchor))


def test_a_kill_at_any_moment_leaves_an_anchor_that_fits(anchored):
    for value in range(1, 6):
        anchored.caller.put("name", str(value))
        anchored.server.kill()
        anchored.server = anchored.again().start()
        anchored.caller = Caller(anchored.server, ACCOUNT)
        assert anchored.caller.value("name") == str(value)
