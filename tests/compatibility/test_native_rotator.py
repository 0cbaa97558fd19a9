"""The program coffer-rotator by itself: its protocol, and what it keeps to itself. No database is
needed here; what it does to one is in test_native_postgresql.py and test_native_mariadb.py."""

import json
import os
import pathlib
import socket
import subprocess
import threading

import pytest

from databases import HOST
from fake_mysql import FakeMysql
from rotator_support import ROTATOR, STEPS, Rotation, run_rotator
from support import BINARY

VALUE = {"engine": "postgres", "host": HOST, "port": 1, "username": "app", "password": "Old-pass-1"}


def rotation(value=VALUE, **settings):
    return Rotation(settings.pop("ROTATOR", "postgresql"), value, **settings)


@pytest.mark.parametrize("document", [
    b"", b"{", b"[]", b"{}", b"hunter2", b'{"Step":"setSecret"}', b"\xff\xfe",
    b'{"Step":"create_secret","Settings":{}}', b'{"Step":"testSecret","Settings":{}}'])
def test_what_cannot_be_read(document):
    answer = run_rotator(document, "setSecret")

    assert answer.status == 1
    assert answer.type == "InvalidInput"
    assert "hunter2" not in answer.text + answer.errors


def test_a_document_without_end_is_refused():
    answer = run_rotator(b" " * (9 << 20), "setSecret")

    assert answer.status == 1 and answer.document is None and "usage" in answer.errors


def test_how_it_is_called():
    done = subprocess.run([ROTATOR], input=b"{}", capture_output=True)

    assert done.returncode == 1 and not done.stdout and b"usage" in done.stderr


@pytest.mark.parametrize("rotator, engine", [("postgresql", "postgres"), ("mysql", "mysql")])
def test_create_finish_and_nothing_else_need_no_database(rotator, engine):
    one = rotation(VALUE | {"engine": engine}, ROTATOR=rotator)

    assert one.create("Fresh-pass-1") == VALUE | {"engine": engine, "password": "Fresh-pass-1"}
    for step in ("createSecret", "finishSecret"):
        assert one.step(step).text == "{}"
    for step in ("setSecret", "testSecret"):
        answer = one.step(step)
        assert (answer.status, answer.type) == (75, "ServerUnreachable")
        assert answer.seconds < 2


@pytest.mark.parametrize("step", STEPS)
def test_what_is_current_has_been_rotated(step):
    one = rotation()
    one.versions["Pending"] = one.versions["Current"]

    assert one.step(step).text == "{}"


@pytest.mark.parametrize("change, key", [
    ({"engine": "oracle"}, "engine"), ({"engine": "mysql"}, "engine"), ({"host": ""}, "host"),
    ({"host": "/run/postgresql"}, "host"), ({"username": 1}, "username"),
    ({"password": None}, "password"), ({"port": "x"}, "port"), ({"dbname": []}, "dbname")])
def test_what_is_wrong_with_the_current_value_is_named(change, key):
    answer = rotation(VALUE | change).step("createSecret")

    assert (answer.status, answer.type) == (0, "InvalidSecret")
    assert f'"{key}"' in answer.message and "Old-pass" not in answer.text


@pytest.mark.parametrize("value", ["", "hunter2", "[]", '"text"', '{"a":1'])
def test_a_value_that_is_no_json_object(value):
    answer = rotation(value).step("createSecret")

    assert (answer.status, answer.type) == (0, "InvalidSecret")
    assert "hunter2" not in answer.text


def test_a_binary_value():
    one = rotation()
    one.versions["Current"] = {"VersionId": "v", "SecretBinary": "AAAA"}

    answer = one.step("createSecret")

    assert answer.type == "InvalidSecret" and "binary" in answer.message


@pytest.mark.parametrize("name, value", [
    ("ROTATOR", "oracle"), ("STRATEGY", "both"), ("TLS_FALLBACK", "yes"), ("CA_FILE", "ca.pem"),
    ("TIMEOUT_SECONDS", "0"), ("TLS_FALBACK", "never")])
