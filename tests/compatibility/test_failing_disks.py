"""Full and failing disks under the program itself.

A disk that is full is a small file system of the test's own (which needs root) or a limit on the
size of files (which does not). A disk that fails is a library loaded before the C library, whose
calls fail when they are told to.
"""

import contextlib
import errno
import http.client
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import threading

import pytest

from support import REPOSITORY, eventually, new_token, refused
from test_lifecycle import Writer, check, stored_values

DISK_FULL = "The server's disk is full. The change was not made."
EX_IOERR = 74


class DoubtfulWriter(Writer):
    """One that stops at a 500, after which it does not know what was kept."""

    answer = None

    def call(self, connection, operation, body, after):
        name = body.get("Name", body.get("SecretId"))
        self.unsure = (operation, body, after)
        reply = self.raw(operation, body, connection=connection)
        if reply.status == 500:
            self.answer = reply
            raise ConnectionAbortedError("not stored, or perhaps it was")
        assert reply.status == 200, reply
        self.state[name] = after
        self.unsure = None


class PatientWriter(Writer):
    """One that takes a refusal for what it is: nothing was changed."""

    def __init__(self, server, label):
        super().__init__(server, label)
        self.refusals = 0
        self.is_stopping = threading.Event()

    def call(self, connection, operation, body, after):
        if self.is_stopping.is_set():
            raise ConnectionAbortedError("enough")
        reply = self.raw(operation, body, connection=connection)
        if reply.status == 500:
            reply.expect_refusal("InternalServiceError", DISK_FULL, status=500)
            self.refusals += 1
        elif self.refusals and reply.code == "ResourceNotFoundException":
            pass  # Its creation was refused.
        else:
            assert reply.status == 200, reply
            self.state[body.get("Name", body.get("SecretId"))] = after


# --- No space ---

class SmallDisk:
    """A file system of a few MiB, and what fills it."""

    def __init__(self, path):
        self.path = path
        self.ballast = path / "ballast"

    def fill(self):
        with open(self.ballast, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def has_space_again(self):
        self.ballast.unlink()


@pytest.fixture
def small_disk(tmp_path):
    path = tmp_path / "disk"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m,mode=700", "tmpfs", str(path)]
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("a full disk needs root, to mount a small one")
    mounted = subprocess.run(command, capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk could not be mounted: {mounted.stderr.strip()}")
    yield SmallDisk(path)
    subprocess.run(["umount", "--lazy", str(path)], check=True)


class FileSizeLimit:
    """A limit on files of the server's process: what it writes does not fit any more."""

    def __init__(self, server):
        self.server = server

    def fill(self):
        wal = self.server.data / "coffer.db-wal"
        self.set(wal.stat().st_size + 4096)

    def has_space_again(self):
        self.set(resource.RLIM_INFINITY)

    def set(self, size):
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE,
                         (size, resource.RLIM_INFINITY))


def assert_reads_go_on(server, name):
    client = server.client()
    assert client.get_secret_value(SecretId=name)["SecretString"] == "before"
    assert name in [secret["Name"] for secret in client.list_secrets()["SecretList"]]
    assert server.client(service="iam").list_users()["Users"] == []


def assert_writes_are_refused(server, name):
    with refused("InternalServiceError", DISK_FULL, status=500):
        server.client().put_secret_value(SecretId=name, SecretString="x" * 60_000)
    with refused("ServiceFailure", DISK_FULL, status=500):
        server.client(service="iam").create_user(UserName="u")
    with refused("KMSInternalException", DISK_FULL, status=500):
        server.client(service="kms").create_key()


def live_through_a_full_disk(server, disk, name):
    """Writers work before, while and after the disk is full; none of what they were told is false."""
    client = server.client()
    client.create_secret(Name=name, SecretString="before")
    writers = [PatientWriter(server, f"writer-{number}") for number in range(4)]
    for writer in writers:
        writer.start()

    eventually(lambda: all(writer.state for writer in writers))
    disk.fill()
    eventually(lambda: all(writer.refusals for writer in writers), seconds=30)
    assert_writes_are_refused(server, name)
    assert_reads_go_on(server, name)

    disk.has_space_again()
    written = [len(writer.state) for writer in writers]
    eventually(lambda: all(len(writer.state) > count
                           for writer, count in zip(writers, written, strict=True)), seconds=5)
    client.put_secret_value(SecretId=name, SecretString="after")
    for writer in writers:
        writer.is_stopping.set()
    for writer in writers:
        writer.join()
        check(server, writer)
    assert server.log.count("disk.full") == 1
    assert server.log.count("disk.has_space_again") == 1
    return writers


def test_a_full_disk_is_served_from_and_works_again_without_a_restart(make_server, small_disk,
                                                                      name):
    server = make_server(data=small_disk.path / "data").start()

    writers = live_through_a_full_disk(server, small_disk, name)

    server.restart()
    for writer in writers:
        check(server, writer)


def test_a_limit_on_files_is_a_full_disk(make_server, name):
    server = make_server().start()

    writers = live_through_a_full_disk(server, FileSizeLimit(server), name)

    server.restart()
    for writer in writers:
        check(server, writer)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_on_a_full_disk_serves_reads(make_server, small_disk, name, end):
    server = make_server(data=small_disk.path / "data").start()
    server.client().create_secret(Name=name, SecretString="before")
    small_disk.fill()
    assert_writes_are_refused(server, name)

    server.process.send_signal(end)
    server.process.wait(30)
    server.start()

    assert_reads_go_on(server, name)
    small_disk.has_space_again()
    server.client().put_secret_value(SecretId=name, SecretString="after")


# --- A disk that fails ---

@pytest.fixture(scope="session")
def failing_disk(tmp_path_factory):
    """The library, built with the system's compiler."""
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("a C compiler is needed to build a library that makes disks fail")
    library = tmp_path_factory.mktemp("native") / "failing_disk.so"
    source = REPOSITORY / "tests/compatibility/native/failing_disk.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"],
                   check=True)
    return library


