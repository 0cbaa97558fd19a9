"""The AWS SDK for JavaScript works unchanged.

The SDK is not part of the Python environment: install it somewhere with
`npm install @aws-sdk/client-secrets-manager` and name that folder in E2E_NODE_MODULES.
"""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

NODE = shutil.which("node")
MODULES = os.environ.get("E2E_NODE_MODULES") or None
TOUR = pathlib.Path(__file__).parent / "javascript/tour.mjs"


def reason_to_skip():
    if NODE is None:
        return "Node.js is not installed"
    if MODULES is None:
        return "E2E_NODE_MODULES does not name a folder with @aws-sdk/client-secrets-manager"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < 20:
        return f"Node.js {version} is older than 20"
    return None


@pytest.mark.parametrize("plaintext", [False, True], ids=["tls", "plaintext"])
def test_tour(server, name, plaintext):
    if reason := reason_to_skip():
        pytest.skip(reason)
    environment = {**os.environ, "NODE_EXTRA_CA_CERTS": server.ca_bundle, "NAME": name,
                   "ENDPOINT": server.plain_url if plaintext else server.url}

    result = subprocess.run([NODE, str(TOUR)], env=environment, capture_output=True, text=True,
                            timeout=60)

    assert result.returncode == 0, result.stderr
    assert len(json.loads(result.stdout)["passed"]) == 7
