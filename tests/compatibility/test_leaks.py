"""No secret value may be found where it must not be.

Canary values go through every operation of a server with a data directory, good and bad. After a
while of idleness everything is searched for them: database, WAL, shared memory file, the folder of
functions, log, standard output, temporary files, error replies, and the server's memory. First the
search itself is put to the test with canaries planted on purpose in each of these places.
"""

import base64
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time

import pytest

from canaries import CORE, Canaries, forms_of, helper_with, may_look_into_processes
from canaries import search_files, search_memory
from rotation_support import Functions, Rotations
from support import SERVICE, new_token

MANY = int(os.environ.get("LEAK_SECRETS", "1000"))  # Each with three canaries.


@pytest.fixture(scope="module", autouse=True)
def needs_to_look():
    if not may_look_into_processes():
        pytest.skip("memory of other processes may not be read here")


# --- The search finds what is there ---

@pytest.mark.parametrize("form", forms_of(CORE))
def test_every_form_is_found_in_a_file(tmp_path, form):
    canaries = Canaries()
    value = canaries.text("planted").encode()
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper/file").write_bytes(b"before " + forms_of(value)[form] + b" after")

    [found] = search_files([tmp_path], canaries).values()

    label = "planted" if form == "raw" else "something"
    assert f"{label} ({form})" in found


@pytest.mark.parametrize("escape", [
    lambda text: json.dumps(text), lambda text: json.dumps(text, ensure_ascii=False),
    lambda text: text[5:], lambda text: "".join(f"\\x{octet:02x}" if octet > 127 else chr(octet)
                                                for octet in text.encode())],
    ids=["JSON in ASCII", "JSON in UTF-8", "without its beginning", "as the log does it"])
def test_an_escaped_or_damaged_value_is_found(escape):
    canaries = Canaries()

    assert "planted (raw)" in canaries.found_in(escape(canaries.text("planted")).encode())


@pytest.mark.parametrize("offset", range(3))
def test_base64_is_found_at_each_alignment(offset):
    canaries = Canaries()
    raw = base64.b64decode(canaries.binary("planted", units=1))

    assert canaries.found_in(base64.b64encode(b"x" * (offset + 3) + raw + b"more"))


def test_a_password_of_the_server_is_found():
    canaries = Canaries()
    canaries.note("password", "aB3$x,fLq9")

    assert canaries.found_in(b"-aB3$x,fLq9-") == ["password (raw)"]


def test_a_value_in_a_database_or_its_wal_is_found(tmp_path):
    canaries = Canaries()
    database = sqlite3.connect(tmp_path / "planted.db")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE t (value TEXT)")
    database.execute("INSERT INTO t VALUES (?)", [canaries.text("planted")])
    database.commit()

    assert str(tmp_path / "planted.db-wal") in search_files([tmp_path], canaries)
    database.close()
    assert list(search_files([tmp_path], canaries)) == [str(tmp_path / "planted.db")]


@pytest.mark.parametrize("make", [Canaries.text, Canaries.binary])
def test_a_value_in_memory_is_found(make):
    canaries = Canaries()

    with helper_with(make(canaries, "planted").encode()) as process:
        assert search_memory(process.pid, canaries)


def test_a_value_on_the_command_line_or_in_the_environment_is_found():
    canaries = Canaries()
    command = [sys.executable, "-c", "input()", canaries.plain("argument")]
    with subprocess.Popen(command, stdin=subprocess.PIPE,
                          env={"X": canaries.plain("variable")}) as process:
        time.sleep(0.1)
        found = found_in_proc(process.pid, canaries)
        process.stdin.close()

    assert found == ["variable (raw)", "argument (raw)"]


def found_in_proc(pid, canaries):
    """What anybody who may look at processes sees of this one."""
    folder = pathlib.Path(f"/proc/{pid}")
    return [find for name in ("environ", "cmdline", "comm", "status", "maps")
            for find in canaries.found_in((folder / name).read_bytes())]


# --- The server leaves nothing ---

