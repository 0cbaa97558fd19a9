"""Runs wrk and says what it saw and what the server paid."""

import dataclasses
import json
import pathlib
import resource
import signal
import statistics
import subprocess

from servers import LOAD_CORE, pinned

SCRIPT = pathlib.Path(__file__).with_name("requests.lua")
CONNECTIONS = 64
BUSY = 0.95


@dataclasses.dataclass(frozen=True)
class Measurement:
    requests: int
    seconds: float
    refused: int  # Replies other than 2xx.
    broken: int   # Connections that failed.
    p50_us: int
    p99_us: int
    server_cpu_seconds: float
    load_cpu_seconds: float

    @property
    def rate(self):
        return self.requests / self.seconds

    @property
    def server_share(self):
        return self.server_cpu_seconds / self.seconds

    @property
    def load_share(self):
        return self.load_cpu_seconds / self.seconds

    @property
    def cpu_us(self):
        """Microseconds of the server's processor for one request."""
        return self.server_cpu_seconds / self.requests * 1e6


def median(measurements, name):
    return statistics.median(getattr(measurement, name) for measurement in measurements)


def _children_cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(server, arguments, seconds, path="/", meanwhile=None):
    """One wrk run of at most `seconds`; `arguments` are those of requests.lua. With `meanwhile` it
    ends when that has returned."""
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10s",
               "--duration", f"{seconds}s", "--script", str(SCRIPT), server.url(path), "--",
               *map(str, arguments)]
    server_before, load_before = server.cpu_seconds(), _children_cpu_seconds()
    with pinned(LOAD_CORE):
        wrk = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if meanwhile:
            meanwhile()
            wrk.send_signal(signal.SIGINT)
        output, _ = wrk.communicate(timeout=seconds + 60)
    finally:
        wrk.kill()
    if wrk.returncode != 0:
        raise RuntimeError(f"wrk ended with {wrk.returncode}: {output}")
    result = Measurement(**json.loads(output.splitlines()[-1]),
                         server_cpu_seconds=server.cpu_seconds() - server_before,
                         load_cpu_seconds=_children_cpu_seconds() - load_before)
    if result.requests == 0 or result.refused or result.broken:
        raise RuntimeError(f"wrk saw failures: {result}")
    return result


def uniform(server, requests, seconds, meanwhile=None):
    """Requests of the file at random, for so long or until `meanwhile` has returned."""
    return run(server, ["uniform", requests.path, requests.count], seconds, meanwhile=meanwhile)


def once(server, requests, seconds, complete=False):
    """Each request of the file once, in order; with `complete`, all must have been answered."""
    result = run(server, ["once", requests.path, requests.count], seconds)
    if complete and result.requests != requests.count:
        raise RuntimeError(f"{result.requests} of {requests.count} requests in {seconds} s")
    return result


def plain(server, path, seconds):
    """wrk's own GET of `path`."""
    return run(server, ["plain"], seconds, path)


def ratio(ours, reference):
    """How many times the reference's speed ours is, and by which measure: rates when both servers
    kept their core busy, else processor time for a request."""
    if min(median(side, "server_share") for side in (ours, reference)) >= BUSY:
        return median(ours, "rate") / median(reference, "rate"), "requests a second"
    return median(reference, "cpu_us") / median(ours, "cpu_us"), "CPU seconds for a request"
