"""Runs wrk, or a program of ours where wrk cannot do it, and says what it saw and what the server
paid."""

import dataclasses
import json
import pathlib
import resource
import signal
import statistics
import subprocess

from servers import ALL_CORES, LOAD_CORE, pinned

SCRIPT = pathlib.Path(__file__).with_name("requests.lua")
CONNECTIONS = 64
CONNECTING_THREADS = 16
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
    resumed: int = 0  # TLS sessions, where connections are made anew.

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
    return _measure(server, [_wrk(server, arguments, seconds, path)], seconds, meanwhile)


def run_on_all_cores(server, arguments, seconds, path="/"):
    """The same on all cores, by as many wrks as there are cores, each with its connections."""
    wrks = [_wrk(server, arguments, seconds, path) for _ in ALL_CORES]
    return _measure(server, wrks, seconds, cores=ALL_CORES)


def _wrk(server, arguments, seconds, path):
    return ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10s",
            "--duration", f"{seconds}s", "--script", str(SCRIPT), server.url(path), "--",
            *map(str, arguments)]


def _measure(server, commands, seconds, meanwhile=None, cores=(LOAD_CORE,)):
    """Runs the commands side by side; the last line of each is a Measurement's first fields."""
    server_before, load_before = server.cpu_seconds(), _children_cpu_seconds()
    with pinned(*cores):
        loads = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                 for command in commands]
    try:
        if meanwhile:
            meanwhile()
            loads[0].send_signal(signal.SIGINT)
        outputs = [load.communicate(timeout=seconds + 60)[0] for load in loads]
    finally:
        for load in loads:
            load.kill()
    for load, output in zip(loads, outputs):
        if load.returncode != 0:
            raise RuntimeError(f"{load.args[0]} ended with {load.returncode}: {output}")
    result = Measurement(**_together([json.loads(output.splitlines()[-1]) for output in outputs]),
                         server_cpu_seconds=server.cpu_seconds() - server_before,
                         load_cpu_seconds=_children_cpu_seconds() - load_before)
    if result.requests == 0 or result.refused or result.broken:
        raise RuntimeError(f"the load saw failures: {result}")
    return result


def _together(seen):
    """What several loads saw, as one: counts are added, of times the longest is kept."""
    times = ("seconds", "p50_us", "p99_us")
    return {key: max(one[key] for one in seen) if key in times else sum(one[key] for one in seen)
            for key in seen[0]}


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


def paced(bench, server, requests, rate, seconds):
    """Requests of the file at random, begun at so many a second whether or not others are under
    way; times count from when each was due."""
    return _measure(server, [[bench.program("paced_requests"), str(server.port), requests.path,
                              str(requests.count), f"{rate:.0f}", str(seconds), str(CONNECTIONS)]],
                    seconds)


def new_connections(bench, server, requests, seconds, resumed):
    """A connection for each request of the file, in turn; with a ticket of the one before, or
    without."""
    return _measure(server, [[bench.program("new_connections"), str(server.port), requests.path,
                              str(requests.count), "resumed" if resumed else "full", str(seconds),
                              str(CONNECTING_THREADS)]], seconds)


def ratio(ours, reference):
    """How many times the reference's speed ours is, and by which measure: rates when both servers
    kept their core busy, else processor time for a request."""
    if min(median(side, "server_share") for side in (ours, reference)) >= BUSY:
        return median(ours, "rate") / median(reference, "rate"), "requests a second"
    return median(reference, "cpu_us") / median(ours, "cpu_us"), "CPU seconds for a request"
