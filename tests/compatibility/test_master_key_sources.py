"""Each source of the master key starts a server, takes part in its replacement, and refuses what it
cannot use before anything is written."""

import os
import pty
import time

import pytest

from master_key_support import coffer, finish, make_key_file, rotate, states_of, status_of
from support import eventually, new_token
from tampering import Caller
from test_refused_data import assert_refused

ACCOUNT = "500000000000"
PASSPHRASE = "correct horse battery staple"
NEW_PASSPHRASE = "another horse altogether"


@pytest.fixture
def keys():
    return os.urandom(32), os.urandom(32)


def script(folder, body, mode=0o700):
    file = folder / f"command-{new_token()}"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(mode)
    return file


def typed(folder, *lines):
    """Options of Popen for a process whose standard input holds these lines."""
    file = folder / f"input-{new_token()}"
    file.write_text("".join(line + "\n" for line in lines))
    return {"stdin": open(file, "rb")}


class Source:
    """One kind of source; `give` has it hold these keys from now on."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {}

    def give(self, *keys):
        raise NotImplementedError


class FileSource(Source):
    def give(self, *keys):
        self.file = make_key_file(self.folder / "source.key", *keys)
        return ["--master-key-file", str(self.file)]


class EnvironmentSource(Source):
    def give(self, *keys):
        self.environment = {"MASTER_KEYS": " ".join(key.hex() for key in keys)}
        return ["--master-key-environment", "MASTER_KEYS"]


class CommandSource(Source):
    def give(self, *keys):
        self.command = self.folder / "command"
        self.command.write_text("#!/bin/sh\n" + "".join(f"echo {key.hex()}\n" for key in keys))
        self.command.chmod(0o700)
        return ["--master-key-command", str(self.command)]


class CredentialSource(Source):
    def give(self, *keys):
        folder = self.folder / "credentials"
        folder.mkdir(exist_ok=True)
        make_key_file(folder / "master", *keys)
        self.environment = {"CREDENTIALS_DIRECTORY": str(folder)}
        return ["--master-key-credential", "master"]


@pytest.mark.parametrize("kind", [FileSource, EnvironmentSource, CommandSource, CredentialSource])
@pytest.mark.parametrize("profile", ["dev", "serve"])
def test_a_source_starts_a_server_and_gives_the_next_key(make_server, tmp_path, keys, kind, profile):
    old, new = keys
    source = kind(tmp_path)

    def start(*given):
        arguments = source.give(*given)
        server = make_server(profile=profile, arguments=arguments, environment=source.environment,
                             data=tmp_path / "data")
        return server.start()

    server = start(old)
    assert ("master_key.from_environment" in server.log) == \
        (kind is EnvironmentSource and profile == "serve")
    assert server.stop() == 0
    server = start(old, new)
    assert "source" in coffer("key", "status", "--data", server.data)
    rotate(server, "--wait")
    assert states_of(server) == {1: "retired", 2: "current"}
    assert server.stop() == 0
    server = start(new)
    assert states_of(server) == {1: "retired", 2: "current"}
    assert server.stop() == 0


@pytest.mark.parametrize("kind", [EnvironmentSource, CommandSource, CredentialSource])
def test_a_source_without_a_new_key_says_what_to_do(make_server, tmp_path, keys, kind):
    source = kind(tmp_path)
    server = make_server(arguments=source.give(keys[0]), environment=source.environment).start()

    assert "there is no new key" in rotate(server, status=1)
    assert states_of(server) == {1: "current"}


def test_the_old_key_must_be_given_with_the_new_one(make_server, tmp_path, keys):
    old, new = keys
    source = CommandSource(tmp_path)
    server = make_server(arguments=source.give(old)).start()

    source.give(new)
    assert "no longer given" in rotate(server, status=1)
    source.give(old, new, os.urandom(32))
    assert "which is the new one" in rotate(server, status=1)
    source.give(new, old)
    rotate(server, "--wait")
    assert states_of(server) == {1: "retired", 2: "current"}


def test_a_file_in_a_folder_that_is_closed_to_the_server(make_server, tmp_path, keys):
    """The operator writes the new key himself, and takes the old one out."""
    old, new = keys
    source = FileSource(tmp_path)
    server = make_server(arguments=source.give(old)).start()
    make_key_file(source.file, old, new)
    (tmp_path / "source.key.new").mkdir()  # Now nothing can be written on the way.

    rotate(server, "--wait")

    eventually(lambda: "master_key.file_not_tidied" in server.log)
    assert states_of(server) == {1: "retired", 2: "current"}
    assert len(source.file.read_text().split()) == 2


@pytest.mark.parametrize("flag, value, environment, words", [
    ("--master-key-environment", "ABSENT", {}, ["ABSENT", "is not set"]),
    ("--master-key-environment", "SHORT", {"SHORT": "ab" * 31}, ["SHORT", "32-byte key"]),
    ("--master-key-environment", "TWICE", {"TWICE": ("ab" * 32 + " ") * 2}, ["same key twice"]),
    ("--master-key-environment", "TWO", {"TWO": "ab" * 32 + " " + "cd" * 32},
     ["new data takes one master key, 2 were given"]),
    ("--master-key-command", "relative", {}, ["must be an absolute path"]),
    ("--master-key-command", "/nonexistent", {}, ["cannot be started"]),
    ("--master-key-command", "/bin/false", {}, ["failed"]),
    ("--master-key-command", "/bin/true", {}, ["32-byte key"]),
    ("--master-key-credential", "key", {}, ["CREDENTIALS_DIRECTORY"]),
    ("--master-key-credential", "../key", {"CREDENTIALS_DIRECTORY": "/tmp"}, ["the name alone"]),
    ("--master-key-credential", "absent", {"CREDENTIALS_DIRECTORY": "/nonexistent"},
     ["cannot be opened"]),
    ("--master-key-file", "/dev/null", {}, ["is not a regular file"]),
    ("--master-key-file", "/nonexistent", {}, ["cannot be opened"]),
])
def test_what_a_source_refuses(make_server, flag, value, environment, words):
    server = make_server(arguments=[flag, value], environment=environment)

    printed = server.refuses_to_start()

    for word in words:
        assert word in printed, printed
    for given in environment.values():
        assert given not in printed or given.startswith("/")


# --- The passphrase ---

def passphrase_server(make_server, folder, *lines, **options):
    server = make_server(arguments=["--master-key-passphrase"], data=folder / "data", **options)
    server.process_options = typed(folder, *lines)
    return server


def test_a_passphrase_opens_the_data(make_server, tmp_path):
    server = passphrase_server(make_server, tmp_path, PASSPHRASE, profile="serve").start()
    assert status_of(server)["versions"][0]["kind"] == "passphrase"
    assert server.stop() == 0

    printed = assert_refused_slowly(passphrase_server(make_server, tmp_path, PASSPHRASE + "!"),
                                    "the passphrase is not that of the master key's version 1")
    assert PASSPHRASE not in printed
    assert_refused(passphrase_server(make_server, tmp_path), "no passphrase was given")
    assert_refused(passphrase_server(make_server, tmp_path, ""), "no passphrase was given")
    assert_refused(passphrase_server(make_server, tmp_path, "x" * 1025), "longer than 1024")
    assert_refused(make_server(arguments=["--master-key-file",
                                          str(make_key_file(tmp_path / "other"))],
                               data=tmp_path / "data"), "set master_key_passphrase")
    server = passphrase_server(make_server, tmp_path, PASSPHRASE, profile="serve").start()
    assert server.stop() == 0


def assert_refused_slowly(server, word):
    """scrypt takes its time on purpose."""
    before = (server.data / "coffer.db").read_bytes()
    printed = server.refuses_to_start(timeout=60)
    assert word in printed, printed
    assert (server.data / "coffer.db").read_bytes() == before
    return printed


def test_a_short_passphrase_makes_no_new_data(make_server, tmp_path):
    printed = passphrase_server(make_server, tmp_path, "elevenchars").refuses_to_start()

    assert "at least 12 characters" in printed
    server = passphrase_server(make_server, tmp_path, PASSPHRASE).start()
    assert server.stop() == 0


def test_from_a_file_to_a_passphrase_to_another_one(make_server, tmp_path):
    file = make_key_file(tmp_path / "master.key")
    server = make_server(arguments=["--master-key-file", str(file)], data=tmp_path / "data").start()
    Caller(server, ACCOUNT).create("name", "value")

    assert "at least 12" in rotate(server, "--new-passphrase", stdin="short\n", status=1)
    assert "master_key_passphrase" in rotate(server, "--new-passphrase", stdin=PASSPHRASE + "\n")
    finish(server)
    assert PASSPHRASE not in server.printed
    eventually(lambda: "master_key.file_is_retired" in server.log)
    assert server.stop() == 0

    server = passphrase_server(make_server, tmp_path, PASSPHRASE).start()
    assert Caller(server, ACCOUNT).value("name") == "value"
    rotate(server, "--new-passphrase", stdin=NEW_PASSPHRASE + "\n")
    finish(server)
    assert states_of(server) == {1: "retired", 2: "retired", 3: "current"}
    assert server.stop() == 0
    assert_refused_slowly(passphrase_server(make_server, tmp_path, PASSPHRASE), "version 3")
    server = passphrase_server(make_server, tmp_path, NEW_PASSPHRASE).start()
    assert Caller(server, ACCOUNT).value("name") == "value"


def test_both_passphrases_in_the_middle(make_server, tmp_path):
    """The newest one first."""
    server = passphrase_server(make_server, tmp_path, PASSPHRASE)
    server.arguments += ["--master-key-rewraps-per-second", "1"]
    server.start()
    for number in range(20):
        Caller(server, f"5000000000{number:02d}").create("name", "value")
    rotate(server, "--new-passphrase", stdin=NEW_PASSPHRASE + "\n")
    server.kill()

    server.process_options = typed(tmp_path, PASSPHRASE)
    assert "version 2" in server.refuses_to_start(timeout=60)
    server.process_options = typed(tmp_path, NEW_PASSPHRASE)
    assert "no passphrase was given" in server.refuses_to_start(timeout=60)
    server.process_options = typed(tmp_path, NEW_PASSPHRASE, PASSPHRASE)
    server.start()
    assert Caller(server, "500000000007").value("name") == "value"


class Terminal:
    """A terminal that a server is started on."""

    def __init__(self, server):
        self.master, slave = pty.openpty()
        server.process_options = {"stdin": slave}
        self.server = server.launch()
        os.close(slave)

    def answer(self, prompt, text):
        """Types only when asked: what is typed before is thrown away."""
        eventually(lambda: prompt in self.server.log, seconds=30)
        time.sleep(0.2)
        os.write(self.master, text.encode())

    def shown(self):
        os.set_blocking(self.master, False)
        try:
            return os.read(self.master, 65536).decode()
        except (BlockingIOError, OSError):
            return ""


def test_a_terminal_asks_twice_and_shows_nothing(make_server, tmp_path):
    server = make_server(arguments=["--master-key-passphrase"], data=tmp_path / "data")
    terminal = Terminal(server)
    terminal.answer("Passphrase of the master key", "wrong\x7f\x7f\x7f\x7f\x7f" + PASSPHRASE + "\r")
    terminal.answer("once more", PASSPHRASE + "\r")
    eventually(server._is_ready, seconds=30)

    assert PASSPHRASE not in terminal.shown()
    assert server.stop() == 0
    server.process_options = typed(tmp_path, PASSPHRASE)
    server.start()


def test_a_terminal_takes_no_for_an_answer(make_server, tmp_path):
    server = make_server(arguments=["--master-key-passphrase"], data=tmp_path / "data")
    terminal = Terminal(server)
    terminal.answer("Passphrase of the master key", PASSPHRASE + "\r")
    terminal.answer("once more", PASSPHRASE + "!\r")

    assert server.process.wait(30) == 1
    assert "not the same" in server.log
    terminal = Terminal(server)
    terminal.answer("Passphrase of the master key", "half a pass\x03")
    assert server.process.wait(30) == 1
    assert "no passphrase was given" in server.log
