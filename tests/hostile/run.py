"""Hostile clients against a real server, with well-behaved ones beside them that must not notice.

    run.py --binary build/release/coffer [--pairs N] [--only NAME]

Prints a table; ends with status 1 if anything in it is not as promised.
"""

import argparse
import os
import pathlib
import resource
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "compatibility")]

# Above what the crowd needs, below what the server may open in a container's usual limits.
MAX_CONNECTIONS = 10_050
SETTINGS = ["--max-connections", str(MAX_CONNECTIONS), "--handshake-timeout-seconds", "3",
            "--header-timeout-seconds", "3", "--body-timeout-seconds", "3",
            "--write-timeout-seconds", "3"]
LARGEST_MEMORY_MIB = 400
MEMORY_KEPT_MIB = 200
LOG_BYTES = 100_000


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", required=True)
    options.add_argument("--pairs", type=int, default=2, help="quiet and attacked intervals each")
    options.add_argument("--only", default="", help="parts whose name contains this")
    chosen = options.parse_args()
    os.environ["E2E_BINARY"] = str(pathlib.Path(chosen.binary).resolve())
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    from support import Server
    with tempfile.TemporaryDirectory(prefix="coffer-hostile-") as folder:
        server = Server(folder, ephemeral=True, arguments=SETTINGS).start()
        try:
            problems = run(server, chosen, most)
        finally:
            status = server.stop()
        if status != 0:
            problems.append(f"the server ended with status {status}: {server.log[-2000:]}")
        if len(server.log) > LOG_BYTES:
            problems.append(f"{len(server.log)} bytes of log: {server.log[-1000:]}")
    for problem in problems:
        print(f"FAILED: {problem}")
    print("hostile clients:", f"{len(problems)} problems" if problems else "all as promised")
    return 1 if problems else 0


def run(server, chosen, most):
    import requests_refused
    import tls_checks

    client = server.client()
    client.create_secret(Name="hostile/good", SecretString="a value that is asked for")
    client.create_secret(Name="hostile/large", SecretString="x" * 60_000)
    problems = []
    for name, part in (("smuggling", requests_refused.check), ("tls", tls_checks.check)):
        if chosen.only in name:
            begin = time.monotonic()
            count, found = part(server)
            problems += found
            print(f"{name}: {count} checks, {len(found)} failed, {time.monotonic() - begin:.0f} s",
                  flush=True)
    return problems + run_attacks(server, chosen, most)


def run_attacks(server, chosen, most):
    import attacks
    import crowd
    from good_clients import GoodClients, Target
    from measure import Process, Result, measure

    target = Target(server, "hostile/good", b"a value that is asked for")
    process = Process(server.process.pid)
    at_first = process.memory()
    good = GoodClients(target)
    results = []
    try:
        while good.answered.value < 1000:
            assert not good.failed.value, good.first_complaints()
            time.sleep(0.05)
        print(f"\n{Result.HEADER}")
        for kind in attacks.ALL:
            if chosen.only in kind.name:
                results.append(measure(kind(), target, good, process, chosen.pairs))
                print(results[-1].row(), flush=True)
        if chosen.only in "idle connections":
            if most < 2 * MAX_CONNECTIONS - 500:
                print(f"skipped: 10,000 connections need more than {most} descriptors")
            else:
                results.append(crowd.measure_crowd(target, good, process, MAX_CONNECTIONS,
                                                    chosen.pairs))
                print(results[-1].row(), flush=True)
        total, failed = good.answered.value, good.failed.value
    finally:
        good.stop()
    problems = [f"{one.name}: {problem}" for one in results for problem in one.problems]
    largest = max((one.memory for one in results), default=0)
    kept = process.memory()
    print(f"\n{total} good requests, {failed} failed; memory: {at_first:.0f} MiB before,"
          f" {largest:.0f} at most, {kept:.0f} after")
    if failed:
        problems.append(f"{failed} good requests failed")
    if largest > LARGEST_MEMORY_MIB or kept > MEMORY_KEPT_MIB:
        problems.append("memory grew beyond its bound")
    if server.get("/health")["status"] != "ok":
        problems.append("the server is not well")
    return problems


if __name__ == "__main__":
    sys.exit(main())
