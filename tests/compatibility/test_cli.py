"""The AWS CLI, version 1 or 2, works unchanged (walk-throughs W1, W2, W3 and W8)."""

import base64
import json
import os
import shutil
import subprocess

import pytest

AWS = shutil.which("aws")
pytestmark = pytest.mark.skipif(AWS is None, reason="the AWS CLI is not installed")


class Cli:
    def __init__(self, server, service="secretsmanager"):
        self.server = server
        self.service = service
        self.environment = {**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_PAGER": "",
                            "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
                            "AWS_CA_BUNDLE": server.ca_bundle}

    def run(self, *arguments):
        command = [AWS, "--endpoint-url", self.server.url, self.service, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)

    def __call__(self, *arguments):
        """What a successful call prints, as JSON where it is JSON."""
        result = self.run(*arguments)
        assert result.returncode == 0, result.stderr
        try:
            return json.loads(result.stdout)
        except ValueError:
            return result.stdout.removesuffix("\n")

    def refused(self, code, *arguments):
        result = self.run(*arguments)
        assert result.returncode in (254, 255), result.stdout
        assert f"({code})" in result.stderr
        return result.stderr


@pytest.fixture(scope="module")
def aws(server):
    return Cli(server)


def test_store_find_retrieve_clean_up(aws, name):
    value = '{"username":"admin","password":"P@ssw0rd2024!"}'
    created = aws("create-secret", "--name", name, "--description", "for the inventory app",
                  "--secret-string", value)
    assert set(created) == {"ARN", "Name", "VersionId"}

    [listed] = aws("list-secrets", "--filters", f"Key=name,Values={name}")["SecretList"]
    assert listed["ARN"] == created["ARN"]
    assert "P@ssw0rd" not in json.dumps(listed)
    assert aws("describe-secret", "--secret-id", name)["Description"] == "for the inventory app"
    assert "ResourcePolicy" not in aws("get-resource-policy", "--secret-id", name)
    assert aws("get-secret-value", "--secret-id", name, "--query", "SecretString",
               "--output", "text") == json.loads(value)
    aws("delete-secret", "--secret-id", name, "--force-delete-without-recovery")
    aws.refused("ResourceNotFoundException", "get-secret-value", "--secret-id", name)


def test_kinds_of_value(aws, client, name, tmp_path):
    key = tmp_path / "key.der"
    key.write_bytes(bytes(range(256)) * 4)
    aws("create-secret", "--name", f"{name}-der", "--secret-binary", f"fileb://{key}")
    assert client.get_secret_value(SecretId=f"{name}-der")["SecretBinary"] == key.read_bytes()

    ssh = tmp_path / "ssh"
    ssh.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
    aws("create-secret", "--name", f"{name}-ssh", "--secret-string", f"file://{ssh}",
        "--tags", "Key=environment,Value=production", f"Key={name},Value=x")
    assert client.get_secret_value(SecretId=f"{name}-ssh")["SecretString"] == ssh.read_text()

    [found] = aws("list-secrets", "--filters", f"Key=tag-key,Values={name}")["SecretList"]
    assert found["Name"] == f"{name}-ssh"


@pytest.mark.parametrize("length, fits", [(65536, True), (65537, False)])
def test_the_longest_value(aws, name, tmp_path, length, fits):
    file = tmp_path / "value"
    file.write_text("x" * length)
    arguments = ["create-secret", "--name", name, "--secret-string", f"file://{file}"]

    if fits:
        aws(*arguments)
    else:
        assert "xxx" not in aws.refused("ValidationException", *arguments)


def test_an_empty_secret_filled_later(aws, client, name):
    assert "VersionId" not in aws("create-secret", "--name", name)
    aws("put-secret-value", "--secret-id", name, "--secret-string", "API_KEY=sk-1")
    assert client.get_secret_value(SecretId=name)["SecretString"] == "API_KEY=sk-1"


def test_versions_and_labels(aws, client, name):
    def value(stage):
        return client.get_secret_value(SecretId=name, VersionStage=stage)["SecretString"]

    def promote(new, old):
        aws("update-secret-version-stage", "--secret-id", name, "--version-stage", "AWSCURRENT",
            "--move-to-version-id", new, "--remove-from-version-id", old)

    first = aws("create-secret", "--name", name, "--secret-string", "one")["VersionId"]
    second = aws("put-secret-value", "--secret-id", name, "--secret-string", "two")["VersionId"]
    pending = aws("put-secret-value", "--secret-id", name, "--secret-string", "three",
                  "--version-stages", "AWSPENDING")["VersionId"]
    assert aws("get-secret-value", "--secret-id", name, "--version-stage", "AWSPENDING",
               "--query", "SecretString") == "three"

    promote(pending, second)
    assert (value("AWSCURRENT"), value("AWSPREVIOUS")) == ("three", "two")

    promote(second, pending)
    assert (value("AWSCURRENT"), value("AWSPREVIOUS")) == ("two", "three")
    listed = aws("list-secret-version-ids", "--secret-id", name, "--include-deprecated")
    stages = {v["VersionId"]: set(v.get("VersionStages", [])) for v in listed["Versions"]}
    assert stages == {first: set(), second: {"AWSCURRENT"},
                      pending: {"AWSPREVIOUS", "AWSPENDING"}}


def test_deletion_and_second_thoughts(aws, name):
    aws("create-secret", "--name", name, "--secret-string", "value")
    aws("delete-secret", "--secret-id", name, "--recovery-window-in-days", "7")

    aws.refused("InvalidRequestException", "get-secret-value", "--secret-id", name)
    assert "DeletedDate" in aws("describe-secret", "--secret-id", name)
    aws.refused("InvalidRequestException", "create-secret", "--name", name)

    aws("restore-secret", "--secret-id", name)
    assert aws("get-secret-value", "--secret-id", name, "--query", "SecretString",
               "--output", "text") == "value"


def test_keys_of_kms(server, tmp_path):
    kms = Cli(server, "kms")
    key = kms("create-key", "--tags", "TagKey=team,TagValue=blue")["KeyMetadata"]["KeyId"]
    plaintext, blob = tmp_path / "plaintext", tmp_path / "blob"
    plaintext.write_bytes(b"a message")
    sealed = kms("encrypt", "--key-id", key, "--plaintext", f"fileb://{plaintext}",
                 "--encryption-context", "a=1,b=2")
    blob.write_bytes(base64.b64decode(sealed["CiphertextBlob"]))

    def decrypt(context):
        return ["decrypt", "--ciphertext-blob", f"fileb://{blob}", "--encryption-context", context]

    assert base64.b64decode(kms(*decrypt("b=2,a=1"))["Plaintext"]) == b"a message"
    kms.refused("InvalidCiphertextException", *decrypt("a=1"))
    made = kms("generate-data-key", "--key-id", key, "--key-spec", "AES_256")
    assert len(base64.b64decode(made["Plaintext"])) == 32
    kms("enable-key-rotation", "--key-id", key)
    assert kms("get-key-rotation-status", "--key-id", key)["KeyRotationEnabled"] is True
    kms("rotate-key-on-demand", "--key-id", key)
    assert len(kms("list-key-rotations", "--key-id", key)["Rotations"]) == 1
    assert base64.b64decode(kms(*decrypt("b=2,a=1"))["Plaintext"]) == b"a message"
    pending = kms("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")
    assert pending["KeyState"] == "PendingDeletion"
    kms.refused("KMSInvalidStateException", *decrypt("b=2,a=1"))
    kms("cancel-key-deletion", "--key-id", key)
    assert kms("describe-key", "--key-id", key)["KeyMetadata"]["KeyState"] == "Disabled"