def test_a_setting_that_makes_no_sense_is_named(name, value):
    answer = rotation(**{name: value}).step("createSecret")

    assert (answer.status, answer.type) == (0, "InvalidSettings") and name in answer.message


@pytest.mark.parametrize("rotator, engine", [("postgresql", "postgres"), ("mysql", "mysql")])
def test_a_server_that_never_answers(rotator, engine):
    with socket.create_server((HOST, 0)) as silent:
        value = VALUE | {"engine": engine, "port": silent.getsockname()[1]}
        one = rotation(value, ROTATOR=rotator)
        one.create()
        answer = one.step("setSecret")

    assert (answer.status, answer.type) == (75, "ServerUnreachable")
    assert 4 < answer.seconds < 8


def test_what_others_can_see_of_it():
    """Its arguments and environment name no secret, and nobody but root can look at its memory."""
    with socket.create_server((HOST, 0)) as silent:
        value = json.dumps(VALUE | {"port": silent.getsockname()[1]})
        document = {"Step": "testSecret", "ClientRequestToken": "t", "Settings": {
                        "ROTATOR": "postgresql", "TIMEOUT_SECONDS": "4"},
                    "Current": {"VersionId": "v", "SecretString": value},
                    "Pending": {"VersionId": "t", "SecretString": value}}
        process = subprocess.Popen([ROTATOR, "testSecret"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, env={"PGPASSWORD": "of-the-parent"})
        feeder = threading.Thread(target=process.communicate, args=(json.dumps(document).encode(),))
        feeder.start()
        silent.accept()
        seen = pathlib.Path(f"/proc/{process.pid}")
        assert (seen / "cmdline").read_bytes() == f"{ROTATOR}\0testSecret\0".encode()
        assert "Max core file size        0                    0" in (seen / "limits").read_text()
        if os.geteuid() == 0:  # What is not dumpable belongs to root, whoever runs it.
            assert (seen / "mem").stat().st_uid == 0
        process.kill()
        feeder.join()


def test_the_server_itself_links_no_database_client():
    if not BINARY.name == "coffer":
        pytest.skip("there is no server to look at")
    libraries = subprocess.run(["ldd", BINARY], capture_output=True, text=True).stdout

    assert "libpq" not in libraries and "libmariadb" not in libraries


def rotate_in(server, **settings):
    one = rotation(VALUE | {"engine": "mysql", "port": server.port, "ssl": False},
                   ROTATOR="mysql", **settings)
    one.create("it's a Fresh-pass-1")
    return one.step("setSecret")


@pytest.mark.parametrize("version, statement", [
    ("5.6.51-log", r"SET PASSWORD = PASSWORD('it\'s a Fresh-pass-1')"),
    ("5.7.44", r"SET PASSWORD = 'it\'s a Fresh-pass-1'"),
    ("8.4.0", r"SET PASSWORD = 'it\'s a Fresh-pass-1'"),
    ("9.3.0", r"SET PASSWORD = 'it\'s a Fresh-pass-1'")])
def test_versions_of_mysql(version, statement):
    with FakeMysql(version) as server:
        answer = rotate_in(server)

    assert answer.ok, answer.text
    assert server.statements[0] == "SELECT VERSION()" and server.statements[-1] == statement


def test_two_passwords_at_once():
    with FakeMysql("8.0.14") as server:
        assert rotate_in(server, DUAL_PASSWORD="true").ok

    assert server.statements[-2:] == [
        "ALTER USER USER() DISCARD OLD PASSWORD",
        r"SET PASSWORD = 'it\'s a Fresh-pass-1' RETAIN CURRENT PASSWORD"]


@pytest.mark.parametrize("number, status", [(1064, 0), (1819, 0), (1213, 75)])
def test_what_a_server_quotes_is_taken_out(number, status):
    """Servers quote a statement that they do not understand from the place of the error on."""
    for beginning in ("SET PASSWORD = ", "SET PASSWORD = 'it"):
        with FakeMysql("8.4.0", {beginning: number}) as server:
            answer = rotate_in(server)

        assert (answer.status, answer.type) == (status, "DatabaseError")
        assert f"error {number}" in answer.message
        assert "Fresh" not in answer.text and "pass-1" not in answer.text