class FailingDisk:
    def __init__(self, library, rule):
        self.rule = pathlib.Path(rule)
        self.environment = {"LD_PRELOAD": str(library), "FAILING_DISK_RULE": str(rule)}

    def fail(self, call, ending, code=errno.EIO):
        unfinished = self.rule.with_suffix(".new")
        unfinished.write_text(f"{call} {ending} {code}\n")
        unfinished.rename(self.rule)

    def has_space_again(self):
        self.rule.unlink()

    heal = has_space_again


class SimulatedFullDisk(FailingDisk):
    def fill(self):
        self.fail("pwrite", "-wal", errno.ENOSPC)


@pytest.fixture
def disk(failing_disk, tmp_path):
    return FailingDisk(failing_disk, tmp_path / "rule")


def assert_ended_for_the_disk(server):
    assert server.process.wait(30) == EX_IOERR, server.printed
    assert server.log.count("disk.failed") == 1, server.printed
    assert "Input/output error" in server.log


@pytest.mark.parametrize("call, ending", [
    ("pwrite", "-wal"),
    ("fdatasync", "-wal"),
    # What a checkpoint does.
    ("pread", "-wal"),
    ("pwrite", "coffer.db"),
    ("fdatasync", "coffer.db"),
])
def test_a_failing_disk_ends_the_server_and_loses_nothing(make_server, disk, call, ending):
    server = make_server(environment=disk.environment).start()
    writers = [DoubtfulWriter(server, f"writer-{number}") for number in range(4)]
    for writer in writers:
        writer.start()
    eventually(lambda: all(writer.state for writer in writers))

    disk.fail(call, ending)
    for writer in writers:
        writer.join(60)  # Until a checkpoint, where it needs one.
    assert_ended_for_the_disk(server)
    answers = [writer.answer for writer in writers if writer.answer]
    for answer in answers:
        answer.expect_refusal("InternalServiceError", status=500)

    disk.heal()
    server.start()
    for writer in writers:
        check(server, writer)


def test_a_page_that_cannot_be_read_ends_the_server(make_server, disk, name):
    server = make_server(environment=disk.environment).start()
    value = "x" * 60_000
    server.client().create_secret(Name=name, SecretString=value)
    server.restart()

    disk.fail("pread", "coffer.db")
    try:
        reply = server.raw()("GetSecretValue", {"SecretId": name})
        reply.expect_refusal("InternalServiceError", status=500)
    except (OSError, http.client.HTTPException):
        pass
    assert_ended_for_the_disk(server)

    disk.heal()
    assert server.start().client().get_secret_value(SecretId=name)["SecretString"] == value


def test_a_server_that_cannot_read_its_database_does_not_start(make_server, disk, name):
    server = make_server(environment=disk.environment).start()
    server.client().create_secret(Name=name, SecretString="before")
    server.stop()

    disk.fail("pread", "coffer.db")
    printed = server.refuses_to_start()

    assert "Input/output error" in printed
    disk.heal()
    assert_reads_go_on(server.start(), name)


def test_a_disk_that_is_said_to_be_full_is_one(make_server, failing_disk, tmp_path, name):
    disk = SimulatedFullDisk(failing_disk, tmp_path / "rule")
    server = make_server(environment=disk.environment).start()

    live_through_a_full_disk(server, disk, name)


def test_an_unsure_write_is_settled_by_its_token(make_server, disk, name):
    server = make_server(environment=disk.environment).start()
    server.client().create_secret(Name=name)
    request = {"SecretId": name, "SecretString": "value", "ClientRequestToken": new_token()}
    disk.fail("fdatasync", "-wal")

    server.raw()("PutSecretValue", request).expect_refusal("InternalServiceError", status=500)
    assert_ended_for_the_disk(server)

    disk.heal()
    raw = server.start().raw()
    assert raw("PutSecretValue", request).status == 200
    assert stored_values(raw, name) == {request["ClientRequestToken"]: "value"}
