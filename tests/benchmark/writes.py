"""Durable writes of 64 connections beside SQLite's commits on the same disk."""

import itertools
import statistics
import subprocess

import data_set
import load
from bench import LOAD_HEADER, load_facts, load_row, say
from servers import SERVER_CORE, pinned

WRITE_SECRETS = 4_000
PUTS_OF_A_SECRET = 40  # Far from the 100 versions that a secret may have.
LABELS = ("FIRST", "OTHER", "THIRD", "FINAL")


def raw_commits(bench, number):
    """Commits a second of SQLite alone."""
    file = bench.disk / f"raw-{number}.db"
    with pinned(SERVER_CORE):
        output = subprocess.run([bench.program("raw_sqlite_commits"), file, str(bench.seconds)],
                                capture_output=True, text=True, check=True).stdout
    commits, seconds = output.split()
    return int(commits) / float(seconds)


def measure(bench):
    puts, raw, labels = [], [], []
    with bench.coffer("writes") as coffer:
        creates = data_set.create(coffer, bench.signer, WRITE_SECRETS, say)
        for label in LABELS:
            requests = bench.signer.sign(coffer, "UpdateSecretVersionStage", (
                data_set.label_body(number, label) for number in range(WRITE_SECRETS)))
            labels.append(load.once(coffer, requests, bench.seconds))
        per_round = WRITE_SECRETS * PUTS_OF_A_SECRET // bench.rounds
        request = itertools.count()
        for number in range(bench.rounds):
            say(f"PutSecretValue, round {number + 1} of {bench.rounds}")
            requests = bench.signer.sign(coffer, "PutSecretValue", (
                data_set.put_body(n % WRITE_SECRETS, number + 1, n)
                for n in itertools.islice(request, per_round)))
            puts.append(load.once(coffer, requests, bench.seconds))
            raw.append(raw_commits(bench, number))

    raw_rate = statistics.median(raw)
    rows = [load_row("PutSecretValue", puts), load_row("CreateSecret", creates),
            load_row("UpdateSecretVersionStage", labels)]
    ratio = load.median(puts, "rate") / raw_rate
    bench.report.add(
        "writes", f"Durable writes over TLS, {load.CONNECTIONS} connections", LOAD_HEADER, rows,
        {"put": load_facts(puts), "create": load_facts(creates), "label": load_facts(labels),
         "raw_sqlite": raw, "ratio": ratio},
        [f"SQLite alone, one row a commit: {raw_rate:,.0f} commits/s (WAL, synchronous=FULL)",
         f"PutSecretValue / SQLite commits = {ratio:.1f}"])