class Journey:
    """Sends canaries through every operation, good and bad, each on a connection of its own."""

    def __init__(self, server, canaries, misplaced, plaintext):
        self.raw = server.raw()
        self.server = server
        self.plaintext = plaintext
        self.canaries = canaries
        self.misplaced = misplaced

    def text(self, label, units=3):
        return self.canaries.text(self._label(label), units)

    def binary(self, label, units=3):
        return self.canaries.binary(self._label(label), units)

    def _label(self, label):
        return label + " over " + ("plaintext" if self.plaintext else "TLS")

    def call(self, operation, /, status=200, signing=None, **body):
        reply = self.raw(operation, body, plaintext=self.plaintext, **(signing or {}))
        assert reply.status == status, reply
        if status != 200:
            self.expect_no_echo(reply, body)
        return reply

    def expect_no_echo(self, reply, body):
        """AWS repeats names and the like in its errors, never a value."""
        everything = reply.body + repr(reply.headers).encode()
        values = [body.get(name) for name in ("SecretString", "SecretBinary", "Plaintext")]
        if any(value and self.canaries.found_in(json.dumps(value).encode()) for value in values):
            assert self.canaries.found_in(everything) == [], reply

    def write(self, operation, /, **body):
        return self.call(operation, ClientRequestToken=new_token(), **body)

    def good(self, name):
        self.write("CreateSecret", Name=name, SecretString=self.text("created text"))
        self.write("PutSecretValue", SecretId=name, SecretString=self.text("put text"))
        self.write("PutSecretValue", SecretId=name, SecretBinary=self.binary("put binary"))
        self.write("UpdateSecret", SecretId=name, SecretString=self.text("updated text"))
        self.write("UpdateSecret", SecretId=name, SecretBinary=self.binary("updated binary"))
        self.write("CreateSecret", Name=f"{name}/long", SecretString=self.text("long text", 2700))
        self.write("CreateSecret", Name=f"{name}/long-binary",
                   SecretBinary=self.binary("long binary", 3200))
        self.write("CreateSecret", Name=f"{name}/gone", SecretString=self.text("deleted text"))
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            self.call("GetSecretValue", SecretId=name, VersionStage=stage)
        for long in ("long", "long-binary"):
            self.call("GetSecretValue", SecretId=f"{name}/{long}")
        self.call("BatchGetSecretValue", SecretIdList=[name, f"{name}/long", f"{name}/gone"])
        self.call("BatchGetSecretValue", Filters=[{"Key": "name", "Values": [name]}])
        self.call("UpdateSecret", SecretId=name, KmsKeyId="alias/another")
        self.call("GetSecretValue", SecretId=f"{name}/gone")
        self.call("DeleteSecret", SecretId=f"{name}/gone", ForceDeleteWithoutRecovery=True)
        self.call("DeleteSecret", SecretId=f"{name}/long", RecoveryWindowInDays=7)
        self.call("RestoreSecret", SecretId=f"{name}/long")
        password = self.call("GetRandomPassword").json["RandomPassword"]
        self.canaries.note(self._label("random password"), password)
        self.messages()

    def call_kms(self, operation, status=200, **body):
        return self.call(f"TrentService.{operation}", status, {"service": "kms"}, **body)

    def messages(self):
        """Plaintexts and data keys of KMS."""
        key = self.call_kms("CreateKey").json["KeyMetadata"]["KeyId"]
        plaintext = self.binary("plaintext of KMS", 30)
        blob = self.call_kms("Encrypt", KeyId=key, Plaintext=plaintext).json["CiphertextBlob"]
        assert self.call_kms("Decrypt", CiphertextBlob=blob).json["Plaintext"] == plaintext
        self.call_kms("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=key,
                      DestinationEncryptionContext={"a": "b"})
        for operation, body in [("GenerateDataKey", {"KeyId": key, "KeySpec": "AES_256"}),
                                ("GenerateRandom", {"NumberOfBytes": 64})]:
            made = self.call_kms(operation, **body).json["Plaintext"]
            self.canaries.note(self._label(f"plaintext of {operation}"), base64.b64decode(made))
        for body in [{"KeyId": "alias/none"}, {"KeyId": key, "EncryptionAlgorithm": "none"},
                     {"KeyId": key, "DryRun": True}, {"KeyId": key, "EncryptionContext": 7}]:
            self.call_kms("Encrypt", 400, **body, Plaintext=self.binary("refused plaintext of KMS"))
        self.call_kms("Encrypt", 400, KeyId=key, Plaintext="!" + self.binary("bad plaintext"))
        self.call_kms("Encrypt", 400, KeyId=key, Plaintext=self.binary("long plaintext", 300))
        self.call_kms("DisableKey", KeyId=key)
        self.call_kms("Decrypt", 400, CiphertextBlob=blob)
        self.call_kms("ScheduleKeyDeletion", KeyId=key)

    def bad(self, name):
        for operation, member in [("CreateSecret", "Name"), ("PutSecretValue", "SecretId"),
                                  ("UpdateSecret", "SecretId")]:
            self.refused_writes(operation, member, name)
        self.write_twice_with_one_token(name)
        self.call("PutSecretValue", status=400, SecretId=name, ClientRequestToken=new_token(),
                  SecretBinary="!" + self.binary("bad base64"))
        for wrong in ([self.text("in a list")], {"x": self.text("in an object")}):
            self.call("PutSecretValue", status=400, SecretId=name, ClientRequestToken=new_token(),
                      SecretString=wrong)
        self.call("Nope", status=400, SecretId=name, SecretString=self.text("no operation"))
        self.call("GetSecretValue", SecretId=name, Surplus=self.text("unknown member"))
        self.in_wrong_places(name)
        self.broken_bodies(name)
        self.cut_short(name)

    def refused_writes(self, operation, member, name):
        good = {member: name, "ClientRequestToken": new_token()}
        for changes, signing in [
                ({"ClientRequestToken": "short", "SecretString": self.text("bad token")}, None),
                ({member: "bad name", "SecretString": self.text("bad name")}, None),
                ({"SecretString": self.text("both"), "SecretBinary": self.binary("both")}, None),
                ({"SecretString": self.text("too long", 3200)}, None),
                ({"SecretString": self.text("bad signature")}, {"secret": "wrong"}),
                ({"SecretString": self.text("unknown key")}, {"key": "AKIAUNKNOWN"}),
                ({"SecretString": self.text("bad session")}, {"token": "no-token"})]:
            self.call(operation, status=400, signing=signing, **{**good, **changes})

    def write_twice_with_one_token(self, name):
        token = new_token()
        self.call("PutSecretValue", SecretId=name, ClientRequestToken=token,
                  SecretString=self.text("token first"))
        self.call("PutSecretValue", status=400, SecretId=name, ClientRequestToken=token,
                  SecretString=self.text("token again"))

    def in_wrong_places(self, name):
        """Values where something else belongs. AWS repeats some of that in its errors; the server
        must not keep or log it."""
        def text(units=3):
            return self.misplaced.text("misplaced", units)

        for operation, body in [
                ("CreateSecret", {"Name": text(), "SecretString": "x"}),
                ("GetSecretValue", {"SecretId": text()}),
                ("GetSecretValue", {"SecretId": name, "VersionId": text()}),
                ("GetSecretValue", {"SecretId": name, "VersionStage": text()}),
                ("PutSecretValue", {"SecretId": name, "SecretString": "x",
                                    "ClientRequestToken": text(1)}),
                ("UpdateSecret", {"SecretId": name, "KmsKeyId": text(90)}),
                ("ListSecrets", {"NextToken": text()}),
                ("BatchGetSecretValue", {"SecretIdList": text()}),
                ("PutResourcePolicy", {"SecretId": name, "ResourcePolicy": text()}),
                ("TagResource", {"SecretId": name, "Tags": text()})]:
            self.call(operation, status=400, **body)

    def broken_bodies(self, name):
        string = json.dumps(self.text("broken JSON"))
        start = f'{{"SecretId":"{name}","SecretString":'
        for body in (start + string, start + string + "} tail", start + string[:-1],
                     start + string[:-1] + "\\q\"}",
                     start + string + "," + start[1:] + string + "}",
                     string, "[" + string + "]", string + start):
            reply = self.raw("PutSecretValue", body.encode(), plaintext=self.plaintext)
            assert reply.status == 400, reply
            assert self.canaries.found_in(reply.body) == []
        bad_utf8 = (start + string[:-1]).encode() + b"\xff\xfe\"}"
        assert self.raw("PutSecretValue", bad_utf8, plaintext=self.plaintext).status == 400

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


