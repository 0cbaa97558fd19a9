"""A large data set beside a small one: reads, pages of lists, start, memory."""

import contextlib
import statistics
import time

import data_set
import load
from bench import LOAD_HEADER, READ_SECRETS, load_facts, load_row, say
from signing import Client
from starts import time_starts

SORT_KEYS = ("created-date", "last-accessed-date", "last-changed-date", "name")
PAGE = 100
SAMPLES = 11
WALK_SECONDS = 60
STARTS = 5


def measure(bench):
    with contextlib.ExitStack() as stack:
        small = stack.enter_context(bench.coffer("scale-small"))
        large = stack.enter_context(bench.coffer("scale-large"))
        data_set.create(small, bench.signer, READ_SECRETS, say)
        created = data_set.create(large, bench.signer, bench.large, say)
        filled_kib = large.resident_kib()
        runs = compare_reads(bench, small, large)
        warm_kib = large.resident_kib()
        bench.report.add(
            "scale_reads", "GetSecretValue over TLS by the number of secrets", LOAD_HEADER,
            [load_row(f"{READ_SECRETS:,} secrets", runs["small"]),
             load_row(f"{bench.large:,} secrets", runs["large"])],
            {name: load_facts(of) for name, of in runs.items()}
            | {"ratio": load.ratio(runs["large"], runs["small"]),
               "create_rate": load.median(created, "rate")},
            ["large / small = {:.2f} (by {})".format(*load.ratio(runs["large"], runs["small"])),
             f"CreateSecret while filling: {load.median(created, 'rate'):,.0f} a second"])
        measure_lists(bench, large)
    measure_starts(bench, large, filled_kib, warm_kib)


def compare_reads(bench, small, large):
    """Rounds of both in turn, after one pass over everything."""
    counts = {small: READ_SECRETS, large: bench.large}
    for server, count in counts.items():
        say(f"one pass over {count:,} secrets")
        load.once(server, data_set.sign_gets(server, bench.signer, count), 200, complete=True)
    requests = {server: data_set.sign_gets(server, bench.signer, count)
                for server, count in counts.items()}
    runs = {"small": [], "large": []}
    for _ in range(bench.rounds):
        runs["small"].append(load.uniform(small, requests[small], bench.seconds))
        runs["large"].append(load.uniform(large, requests[large], bench.seconds))
    return runs


def repeat(client, body):
    """The median milliseconds of the same page asked for several times."""
    return statistics.median(client.send("ListSecrets", body)[1] for _ in range(SAMPLES)) * 1000


def walk(client, body):
    """The tokens of all pages, as far as the time allows, and how many secrets they held."""
    tokens, secrets = [None], 0
    give_up = time.monotonic() + WALK_SECONDS
    while time.monotonic() < give_up:
        query = body | ({"NextToken": tokens[-1]} if tokens[-1] else {})
        reply, _ = client.call("ListSecrets", query)
        secrets += len(reply["SecretList"])
        if "NextToken" not in reply:
            return tokens, secrets, True
        tokens.append(reply["NextToken"])
    return tokens, secrets, False


def list_row(client, what, body):
    """First, middle and last page of one query."""
    say(f"pages of ListSecrets {what}")
    begin = time.monotonic()
    tokens, secrets, complete = walk(client, body)
    seconds = time.monotonic() - begin
    places = [tokens[0], tokens[len(tokens) // 2], tokens[-1]]
    times = [repeat(client, body | ({"NextToken": token} if token else {})) for token in places]
    return [what, *times, len(tokens), secrets, seconds, "yes" if complete else "no"]


def measure_lists(bench, server):
    client = Client(server)
    queries = {f"by {key}": {"SortBy": key} for key in SORT_KEYS}
    prefix = data_set.name(bench.large // 2)[:-3]
    queries[f"name {prefix}…"] = {"Filters": [{"Key": "name", "Values": [prefix]}]}
    header = ("", "first ms", "middle ms", "last ms", "pages", "secrets", "walk s", "complete")
    rows = [list_row(client, what, body | {"MaxResults": PAGE}) for what, body in queries.items()]
    bench.report.add(
        "scale_lists", f"ListSecrets with {bench.large:,} secrets, pages of {PAGE}", header, rows,
        [dict(zip(("query", *header[1:]), row)) for row in rows],
        [f"medians of {SAMPLES} requests for the same page, one connection, without TLS",
         "right after reading all: their last accesses are still on the way to the database"])


def measure_starts(bench, server, filled_kib, warm_kib):
    say(f"{STARTS} starts")
    health_ms, get_ms = time_starts(bench, server, STARTS)
    with server:
        idle_kib = server.resident_kib()
    disk = sum(file.stat().st_size for file in server.data.rglob("coffer.db*"))
    bench.report.add(
        "scale_starts", f"Start and memory with {bench.large:,} secrets", ("", "", "unit"),
        [["exec to first answered /health", health_ms, "ms"],
         ["exec to first answered GetSecretValue", get_ms, "ms"],
         ["resident memory after the start", idle_kib / 1024, "MiB"],
         ["resident memory after creating all", filled_kib / 1024, "MiB"],
         ["resident memory after reading all", warm_kib / 1024, "MiB"],
         ["database on disk", disk / 2**20, "MiB"]],
        {"health_ms": health_ms, "get_ms": get_ms, "idle_kib": idle_kib, "filled_kib": filled_kib,
         "warm_kib": warm_kib, "disk_bytes": disk})
