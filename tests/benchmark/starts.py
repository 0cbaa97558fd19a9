"""How long a start takes, how much memory the server holds, how large the program is."""

import statistics
import subprocess
import time

import data_set
import load
from bench import READ_SECRETS, say

STARTS = 20


def time_start(server, request):
    """Milliseconds from exec to the first answered health request and GetSecretValue."""
    begin = time.perf_counter()
    server.spawn()
    times = []
    with server.connect() as connection:
        for message in (b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", request):
            connection.sendall(message)
            reply = connection.recv(65536)
            if not reply.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"not answered: {reply!r}")
            times.append((time.perf_counter() - begin) * 1000)
    return times


def time_starts(bench, server, count=STARTS):
    """Medians of `count` starts with the data that the stopped `server` has."""
    requests = data_set.sign_gets(server, bench.signer, 1)
    times = []
    try:
        for _ in range(count):
            times.append(time_start(server, requests.first()))
            server.stop()
    finally:
        server.stop()
    return [statistics.median(column) for column in zip(*times)]


def stripped_size(bench):
    stripped = bench.memory / "stripped"
    subprocess.run(["strip", "-o", stripped, bench.binary], check=True)
    return stripped.stat().st_size


def measure(bench):
    server = bench.coffer("starts")
    with server:
        data_set.create(server, bench.signer, READ_SECRETS, say)
    say(f"{STARTS} starts")
    health_ms, get_ms = time_starts(bench, server)
    with server:
        idle_kib = server.resident_kib()
        requests = data_set.sign_gets(server, bench.signer, READ_SECRETS)
        load.once(server, requests, seconds=60, complete=True)
        used_kib = server.resident_kib()
    size = stripped_size(bench)
    bench.report.add(
        "starts", f"Start, memory and size, with {READ_SECRETS:,} secrets", ("", "", "unit"),
        [["exec to first answered /health", health_ms, "ms"],
         ["exec to first answered GetSecretValue", get_ms, "ms"],
         ["resident memory after the start", idle_kib / 1024, "MiB"],
         [f"resident memory after {READ_SECRETS:,} requests", used_kib / 1024, "MiB"],
         ["program, stripped", size / 1e6, "MB"]],
        {"health_ms": health_ms, "get_ms": get_ms, "idle_kib": idle_kib, "used_kib": used_kib,
         "stripped_bytes": size},
        [f"medians of {STARTS} starts; the program's shared libraries are not in its size"])
