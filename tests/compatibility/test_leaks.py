"""No secret value may be found where it must not be.

Canary values go through every operation of a server with a data directory. Once its connections are
closed and it has been idle for a while, everything it left is searched for them: database, WAL,
shared memory file, log, standard output, temporary files, and its memory, as gcore sees it. First
the search itself is put to the test with canaries planted on purpose in each of these places.
"""

import base64
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time

import pytest

from support import SERVICE, new_token

GCORE = shutil.which("gcore")


def can_dump():
    """Whether gcore can take the memory of a child; a sandbox may forbid it even to root."""
    if GCORE is None:
        return False
    with helper_with(b"") as process:
        result = subprocess.run([GCORE, "-o", "/dev/null/x", str(process.pid)],
                                capture_output=True, text=True)
    return "ptrace" not in result.stderr.lower()


class Canary:
    """A value that cannot be there by chance, and all the forms in which it could be."""

    def __init__(self, label, value):
        self.label = label
        self.value = value
        raw = value if isinstance(value, bytes) else value.encode()
        self.forms = {"raw": raw, "lower-case hexadecimal": raw.hex().encode(),
                      "upper-case hexadecimal": raw.hex().upper().encode()}
        for offset in range(3):
            self.forms[f"base64 at offset {offset}"] = base64_at(raw, offset)
        if isinstance(value, str):
            for ascii_only in (True, False):
                escaped = json.dumps(value, ensure_ascii=ascii_only)[1:-1].encode()
                self.forms[f"JSON, {'ASCII' if ascii_only else 'UTF-8'}"] = escaped

    @classmethod
    def text(cls, label):
        # Quotes, line feeds and non-ASCII make the JSON forms differ from the raw one.
        return cls(label, f'"{os.urandom(6).hex()}"\n\\ü/{os.urandom(6).hex()}')

    @classmethod
    def binary(cls, label):
        return cls(label, b"\xff\x00" + os.urandom(24))

    @property
    def as_base64(self):
        raw = self.value if isinstance(self.value, bytes) else self.value.encode()
        return base64.b64encode(raw).decode()


def base64_at(raw, offset):
    """The characters that these bytes give wherever they begin at `offset` modulo 3."""
    encoded = base64.b64encode(b"\x00" * offset + raw).rstrip(b"=")
    first = (offset * 8 + 5) // 6
    last = len(encoded) - (1 if (offset + len(raw)) % 3 else 0)
    return encoded[first:last]


def found_in(data, canaries):
    """`label (form)` of every canary in these bytes."""
    return [f"{canary.label} ({form})" for canary in canaries
            for form, needle in canary.forms.items() if needle in data]


def search_files(folders, canaries):
    """Path → finds, for every file below the folders (and each folder that is a file itself)."""
    finds = {}
    for folder in folders:
        files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for file in files:
            if file.is_file() and (found := found_in(file.read_bytes(), canaries)):
                finds[str(file)] = found
    return finds


def search_memory(pid, canaries, folder):
    """Finds in all memory of a process, also in what is excluded from ordinary core dumps."""
    prefix = folder / "core"
    result = subprocess.run([GCORE, "-a", "-o", str(prefix), str(pid)], capture_output=True,
                            text=True, timeout=120)
    core = pathlib.Path(f"{prefix}.{pid}")
    assert core.exists(), result.stderr
    try:
        return found_in(without_zero_pages(core), canaries)
    finally:
        core.unlink()


def without_zero_pages(file, page=4096):
    """The pages of a file that hold anything: most of a core image is untouched memory."""
    with open(file, "rb") as pages:
        return b"".join(content for content in iter(lambda: pages.read(page), b"")
                        if content.count(0) < len(content))


