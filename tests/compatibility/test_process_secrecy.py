"""What the operating system could give away of a running server: core files, its memory to other
processes, and the master key."""

import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile

import pytest

from canaries import forms_of, may_look_into_processes, memory_of, places_of
from support import BINARY, Server, new_token

NOBODY = 65534
PYTHON = "/usr/bin/python3"  # One that others may run, unlike that of the tests.
NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

LOOK = """
import ctypes, os, sys
pid = int(sys.argv[1])
opened = []
for name in ("mem", "environ", "maps", "auxv", "fd", "cwd", "root", "exe", "io"):
    try:
        path = f"/proc/{pid}/{name}"
        if name == "fd":
            os.listdir(path)
        elif name in ("cwd", "root", "exe"):
            os.readlink(path)
        else:
            with open(path, "rb") as file:
                name == "mem" or file.read(1)
        opened.append(name)
    except PermissionError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
PTRACE_SEIZE = 0x4206
if libc.ptrace(PTRACE_SEIZE, pid, None, None) == 0:
    opened.append("ptrace")
print(",".join(opened))
"""


@pytest.fixture
def open_folder():
    """A folder that another user can work in."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coffer-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def looked_at(pid, user):
    """What a process of this user gets to see of another one."""
    result = subprocess.run([PYTHON, "-IS", "-c", LOOK, str(pid)], user=user, group=user,
                            extra_groups=[], capture_output=True, text=True, check=True)
    return result.stdout.strip()


def can_become_nobody():
    if os.geteuid() != 0 or not os.path.exists(PYTHON):
        return False
    result = subprocess.run([BINARY, "--version"], user=NOBODY, group=NOBODY, extra_groups=[],
                            capture_output=True)
    return result.returncode == 0


def as_nobody(server):
    """Starts the server as a user whose processes another one of the same user then looks at."""
    server.folder.chmod(0o755)
    shutil.chown(server.folder, NOBODY, NOBODY)
    server.process_options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return server.start()


def test_no_other_process_of_the_same_user_sees_anything(open_folder):
    if not can_become_nobody():
        pytest.skip("needs root, and a binary that others may run")
    sleeper = subprocess.Popen(["sleep", "60"], user=NOBODY, group=NOBODY, extra_groups=[])
    server = as_nobody(Server(open_folder / "server"))
    try:
        # What may be seen of a process that does not mind shows that one could see something.
        assert {"mem", "environ"} < set(looked_at(sleeper.pid, NOBODY).split(","))
        assert looked_at(server.process.pid, NOBODY) == ""
    finally:
        sleeper.kill()
        sleeper.wait()
        server.stop()


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV, signal.SIGQUIT])
def test_a_crash_writes_no_core(make_server, tmp_path, number):
    if not pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip().isalnum():
        pytest.skip("core files do not come to rest in the working directory here")

    def let_it_crash():
        resource.setrlimit(resource.RLIMIT_CORE, NO_LIMIT)
        signal.signal(number, signal.SIG_DFL)  # A shell has its background jobs ignore SIGQUIT.

    options = {"cwd": tmp_path, "preexec_fn": let_it_crash}
    try:
        sleeper = subprocess.Popen(["sleep", "60"], **options)
    except subprocess.SubprocessError:
        pytest.skip("core files are forbidden here")
    sleeper.send_signal(number)
    sleeper.wait(timeout=60)
    cores = list(tmp_path.glob("core*"))
    for core in cores:  # All may have one name.
        core.unlink()
    server = make_server()
    server.process_options = options
    server.start().raw()("CreateSecret", {"Name": "name", "ClientRequestToken": new_token(),
                                          "SecretString": "value"}).expect_success()

    server.process.send_signal(number)

    assert server.process.wait(timeout=60) == -number
    assert cores, "a process that allows it writes a core file"
    assert list(tmp_path.glob("core*")) == []


def locked_kibibytes(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmLck:\s+(\d+) kB", status).group(1))


@pytest.mark.parametrize("limit, is_locked", [(NO_LIMIT, True), ((8 << 20, 8 << 20), False),
                                              ((0, 0), False)])
def test_memory_is_locked_where_that_has_no_limit(make_server, name, limit, is_locked):
    """With a limit the server runs all the same: a lock that may fail later would end it."""
    server = make_server()
    server.process_options = {
        "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_MEMLOCK, limit)}
    try:
        server.start()
    except subprocess.SubprocessError:
        pytest.skip("the limit may not be raised here")
    client = server.client()
    client.create_secret(Name=name, SecretString="x" * 65536)

    assert client.get_secret_value(SecretId=name)["SecretString"] == "x" * 65536
    assert (locked_kibibytes(server) > 1000) == is_locked
    assert ("memory.locked" in server.log) == is_locked


@pytest.mark.parametrize("spelling", [bytes.hex, lambda key: key.hex().upper()])
def test_the_master_key_is_kept_once_and_not_as_it_was_written(make_server, spelling):
    """In memory it is the key of a cipher, as long as the server runs, and nothing else."""
    if not may_look_into_processes():
        pytest.skip("memory of other processes may not be read here")
    key = os.urandom(32)
    server = make_server(arguments=["--master-key-environment", "THE_KEY"],
                         environment={"THE_KEY": spelling(key)}).start()
    folder = pathlib.Path(f"/proc/{server.process.pid}")
    server.raw()("CreateSecret", {"Name": "name", "ClientRequestToken": new_token(),
                                  "SecretString": "value"}).expect_success()

    assert spelling(key).encode() not in (folder / "environ").read_bytes()
    found = [form for _, _, content in memory_of(server.process.pid)
             for form, needle in forms_of(key).items() for _ in places_of(needle, content)]
    # The key itself, and the schedules of the threads that have used it.
    assert set(found) == {"raw"}
    assert len(found) <= 4