class Crowd:
    """Many secrets through few connections, which stay open."""

    def __init__(self, server, canaries, count):
        self.raw = server.raw()
        self.canaries = canaries
        self.count = count
        self.connections = [server.connect(plaintext=plaintext) for plaintext in (False, True) * 2]
        self.calls = 0

    def call(self, operation, **body):
        self.calls += 1
        connection = self.connections[self.calls % len(self.connections)]
        return self.raw(operation, body, connection=connection).expect_success()

    def run(self):
        for number in range(self.count):
            name = f"crowd-{number:05d}"
            first = self.canaries.text("crowd, created", units=1 + number % 100)
            self.call("CreateSecret", Name=name, ClientRequestToken=new_token(), SecretString=first)
            assert self.call("GetSecretValue", SecretId=name)["SecretString"] == first
            for member, value in [("SecretBinary", self.canaries.binary("crowd, binary")),
                                  ("SecretString", self.canaries.text("crowd, put", units=2))]:
                self.call("PutSecretValue", SecretId=name, ClientRequestToken=new_token(),
                          **{member: value})
                assert self.call("GetSecretValue", SecretId=name)[member] == value
            if number % 3 == 0:
                self.call("DeleteSecret", SecretId=name, ForceDeleteWithoutRecovery=True)
            if number % 10 == 9:
                ids = [f"crowd-{earlier:05d}" for earlier in range(number - 9, number)]
                self.call("BatchGetSecretValue", SecretIdList=ids)

    def close(self):
        for connection in self.connections:
            connection.close()


