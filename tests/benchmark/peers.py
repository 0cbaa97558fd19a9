"""Other programs that answer Secrets Manager's API on one machine: their start, memory and size.

They are Python programs with environments of their own, which ./dev bench makes. They begin empty,
so that a secret is created before the first GetSecretValue.
"""

import http.client
import os
import pathlib
import statistics
import time

from servers import Server
from signing import Client

STARTS = 5
ENVIRONMENT_OF_ITS_OWN = ("pip", "setuptools", "pkg_resources", "_distutils_hack",
                          "distutils-precedence")


class Peer(Server):
    """A server of the environment `home`, over plaintext."""

    def __init__(self, directory, home):
        super().__init__(directory)
        self.directory.mkdir(parents=True)
        self.home = home

    def spawn(self):
        variables = dict(os.environ)
        os.environ.update(self.variables())
        try:
            super().spawn()
        finally:
            os.environ.clear()
            os.environ.update(variables)

    def variables(self):
        return {"HOME": str(self.directory), "TMPDIR": str(self.directory)}


class Moto(Peer):
    def command(self):
        return [self.home / "bin/moto_server", "-H", "127.0.0.1", "-p", str(self.port)]


class Ministack(Peer):
    def variables(self):
        return super().variables() | {"GATEWAY_PORT": str(self.port), "MINISTACK_HOST": "127.0.0.1"}

    def command(self):
        return [self.home / "bin/ministack"]


KINDS = {"moto": Moto, "ministack": Ministack}


def installed_bytes(home):
    """What was installed there, without what every environment has, and without Python."""
    packages, = home.glob("lib/python3*/site-packages")
    return sum(file.stat().st_size for entry in packages.iterdir()
               if not entry.name.startswith(ENVIRONMENT_OF_ITS_OWN)
               for file in (entry.rglob("*") if entry.is_dir() else [entry]) if file.is_file())


def version(home, name):
    packages, = home.glob("lib/python3*/site-packages")
    found, = packages.glob(f"{name}-*.dist-info")
    return found.name.removeprefix(f"{name}-").removesuffix(".dist-info")


def descendants(pid):
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            yield child
            yield from descendants(child)


def resident_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def first_answer(server):
    """Creates a secret and reads it, as soon as the server does that."""
    client = Client(server)
    for operation, body in (("CreateSecret", {"Name": "first", "SecretString": "value"}),
                            ("GetSecretValue", {"SecretId": "first"})):
        for _ in range(100):
            try:
                client.send(operation, body)
                break
            except (OSError, RuntimeError, http.client.HTTPException):
                client.connection.close()  # It listens, and is not ready yet.
                time.sleep(0.01)
        else:
            client.send(operation, body)


def measure(bench, name, home):
    """Medians of some starts; the first one, which fills the caches, is left out."""
    server = KINDS[name](bench.disk / name, home)
    times, memory = [], []
    for number in range(STARTS + 1):
        begin = time.perf_counter()
        server.spawn()
        try:
            server.connect().close()
            first_answer(server)
            took = (time.perf_counter() - begin) * 1000
            time.sleep(1)  # What it does after its start is over.
            pid = server.process.pid
            if number > 0:
                times.append(took)
                memory.append(sum(map(resident_kib, [pid, *descendants(pid)])))
        finally:
            server.stop()
    return {"version": version(home, name), "get_ms": statistics.median(times),
            "idle_kib": statistics.median(memory), "installed_bytes": installed_bytes(home)}
