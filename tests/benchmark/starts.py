"""How long a start takes, how much memory the server holds, how large the program is."""

import statistics
import subprocess
import time

import data_set
import load
import peers
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


def stripped_size(bench, program):
    stripped = bench.memory / "stripped"
    subprocess.run(["strip", "-o", stripped, program], check=True)
    return stripped.stat().st_size


def image_mebibytes(bench):
    """Of the root file system of the last image that ./dev image has built."""
    file = bench.binary.parents[1] / "image-mebibytes"
    return int(file.read_text()) if file.exists() else "not measured"


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
    sizes = [stripped_size(bench, bench.binary),
             stripped_size(bench, bench.binary.with_name("coffer-rotator"))]
    bench.report.add(
        "starts", f"Start, memory and size, with {READ_SECRETS:,} secrets", ("", "", "unit"),
        [["exec to first answered /health", health_ms, "ms"],
         ["exec to first answered GetSecretValue", get_ms, "ms"],
         ["resident memory after the start", idle_kib / 1024, "MiB"],
         [f"resident memory after {READ_SECRETS:,} requests", used_kib / 1024, "MiB"],
         ["coffer, stripped", sizes[0] / 1e6, "MB"],
         ["coffer-rotator, stripped", sizes[1] / 1e6, "MB"],
         ["container image, unpacked", image_mebibytes(bench), "MiB"]],
        {"health_ms": health_ms, "get_ms": get_ms, "idle_kib": idle_kib, "used_kib": used_kib,
         "stripped_bytes": sizes, "image_mebibytes": image_mebibytes(bench)},
        [f"medians of {STARTS} starts; the programs' shared libraries are not in their sizes"])
    measure_peers(bench, {"version": "this", "get_ms": get_ms, "idle_kib": idle_kib,
                          "installed_bytes": sum(sizes)})


def measure_peers(bench, ours):
    facts = {"coffer": ours}
    for name in peers.KINDS:
        if not (bench.peers / name).exists():
            continue
        say(f"{peers.STARTS} starts of {name}")
        facts[name] = peers.measure(bench, name, bench.peers / name)
    missing = [name for name in peers.KINDS if name not in facts]
    bench.report.add(
        "peers", "Start, memory and size beside other servers of the API",
        ("", "version", "to GetSecretValue ms", "resident MiB", "installed MB", "times coffer: ms",
         "MiB", "MB"),
        [[name, of["version"], of["get_ms"], of["idle_kib"] / 1024, of["installed_bytes"] / 1e6,
          of["get_ms"] / ours["get_ms"], of["idle_kib"] / ours["idle_kib"],
          of["installed_bytes"] / ours["installed_bytes"]] for name, of in facts.items()],
        facts,
        [f"coffer has {READ_SECRETS:,} secrets on disk and durable writes; the others begin empty, "
         "keep all in memory, and have one secret created before the first GetSecretValue",
         f"medians of {STARTS} starts of coffer and {peers.STARTS} of the others, over plaintext; "
         "memory of all their processes a second after the answer",
         "installed: coffer and coffer-rotator, stripped; the others' packages, without Python; "
         "shared libraries of the system in neither"]
        + [f"not measured, as it is not installed: {name}" for name in missing])
