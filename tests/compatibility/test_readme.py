"""What the README tells its readers to type works as it stands."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest

README = pathlib.Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README.read_text(), re.DOTALL)
AWS = shutil.which("aws")


def block(beginning, language=""):
    [text] = [text for tag, text in BLOCKS if tag == language and text.startswith(beginning)]
    return text


@pytest.fixture(scope="module")
def environment(server):
    """The four exports of the README, with this server's port."""
    exports = dict(line.removeprefix("export ").split("=", 1)
                   for line in block("export AWS_ENDPOINT_URL").splitlines())
    assert list(exports) == ["AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID",
                             "AWS_SECRET_ACCESS_KEY"]
    for name, value in exports.items():
        if name != "AWS_ENDPOINT_URL":
            assert f"export {name}={value}" in server.printed
    return {**os.environ, **exports, "AWS_ENDPOINT_URL": server.plain_url, "AWS_PAGER": ""}


def type_in(environment, lines):
    """What the AWS CLI prints for each line."""
    printed = []
    for line in lines.splitlines():
        command = shlex.split(line)
        assert command[0] == "aws"
        command[:1] = [AWS, "--endpoint-url", environment["AWS_ENDPOINT_URL"]]
        result = subprocess.run(command, env=environment, capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=60)
        assert result.returncode == 0, f"{line}: {result.stderr}"
        printed.append(result.stdout)
    return printed


@pytest.mark.skipif(AWS is None, reason="the AWS CLI is not installed")
def test_a_user_who_may_read_with_the_aws_cli(environment):
    printed = type_in(environment, block("aws iam create-user"))
    assert json.loads(printed[-1])["AccessKey"]["UserName"] == "reader"


@pytest.mark.skipif(AWS is None, reason="the AWS CLI is not installed")
def test_the_tour_with_the_aws_cli(environment):
    printed = type_in(environment, block("aws secretsmanager create-secret"))
    assert printed[1] == '{"username":"app","password":"first"}\n'
    assert printed[3] == '{"username":"app","password":"first"}\n'
    assert "app/db" in printed[4]


def test_the_tour_with_boto3(environment):
    result = subprocess.run([sys.executable, "-c", block("import boto3", "python")],
                            env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    value, name, password = result.stdout.splitlines()
    assert (value, name) == ("sk-12345", "api/key")
    assert re.fullmatch("[A-Za-z0-9]{20}", password)


def test_the_clock_moves_as_the_readme_says(make_server):
    server = make_server(ephemeral=True).start()
    [command] = re.findall(r"`curl -d '(\{.*\})' http://localhost:4566(/_coffer/clock)`",
                           README.read_text())
    before = server.now()
    server.post(command[1], json.loads(command[0]))
    assert server.now() - before >= 604800


def test_every_operation_is_in_the_table():
    operations = (README.parent / "tests" / "data" / "operations.txt").read_text().split()
    text = README.read_text()
    assert [name for name in operations if name not in text] == []
