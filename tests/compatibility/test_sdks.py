"""The AWS SDKs for Go, Java and Rust work unchanged: each makes a tour with a small program.

The programs are built here, from sources beside this file and in the versions that are pinned there;
what is built goes to build/sdk. test_javascript.py has the SDK for JavaScript.
"""

import json
import os
import re
import shutil
import subprocess

import pytest

from iam_support import document
from support import REGION, REPOSITORY
from wire_support import fetch, identity_of

SOURCES = REPOSITORY / "tests/compatibility"
BUILD = REPOSITORY / "build/sdk"
# The test session removes proxies from the environment; package registries may need them.
ENVIRONMENT = dict(os.environ)
BUILD_SECONDS = 1800

STEPS = ["create and read", "put and read bytes", "describe", "meet an error",
         "get caller identity", "presign caller identity", "read in a role", "delete"]
UNLIKE_GO = [step for step in STEPS if not step.startswith("presign")]

pytestmark = pytest.mark.slow


def need(language, tool, minimum, *version_command):
    """Skips the test where a tool is missing or older than `minimum`."""
    if shutil.which(tool) is None:
        pytest.skip(f"{language}: {tool} is not installed")
    result = subprocess.run([tool, *version_command], capture_output=True, text=True,
                            env=ENVIRONMENT)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout + result.stderr)
    version = re.search(r"\d+(\.\d+)*", plain)
    if version is None:
        pytest.skip(f"{language}: {tool} does not tell its version")
    if numbers(version.group()) < numbers(minimum):
        pytest.skip(f"{language}: {tool} {version.group()} is older than {minimum}")


def numbers(version):
    return [int(part) for part in version.split(".")]


def build(*command, **environment):
    result = subprocess.run(command, env={**ENVIRONMENT, **environment}, capture_output=True,
                            text=True, timeout=BUILD_SECONDS)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture
def traveller(enforcing_server, strict_account, name):
    """The environment of a user who may do everything to secrets and assume a role that reads."""
    account = strict_account
    account.iam.create_user(UserName=name)
    account.iam.put_user_policy(
        UserName=name, PolicyName="p",
        PolicyDocument=document("secretsmanager:*", "sts:AssumeRole"))
    account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                       "Principal": {"AWS": account.arn("user", name)}}]}))
    account.iam.put_role_policy(RoleName=name, PolicyName="p",
                                PolicyDocument=document("secretsmanager:GetSecretValue"))
    key = account.iam.create_access_key(UserName=name)["AccessKey"]
    return {**os.environ, "AWS_ENDPOINT_URL": enforcing_server.url, "AWS_REGION": REGION,
            "AWS_CA_BUNDLE": enforcing_server.ca_bundle, "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"], "NAME": name,
            "ROLE_ARN": account.arn("role", name)}


def tour(environment, *command):
    """Runs a program; answers its lines."""
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.splitlines()


def test_go(enforcing_server, traveller):
    need("Go", "go", "1.24", "version")
    program = str(BUILD / "go/tour")
    build("go", "build", "-C", str(SOURCES / "go"), "-mod=readonly", "-o", program, ".",
          GOTOOLCHAIN="local", GOFLAGS="")

    lines = tour(traveller, program)

    presigned, = (line.split() for line in lines if line.startswith("presigned "))
    assert [line for line in lines if not line.startswith("presigned ")] == STEPS
    path = presigned[2].removeprefix(enforcing_server.url)
    identity = identity_of(fetch(enforcing_server, path, method=presigned[1]))
    assert identity["Arn"].endswith(f":user/{traveller['NAME']}")


def test_java(traveller):
    need("Java", "javac", "17", "-version")
    need("Java", "mvn", "3.6", "--version")
    output = BUILD / "java"
    build("mvn", "--quiet", "--batch-mode", "--file", str(SOURCES / "java/pom.xml"),
          f"-Doutput={output}", f"-Dmdep.outputFile={output}/classpath.txt", "compile",
          "dependency:build-classpath")
    libraries = (output / "classpath.txt").read_text()

    lines = tour(traveller, "java", "-Dstdout.encoding=UTF-8", "-cp",
                 f"{output}/classes:{libraries}", "Tour")

    assert lines == UNLIKE_GO


def test_rust(traveller):
    need("Rust", "cargo", "1.94.1", "--version")
    build("cargo", "build", "--locked", "--quiet", "-j1", "--manifest-path",
          str(SOURCES / "rust/Cargo.toml"), CARGO_TARGET_DIR=str(BUILD / "rust"))

    assert tour(traveller, str(BUILD / "rust/debug/tour")) == UNLIKE_GO
