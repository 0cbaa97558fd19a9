"""The strict profile: its keys, its settings and what it refuses."""

import os
import re
import stat
import subprocess
import urllib.error

import pytest

from support import BINARY, MARKED_FOR_DELETION, NOT_FOUND, new_token, refused
from tampering import database_of


@pytest.fixture
def make_strict(make_server, tmp_path):
    """Makes servers of the strict profile; `settings` go into the configuration file."""
    def make(settings=None, master_key=None, **options):
        if settings is None:
            settings = f'master_key_file = "{master_key or make_master_key(tmp_path / "key")}"\n'
        config = tmp_path / f"config-{new_token()}.toml"
        config.write_text(settings)
        return make_server(profile="serve", arguments=["--config", str(config)], **options)

    return make


def make_master_key(file, mode=0o600):
    if not file.exists():
        file.write_text(os.urandom(32).hex())
        file.chmod(mode)
    return file


def root_key(server):
    """Access key id and secret of the file that the strict profile writes."""
    text = (server.data / "root-credentials").read_text()
    key = re.search(r"\b(AKIA[A-Z2-7]{16})\b", text).group(1)
    secret = re.search(r"(?<![\w+/])([\w+/]{40})(?![\w+/])", text).group(1)
    return {"key": key, "secret": secret}


def test_the_root_key_of_the_strict_profile(make_strict, name):
    server = make_strict().start()
    file = server.data / "root-credentials"
    credentials = root_key(server)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(file) in server.printed
    assert credentials["secret"] not in server.printed

    client = server.client(**credentials)
    assert ":000000000000:" in client.create_secret(Name=name, SecretString="value")["ARN"]
    written = file.read_bytes()
    client = server.restart().client(**credentials)
    assert client.get_secret_value(SecretId=name)["SecretString"] == "value"
    assert file.read_bytes() == written


def test_the_strict_profile_knows_no_built_in_key(make_strict):
    server = make_strict().start()

    for key in ("test", "000000000000"):
        server.raw(key=key)("GetRandomPassword").expect_refusal("UnrecognizedClientException")


def test_the_strict_profile_refuses_plaintext(make_strict):
    server = make_strict().start()

    with server.socket() as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"https" in answer.lower() or b"tls" in answer.lower()
    assert server.get("/health")["status"] == "ok"


