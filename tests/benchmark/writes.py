"""Durable writes of 64 connections beside SQLite's commits on the same disk."""

import itertools
import json
import statistics
import subprocess

import data_set
import load
from bench import LOAD_HEADER, load_facts, load_row, say
from servers import SERVER_CORE, pinned

WRITE_SECRETS = 4_000
PUTS_OF_A_SECRET = 40  # Far from the 100 versions that a secret may have.
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:trivial"
FUNCTION_ENTRY = """[[rotation_functions]]
match = "function:trivial"
kind = "exec"
command = ["/bin/true"]
"""
LABELS = ("FIRST", "OTHER", "THIRD", "FINAL")


def raw_commits(bench, number):
    """Commits a second of SQLite alone."""
    file = bench.disk / f"raw-{number}.db"
    with pinned(SERVER_CORE):
        output = subprocess.run([bench.program("raw_sqlite_commits"), file, str(bench.seconds)],
                                capture_output=True, text=True, check=True).stdout
    commits, seconds = output.split()
    return int(commits) / float(seconds)


def rotate_body(number, is_immediate):
    return json.dumps({"SecretId": data_set.name(number),
                       "ClientRequestToken": data_set.token(1, number),
                       "RotationLambdaARN": FUNCTION,
                       "RotationRules": {"AutomaticallyAfterDays": 30},
                       "RotateImmediately": is_immediate})


def rotate(bench, is_immediate):
    """RotateSecret once for each secret. What it asks for is done meanwhile, and breaks off."""
    file = bench.disk / "trivial.toml"
    file.write_text(FUNCTION_ENTRY)
    with bench.coffer(f"rotate-{is_immediate}", "--config", str(file)) as coffer:
        data_set.create(coffer, bench.signer, WRITE_SECRETS, say)
        requests = bench.signer.sign(coffer, "RotateSecret", (
            rotate_body(number, is_immediate) for number in range(WRITE_SECRETS)))
        return [load.once(coffer, requests, 60, complete=True)]


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

    rotates = {name: rotate(bench, name == "at once") for name in ("at once", "later")}
    raw_rate = statistics.median(raw)
    rows = [load_row("PutSecretValue", puts), load_row("CreateSecret", creates),
            load_row("UpdateSecretVersionStage", labels),
            *(load_row(f"RotateSecret, {name}", runs) for name, runs in rotates.items())]
    ratio = load.median(puts, "rate") / raw_rate
    bench.report.add(
        "writes", f"Durable writes over TLS, {load.CONNECTIONS} connections", LOAD_HEADER, rows,
        {"put": load_facts(puts), "create": load_facts(creates), "label": load_facts(labels),
         "rotate": {name: load_facts(runs) for name, runs in rotates.items()},
         "raw_sqlite": raw, "ratio": ratio},
        [f"SQLite alone, one row a commit: {raw_rate:,.0f} commits/s (WAL, synchronous=FULL)",
         f"PutSecretValue / SQLite commits = {ratio:.1f}",
         "RotateSecret: RotateImmediately true and false; the CPU is also that of the rotations and "
         "tests that begin meanwhile, with a function that ends at once"])
