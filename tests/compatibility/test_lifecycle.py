"""Starting, stopping and crashing."""

import functools
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import stat
import threading
import time

import pytest

from support import NOT_FOUND, new_token, refused, without_metadata

POLICY = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",'
          '"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}')


# --- Restarts ---

def everything_about(client, name):
    versions = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    return [without_metadata(client.describe_secret(SecretId=name)), versions,
            without_metadata(client.get_resource_policy(SecretId=name)),
            [without_metadata(client.get_secret_value(SecretId=name,
                                                      VersionId=version["VersionId"]))
             for version in versions]]


def test_a_restart_keeps_everything(make_server, name):
    server = make_server().start()
    client = server.client()
    client.create_secret(Name=name, SecretString="1", Description="d", KmsKeyId="alias/mine",
                         Tags=[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}])
    client.put_secret_value(SecretId=name, SecretBinary=bytes(range(256)))
    client.update_secret(SecretId=name, SecretString="grüße")
    client.put_resource_policy(SecretId=name, ResourcePolicy=POLICY)
    everything_about(client, name)
    before = everything_about(client, name)

    client = server.restart().client()

    assert everything_about(client, name) == before


def test_an_idempotent_call_is_recognised_after_a_restart(make_server, name):
    server = make_server().start()
    arguments = {"Name": name, "SecretString": "value", "ClientRequestToken": new_token()}
    first = without_metadata(server.client().create_secret(**arguments))

    again = server.restart().client().create_secret(**arguments)

    assert without_metadata(again) == first


def test_a_page_token_works_after_a_restart_or_is_refused(make_server):
    server = make_server().start()
    client = server.client()
    for number in range(4):
        client.create_secret(Name=f"s{number}")
    token = client.list_secrets(MaxResults=2)["NextToken"]

    client = server.restart().client()

    try:
        rest = client.list_secrets(MaxResults=2, NextToken=token)["SecretList"]
        assert [secret["Name"] for secret in rest] == ["s2", "s3"]
    except client.exceptions.InvalidNextTokenException:
        pass


def test_an_ephemeral_server_leaves_nothing(make_server, name, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    server = make_server(ephemeral=True, environment={"TMPDIR": str(scratch)}).start()
    server.client().create_secret(Name=name, SecretString="value")

    assert server.stop() == 0

    assert list(scratch.iterdir()) == []
    with refused("ResourceNotFoundException", NOT_FOUND):
        server.start().client().describe_secret(SecretId=name)


# --- kill -9 ---

class Writer(threading.Thread):
    """Creates, changes and deletes secrets until the server is gone, noting what was acknowledged.

    `state` holds, for each secret, what must be there: version id → value, or None once deleted.
    `unsure` is the call that was cut off, if any: its secret may be as before or as after.
    """

    def __init__(self, server, label):
        super().__init__()
        self.server = server
        self.label = label
        self.raw = server.raw()
        self.state = {}
        self.unsure = None

    def run(self):
        connection = self.server.connect(plaintext=True)
        try:
            for number in range(100_000):
                self.write(connection, f"{self.label}-{number}", number)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def write(self, connection, name, number):
        self.put(connection, "CreateSecret", "Name", name)
        if number % 2:
            self.put(connection, "PutSecretValue", "SecretId", name)
        if number % 5 == 4:
            self.call(connection, "DeleteSecret",
                      {"SecretId": name, "ForceDeleteWithoutRecovery": True}, None)

    def put(self, connection, operation, member, name):
        token, value = new_token(), f"{name} {random.random()}"
        after = {**self.state.get(name, {}), token: value}
        self.call(connection, operation,
                  {member: name, "ClientRequestToken": token, "SecretString": value}, after)

    def call(self, connection, operation, body, after):
        name = body.get("Name", body.get("SecretId"))
        self.unsure = (operation, body, after)
        reply = self.raw(operation, body, connection=connection)
        assert reply.status == 200, reply
        self.state[name] = after
        self.unsure = None


def stored_values(raw, name):
    """Version id → value as the server has it, or None."""
    listed = raw("ListSecretVersionIds", {"SecretId": name, "IncludeDeprecated": True})
    if listed.status != 200:
        listed.expect_refusal("ResourceNotFoundException")
        return None
    values = {}
    for version in listed.json["Versions"]:
        selector = {"SecretId": name, "VersionId": version["VersionId"]}
        values[version["VersionId"]] = raw("GetSecretValue",
                                           selector).expect_success()["SecretString"]
    return values


def check(server, writer):
    """Everything acknowledged is there; the cut call left all or nothing, and may be repeated."""
    raw = functools.partial(server.raw(), connection=server.connect(plaintext=True))
    unsure_name = None
    if writer.unsure:
        operation, body, after = writer.unsure
        unsure_name = body.get("Name", body.get("SecretId"))
        assert stored_values(raw, unsure_name) in (writer.state.get(unsure_name), after)
        assert raw(operation, body).status == 200
        assert stored_values(raw, unsure_name) == after
    for name, values in writer.state.items():
        if name != unsure_name:
            assert stored_values(raw, name) == values, name


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_kill_loses_nothing_that_was_acknowledged(make_server, kills):
    server = make_server().start()
    acknowledged = 0

    for number in range(kills):
        writers = [Writer(server, f"round-{number}-writer-{i}") for i in range(4)]
        for writer in writers:
            writer.start()
        time.sleep(random.uniform(0.1, 0.5))
        server.kill()
        for writer in writers:
            writer.join()
        server.start()
        for writer in writers:
            check(server, writer)
            acknowledged += len(writer.state)

    assert acknowledged > 0


# --- Refusals to start ---

def test_a_second_server_on_the_same_directory_is_refused(make_server, name):
    first = make_server().start()
    first.client().create_secret(Name=name)

    printed = make_server(data=first.data).refuses_to_start()

    assert str(first.data) in printed
    first.client().describe_secret(SecretId=name)


def test_a_taken_port_is_refused(make_server):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        printed = make_server(listen=f"127.0.0.1:{port}").refuses_to_start()

    assert str(port) in printed


def test_a_data_directory_that_is_a_file_is_refused(make_server, tmp_path):
    file = tmp_path / "file"
    file.write_text("not a directory")

    assert str(file) in make_server(data=file).refuses_to_start()
    assert str(file) in make_server(data=file / "inside").refuses_to_start()
    assert file.read_text() == "not a directory"


def test_an_unwritable_data_directory_is_refused(make_server, tmp_path):
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o500)
    if os.geteuid() == 0:  # Modes bind no root; this folder takes no file from anybody.
        folder = pathlib.Path("/proc/sys")

    assert str(folder) in make_server(data=folder).refuses_to_start()