def rotate_canaries(rotations, canaries):
    """A hook that sets canaries, and says them aloud on the way."""
    old, new = (canaries.text(f"rotation, {text}") for text in ("old", "new"))
    secret = rotations.created(SecretString=old)
    secret.on("createSecret", f"print({new!r}, file=sys.stderr)\nanswer(SecretString={new!r})")
    secret.on("setSecret", "print(event, file=sys.stderr)")
    secret.on("testSecret", f"print({new!r})\nfail({new!r} + {old!r}) if times() == 0 else 0")
    secret.configure()
    secret.await_event("RotationFailed", or_more=True, seconds=30)
    secret.forget("testSecret")
    secret.try_again()
    secret.await_event("RotationSucceeded", seconds=30)
    assert secret.value() == new


# The crowd's connections stay open, those of the journeys are closed: both kinds must be clean.
# What was written where no value belongs is not wiped from memory, as no other parameter is.
@pytest.mark.parametrize("count, idle_seconds",
                         [(150, 2), pytest.param(MANY, 10, marks=pytest.mark.slow)])
def test_no_value_is_left_anywhere(make_server, name, tmp_path, count, idle_seconds):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    functions = Functions(tmp_path / "functions")
    canaries, misplaced = Canaries(), Canaries(b"mIsPLaCeD9")
    server = make_server(arguments=functions.arguments("--log-level", "debug"),
                         environment={"TMPDIR": str(temporary)}).start()
    places = [server.data, temporary, server.log_file, server.output_file]
    prove_the_places(places)

    for plaintext in (False, True):
        journey = Journey(server, canaries, misplaced, plaintext)
        journey.good(f"{name}-{plaintext}")
        journey.bad(f"{name}-{plaintext}")
    crowd = Crowd(server, canaries, count)
    crowd.run()
    rotate_canaries(Rotations(server, functions), canaries)
    time.sleep(idle_seconds)

    assert len(canaries) > 3 * count
    assert search_files(places, canaries) == {}
    assert search_files(places, misplaced) == {}
    assert found_in_proc(server.process.pid, canaries) == []
    assert search_memory(server.process.pid, canaries) == {}
    # What is known to be in the server's memory shows that it was searched.
    known = Canaries()
    known.note("known", str(server.data))
    assert search_memory(server.process.pid, known).get("[heap]")

    crowd.close()
    assert server.stop() == 0
    assert search_files(places, canaries) == {}


def prove_the_places(places):
    """A canary planted in each place that the server writes to is found there, then taken away."""
    for place in places:
        canaries = Canaries()
        file = place if place.is_file() else place / "planted"
        before = file.read_bytes() if file.exists() else None
        file.write_bytes((before or b"") + canaries.text("planted").encode())
        assert list(search_files([place], canaries)) == [str(file)]
        if before is None:
            file.unlink()
        else:
            os.truncate(file, len(before))
