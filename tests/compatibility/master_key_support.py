"""What the tests of the master key share: keys in files, and `coffer key` of a running server."""

import json
import os
import subprocess

from support import BINARY, eventually

COMMAND_TIMEOUT = 120


def make_key_file(file, *keys):
    """A file with these keys, or a fresh one; answers the path."""
    keys = keys or (os.urandom(32),)
    file.write_text("".join(key.hex() + "\n" for key in keys))
    file.chmod(0o600)
    return file


def keys_in(file):
    return [bytes.fromhex(line) for line in file.read_text().split()]


def coffer(*arguments, stdin="", status=0):
    """What a subcommand prints to standard output, or, when it must fail, to standard error."""
    result = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True,
                            text=True, timeout=COMMAND_TIMEOUT)
    assert result.returncode == status, (result.stdout, result.stderr)
    return result.stderr if status else result.stdout


def rotate(server, *arguments, **options):
    return coffer("key", "rotate", "--data", server.data, *arguments, **options)


def status_of(server):
    return json.loads(coffer("key", "status", "--json", "--data", server.data))


def states_of(server):
    """Version → state."""
    return {version["version"]: version["state"] for version in status_of(server)["versions"]}


def is_over(server):
    """Whether nothing needs an older version than the newest any more."""
    return "rewrapping" not in states_of(server).values()


def finish(server, seconds=60):
    eventually(lambda: is_over(server), seconds=seconds, pause=0.1)


def verify(server, *arguments):
    """`coffer verify` of a server that does not run; fails when it finds anything."""
    assert " 0 problems" in coffer("verify", "--data", server.data, *arguments)