@pytest.mark.parametrize("arguments, word", [
    (["--no-such-flag"], "no-such-flag"), (["--log-level", "loud"], "log-level"),
    (["--threads", "-1"], "threads"), (["--config", "/no/such/file"], "/no/such/file")])
def test_wrong_arguments_are_refused(make_server, arguments, word):
    assert word in make_server(ephemeral=True, arguments=arguments).refuses_to_start()


@pytest.mark.parametrize("listen", ["nowhere", "127.0.0.1:99999", "192.0.2.1:0"])
def test_an_address_that_cannot_be_used_is_refused(make_server, listen):
    make_server(ephemeral=True, listen=listen).refuses_to_start()


def test_a_damaged_database_is_refused_or_harmless(make_server, name):
    server = make_server().start()
    server.client().create_secret(Name=name, SecretString="value")
    server.stop()
    database = server.data / "coffer.db"
    database.write_bytes(b"this is not a database, whatever its name says" * 1000)

    assert server.refuses_to_start()


# --- Stopping ---

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_with_status_zero(make_server, number):
    server = make_server().start()

    server.process.send_signal(number)

    assert server.process.wait(10) == 0


def test_stopping_finishes_the_request_in_flight(make_server, name):
    server = make_server().start()
    raw = server.raw()
    body = json.dumps({"Name": name, "ClientRequestToken": new_token(),
                       "SecretString": "x" * 60000}).encode()
    headers = raw.signed_headers("CreateSecret", body)
    connection = server.connect(plaintext=True)
    connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
    for header, value in headers.items():
        connection.putheader(header, value)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[:30000])
    time.sleep(0.2)

    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    connection.send(body[30000:])

    assert connection.getresponse().status == 200
    connection.close()
    assert server.process.wait(10) == 0
    assert server.start().client().get_secret_value(SecretId=name)["SecretString"] == "x" * 60000


def test_stopping_under_load_loses_nothing(make_server):
    server = make_server().start()
    writers = [Writer(server, f"writer-{i}") for i in range(4)]
    for writer in writers:
        writer.start()
    time.sleep(0.3)

    assert server.stop() == 0

    for writer in writers:
        writer.join()
    server.start()
    for writer in writers:
        assert writer.state
        check(server, writer)


def test_idle_connections_do_not_delay_the_end(make_server):
    server = make_server(ephemeral=True).start()
    idle = [server.socket(plaintext=plaintext) for plaintext in (True, False) for _ in range(5)]
    started = time.monotonic()

    assert server.stop() == 0

    assert time.monotonic() - started < 5
    for connection in idle:
        connection.close()


# --- The development profile ---

def test_the_development_profile_prints_what_a_shell_needs(make_server):
    server = make_server().start()

    exports = dict(re.findall(r"^export (AWS_\w+)=(.*)$", server.output, re.MULTILINE))

    assert len(exports) == 5
    assert exports["AWS_ACCESS_KEY_ID"] == exports["AWS_SECRET_ACCESS_KEY"] == "test"
    assert exports["AWS_CA_BUNDLE"] == str(server.data / "tls/ca.pem")
    assert exports["AWS_ENDPOINT_URL"].endswith(f":{server.port}")


def test_the_test_clock(make_server):
    server = make_server(ephemeral=True).start()
    assert abs(server.now() - time.time()) < 5

    server.advance(days=3)
    assert abs(server.now() - time.time() - 3 * 86400) < 5

    server.post("/_coffer/clock", {"now": 2_000_000_000})
    assert 0 <= server.now() - 2_000_000_000 < 5

    server.client().create_secret(Name="later")
    described = server.raw()("DescribeSecret", {"SecretId": "later"}).json
    assert 0 <= described["CreatedDate"] - 2_000_000_000 < 10

    server.post("/_coffer/clock", {"reset": True})
    assert abs(server.now() - time.time()) < 5


def test_files_of_the_data_directory_are_closed_to_others(make_server):
    server = make_server().start()
    server.client().create_secret(Name="x", SecretString="value")

    assert stat.S_IMODE(server.data.stat().st_mode) & 0o077 == 0
    for file in server.data.rglob("*key*"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