@contextlib.contextmanager
def helper_with(data):
    """A process of ours that has these bytes in its memory and does nothing else."""
    program = ("import sys\nkept = sys.stdin.buffer.readline()[:-1]\n"
               "kept = bytes.fromhex(kept.decode())\n"
               "print('ready', flush=True)\nsys.stdin.buffer.read()\n")
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    try:
        process.stdin.write(data.hex().encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@pytest.fixture(scope="module", autouse=True)
def needs_gcore():
    if GCORE is None:
        pytest.skip("gcore is not installed (Debian package gdb)")
    if not can_dump():
        pytest.skip("gcore may not look into other processes here")


# --- The search finds what is there ---

@pytest.mark.parametrize("form", Canary.text("").forms)
def test_every_form_is_found_in_a_file(tmp_path, form):
    canary = Canary.text("planted")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper/file").write_bytes(b"before " + canary.forms[form] + b" after")

    [found] = search_files([tmp_path], [canary]).values()

    assert f"planted ({form})" in found


@pytest.mark.parametrize("offset", range(3))
def test_base64_is_found_at_each_alignment(offset):
    canary = Canary.binary("planted")
    encoded = base64.b64encode(b"x" * (offset + 3) + canary.value + b"more")

    assert found_in(encoded, [canary]) == [f"planted (base64 at offset {offset})"]


def test_a_value_in_a_database_or_its_wal_is_found(tmp_path):
    canary = Canary.text("planted")
    database = sqlite3.connect(tmp_path / "planted.db")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE t (value TEXT)")
    database.execute("INSERT INTO t VALUES (?)", [canary.value])
    database.commit()

    assert str(tmp_path / "planted.db-wal") in search_files([tmp_path], [canary])
    database.close()
    assert list(search_files([tmp_path], [canary])) == [str(tmp_path / "planted.db")]


@pytest.mark.parametrize("make", [Canary.text, Canary.binary])
def test_a_value_in_memory_is_found(tmp_path, make):
    canary = make("planted")

    with helper_with(canary.forms["raw"]) as process:
        found = search_memory(process.pid, [canary], tmp_path)

    assert "planted (raw)" in found


# --- The server leaves nothing ---

class Journey:
    """Sends canaries through every operation, good and bad, each on a connection of its own."""

    def __init__(self, server, plaintext):
        self.raw = server.raw()
        self.server = server
        self.plaintext = plaintext
        self.canaries = []

    def text(self, label):
        return self._add(Canary.text(label)).value

    def binary(self, label):
        return self._add(Canary.binary(label)).as_base64

    def _add(self, canary):
        canary.label += " over " + ("plaintext" if self.plaintext else "TLS")
        self.canaries.append(canary)
        return canary

    def call(self, operation, /, status=200, signing=None, **body):
        reply = self.raw(operation, body, plaintext=self.plaintext, **(signing or {}))
        assert reply.status == status, reply
        return reply

    def write(self, operation, /, **body):
        return self.call(operation, ClientRequestToken=new_token(), **body)

    def good(self, name):
        self.write("CreateSecret", Name=name, SecretString=self.text("created text"))
        self.write("PutSecretValue", SecretId=name, SecretString=self.text("put text"))
        self.write("PutSecretValue", SecretId=name, SecretBinary=self.binary("put binary"))
        self.write("UpdateSecret", SecretId=name, SecretString=self.text("updated text"))
        self.write("UpdateSecret", SecretId=name, SecretBinary=self.binary("updated binary"))
        self.write("CreateSecret", Name=f"{name}/long",
                   SecretString=self.text("long text") + "x" * 60000)
        self.write("CreateSecret", Name=f"{name}/gone", SecretString=self.text("deleted text"))
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            self.call("GetSecretValue", SecretId=name, VersionStage=stage)
        self.call("BatchGetSecretValue", SecretIdList=[name, f"{name}/long", f"{name}/gone"])
        self.call("BatchGetSecretValue", Filters=[{"Key": "name", "Values": [name]}])
        self.call("UpdateSecret", SecretId=name, KmsKeyId="alias/another")
        self.call("GetSecretValue", SecretId=f"{name}/gone")
        self.call("DeleteSecret", SecretId=f"{name}/gone", ForceDeleteWithoutRecovery=True)
        self.call("DeleteSecret", SecretId=f"{name}/long", RecoveryWindowInDays=7)
        password = self.call("GetRandomPassword").json["RandomPassword"]
        self._add(Canary("random password", password))

    def bad(self, name):
        refused = [("CreateSecret", "Name"), ("PutSecretValue", "SecretId")]
        for operation, member in refused:
            self.call(operation, status=400, **{member: name}, SecretString=self.text("no token"))
            self.call(operation, status=400, **{member: "bad name"}, ClientRequestToken=new_token(),
                      SecretString=self.text("bad name"))
            self.call(operation, status=400, **{member: name}, ClientRequestToken=new_token(),
                      SecretString=self.text("both"), SecretBinary=self.binary("both"))
            self.call(operation, status=400, **{member: name}, ClientRequestToken=new_token(),
                      SecretString=self.text("too long") + "x" * 65537)
            self.call(operation, status=400, signing={"secret": "wrong"}, **{member: name},
                      ClientRequestToken=new_token(), SecretString=self.text("bad signature"))
        self.write_twice_with_one_token(name)
        self.call("PutSecretValue", status=400, SecretId=name, ClientRequestToken=new_token(),
                  SecretBinary="!" + self.binary("bad base64"))
        self.call("PutSecretValue", status=400, SecretId=name, ClientRequestToken=new_token(),
                  SecretString=[self.text("wrong type")])
        self.call("Nope", status=400, SecretId=name, SecretString=self.text("no operation"))
        self.call("GetSecretValue", SecretId=name, Surplus=self.text("unknown member"))
        self.broken_json(name)
        self.cut_short(name)

    def write_twice_with_one_token(self, name):
        token = new_token()
        self.call("PutSecretValue", SecretId=name, ClientRequestToken=token,
                  SecretString=self.text("token first"))
        self.call("PutSecretValue", status=400, SecretId=name, ClientRequestToken=token,
                  SecretString=self.text("token again"))

    def broken_json(self, name):
        for label, form in (("unfinished JSON", '{"SecretId":"%s","SecretString":%s'),
                            ("JSON with a tail", '{"SecretId":"%s","SecretString":%s} tail')):
            body = (form % (name, json.dumps(self.text(label)))).encode()
            reply = self.raw("PutSecretValue", body, plaintext=self.plaintext)
            assert reply.status == 400, reply

    def cut_short(self, name):
        """Announces more than it sends, and hangs up."""
        body = json.dumps({"SecretId": name, "SecretString": self.text("cut short")}).encode()
        connection = self.server.connect(plaintext=self.plaintext)
        connection.putrequest("POST", "/", skip_accept_encoding=True)
        connection.putheader("X-Amz-Target", f"{SERVICE}.PutSecretValue")
        connection.putheader("Content-Length", str(len(body) + 1000))
        connection.endheaders(body)
        time.sleep(0.1)
        connection.close()


@pytest.mark.parametrize("idle_seconds", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_no_value_is_left_anywhere(make_server, name, tmp_path, idle_seconds):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    server = make_server(arguments=["--log-level", "debug"],
                         environment={"TMPDIR": str(temporary)}).start()
    places = [server.data, temporary, server.log_file, server.output_file]
    prove_the_places(places)

    canaries = []
    for plaintext in (False, True):
        journey = Journey(server, plaintext)
        journey.good(f"{name}-{plaintext}")
        journey.bad(f"{name}-{plaintext}")
        canaries += journey.canaries
    time.sleep(idle_seconds)

    assert search_files(places, canaries) == {}
    # What is known to be in the server's memory shows that it was searched.
    known = Canary("known", str(server.data))
    assert search_memory(server.process.pid, [known] + canaries, tmp_path) == ["known (raw)"] + [
        f"known (JSON, {kind})" for kind in ("ASCII", "UTF-8")]

    assert server.stop() == 0
    assert search_files(places, canaries) == {}


def prove_the_places(places):
    """A canary planted in each place that the server writes to is found there, then taken away."""
    for place in places:
        canary = Canary.text("planted")
        file = place if place.is_file() else place / "planted"
        before = file.read_bytes() if file.exists() else None
        file.write_bytes((before or b"") + canary.forms["JSON, UTF-8"])
        assert list(search_files([place], [canary])) == [str(file)]
        if before is None:
            file.unlink()
        else:
            os.truncate(file, len(before))