def test_the_strict_profile_has_no_test_clock(make_strict):
    server = make_strict().start()

    for call in (server.now, lambda: server.advance(days=1)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            call()
        assert caught.value.code == 404


def test_the_strict_profile_refuses_unknown_keys(make_strict, name):
    server = make_strict().start()
    client = server.client(**root_key(server))

    with pytest.raises(client.exceptions.ClientError):
        client.create_secret(Name=name, SecretString="value", KmsKeyId="alias/nobody-made-it")
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.describe_secret(SecretId=name)


def test_the_account_of_the_root_key_can_be_chosen(make_strict, tmp_path, name):
    key = make_master_key(tmp_path / "key")
    settings = f'master_key_file = "{key}"\naccount = "123456789012"\n'
    server = make_strict(settings=settings).start()

    arn = server.client(**root_key(server)).create_secret(Name=name)["ARN"]

    assert ":123456789012:" in arn


def test_the_wrong_master_key_is_refused(make_strict, tmp_path, name):
    right, wrong = (make_master_key(tmp_path / text) for text in ("right", "wrong"))
    server = make_strict(master_key=right).start()
    credentials = root_key(server)
    server.client(**credentials).create_secret(Name=name, SecretString="value")
    assert server.stop() == 0

    printed = make_strict(master_key=wrong, data=server.data).refuses_to_start()

    assert "master key" in printed.lower()
    client = server.start().client(**credentials)
    assert client.get_secret_value(SecretId=name)["SecretString"] == "value"


@pytest.mark.parametrize("credentials_too", [False, True])
def test_no_new_root_key_for_data_that_had_one(make_strict, name, credentials_too):
    """Who can write to the disk, and no more, must not come to a root key by it."""
    server = make_strict().start()
    server.client(**root_key(server)).create_secret(Name=name, SecretString="value")
    assert server.stop() == 0
    with database_of(server) as database:
        assert database.execute("DELETE FROM access_keys").rowcount == 1
    file = server.data / "root-credentials"
    if credentials_too:
        file.unlink()
    before = file.read_bytes() if file.exists() else None

    assert "root access key is missing" in server.refuses_to_start()

    assert (file.read_bytes() if file.exists() else None) == before


def test_data_of_the_development_profile_gets_a_root_key_when_asked(make_server, make_strict,
                                                                    tmp_path, name):
    key = make_master_key(tmp_path / "key")
    server = make_server(arguments=["--master-key-file", str(key)]).start()
    server.client().create_secret(Name=name, SecretString="value")
    assert server.stop() == 0
    strict = make_strict(master_key=key, data=server.data)
    assert "coffer root-key" in strict.refuses_to_start()

    flags = ["--data", str(server.data), "--master-key-file", str(key)]
    made = subprocess.run([BINARY, "root-key", *flags], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    again = subprocess.run([BINARY, "root-key", *flags], capture_output=True, text=True)
    assert (again.returncode, "already" in again.stderr) == (1, True)

    client = strict.start().client(**root_key(strict))
    assert client.get_secret_value(SecretId=name)["SecretString"] == "value"


@pytest.mark.parametrize("credentials_too", [False, True])
def test_a_first_start_that_was_cut_short_is_gone_on_with(make_strict, name, credentials_too):
    """The installation is there, the root key is not yet; its file may be."""
    server = make_strict().start()
    assert server.stop() == 0
    with database_of(server) as database:
        assert database.execute("DELETE FROM access_keys").rowcount == 1
    before = root_key(server)
    if not credentials_too:
        (server.data / "root-credentials").unlink()

    client = server.start().client(**root_key(server))

    assert root_key(server) != before
    client.create_secret(Name=name, SecretString="value")


@pytest.mark.parametrize("settings, words", [
    ("", ["master_key_file", "master_key_environment", "master_key_command"]),
    ('master_key_file = "/no/such/file"', ["/no/such/file"]),
    ('master_key_file = "KEY"\nmaster_key_fille = "typo"', ["master_key_fille"]),
    ('master_key_file = "KEY"\nmaster_key_environment = "ABSENT"', ["variable ABSENT"]),
    ('master_key_file = "KEY"\ntrust_any_signature = true', ["trust_any_signature"]),
    ('master_key_file = "KEY"\nephemeral = true', ["ephemeral"]),
    ('master_key_file = "KEY"\nmax_connections = "many"', ["max_connections"]),
    ('master_key_file = "KEY"\ncertificate_file = "alone.pem"', ["private_key_file"]),
    ("this is not TOML", ["config-"]),
])
def test_settings_that_the_strict_profile_refuses(make_strict, tmp_path, settings, words):
    key = make_master_key(tmp_path / "key")

    printed = make_strict(settings=settings.replace("KEY", str(key))).refuses_to_start()

    assert all(word in printed for word in words), printed


@pytest.mark.parametrize("content, mode", [("ab" * 32, 0o644), ("ab" * 31, 0o600),
                                           ("no key at all", 0o600), ("", 0o600)])
def test_key_files_that_are_refused(make_strict, tmp_path, content, mode):
    file = tmp_path / "bad-key"
    file.write_text(content)
    file.chmod(mode)

    printed = make_strict(master_key=file).refuses_to_start()

    assert str(file) in printed
    assert not content or content not in printed


def test_a_key_inside_the_data_directory_is_refused(make_strict, tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)

    printed = make_strict(master_key=make_master_key(data / "key"), data=data).refuses_to_start()

    assert "data directory" in printed


def test_the_master_key_may_come_from_the_environment(make_strict, name):
    key = os.urandom(32).hex()
    server = make_strict(settings='master_key_environment = "MY_MASTER_KEY"\n',
                         environment={"MY_MASTER_KEY": key}).start()
    credentials = root_key(server)
    server.client(**credentials).create_secret(Name=name, SecretString="value")

    with open(f"/proc/{server.process.pid}/environ", "rb") as environment:
        assert key.encode() not in environment.read()
    client = server.restart().client(**credentials)
    assert client.get_secret_value(SecretId=name)["SecretString"] == "value"


def test_a_scheduled_deletion_of_the_strict_profile_survives_a_kill(make_strict, name):
    server = make_strict().start()
    credentials = root_key(server)
    client = server.client(**credentials)
    client.create_secret(Name=name, SecretString="value")
    client.delete_secret(SecretId=name)
    server.kill()

    client = server.start().client(**credentials)

    with refused("InvalidRequestException", MARKED_FOR_DELETION):
        client.get_secret_value(SecretId=name)
