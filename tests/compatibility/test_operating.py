"""What docs/operating.md tells operators to type works as it stands."""

import os
import pathlib
import re
import subprocess

import pytest

from master_key_support import finish, keys_in, make_key_file, states_of
from support import BINARY, REPOSITORY, eventually

BLOCKS = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "docs/operating.md").read_text(), re.DOTALL)
FOLDER = "/etc/coffer"


def type_in(commands, folder, stdin=""):
    """Runs the lines in a shell, with the documentation's folder in another place."""
    environment = {**os.environ, "PATH": f"{pathlib.Path(BINARY).parent}:{os.environ['PATH']}"}
    result = subprocess.run(["/bin/sh", "-e", "-c", commands.replace(FOLDER, str(folder))],
                            input=stdin, text=True, capture_output=True, env=environment,
                            timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "etc"
    folder.mkdir()
    make_key_file(folder / "master.key")
    (folder / "coffer.toml").write_text(f'data = "{tmp_path / "data"}"\n'
                                        f'master_key_file = "{folder / "master.key"}"\n')
    return folder


@pytest.fixture
def server(make_server, folder, tmp_path):
    return make_server(profile="serve", data=tmp_path / "data",
                       arguments=["--config", str(folder / "coffer.toml")]).start()


def block(word):
    [text] = [text for text in BLOCKS if word in text]
    return text


@pytest.mark.parametrize("word", ["coffer key status", "openssl rand -hex 32 >>"])
def test_replace_the_master_key(server, folder, word):
    [old] = keys_in(folder / "master.key")

    printed = type_in(block(word), folder)

    assert "retired" in printed
    assert states_of(server) == {1: "retired", 2: "current"}
    eventually(lambda: len(keys_in(folder / "master.key")) == 1)
    assert keys_in(folder / "master.key") != [old]
    server.restart()


def test_replace_it_by_a_passphrase(server, folder):
    type_in(block("--new-passphrase"), folder, stdin="correct horse battery staple\n")

    finish(server)
    assert states_of(server) == {1: "retired", 2: "current"}
