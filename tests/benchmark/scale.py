"""Data sets of several sizes side by side: reads, pages of lists, start, memory."""

import contextlib
import dataclasses
import statistics
import time

import data_set
import load
from bench import LOAD_HEADER, load_facts, load_row, say
from servers import Coffer
from signing import Client
from starts import time_starts

SMALL_SIZES = (10, 10_000)
READS = ("GetSecretValue", "DescribeSecret")
SORT_KEYS = ("created-date", "last-accessed-date", "last-changed-date", "name")
# Filters that have no index; nothing in the data matches, so that each page is a whole slice.
SCANNING_FILTERS = {"description": "nowhere", "tag-key": "nowhere", "tag-value": "nowhere",
                    "all": "nowhere"}
PAGE = 100
SAMPLES = 11
WALK_SECONDS = 60
STARTS = 5


@dataclasses.dataclass
class DataSet:
    """A server with so many secrets, and its resident memory along the way."""

    server: Coffer
    count: int
    empty_kib: int = 0
    filled_kib: int = 0
    read_kib: int = 0


def measure(bench):
    with contextlib.ExitStack() as stack:
        sets = []
        for count in (*SMALL_SIZES, bench.large):
            server = stack.enter_context(bench.coffer(f"scale-{count}"))
            made = DataSet(server, count, empty_kib=server.resident_kib())
            data_set.create(server, bench.signer, count, say)
            made.filled_kib = server.resident_kib()
            sets.append(made)
        for operation in READS:
            compare_reads(bench, sets, operation)
        for made in sets:
            made.read_kib = made.server.resident_kib()
        measure_lists(bench, sets)
    measure_starts(bench, sets)


def compare_reads(bench, sets, operation):
    """Rounds of all in turn, after one pass over everything."""
    def sign(made):
        return bench.signer.sign(made.server, operation, map(data_set.get_body, range(made.count)))

    for made in sets:
        say(f"{operation}: one pass over {made.count:,} secrets")
        load.once(made.server, sign(made), 200, complete=True)
    requests = [sign(made) for made in sets]
    runs = [[] for _ in sets]
    for _ in range(bench.rounds):
        for made, of, seen in zip(sets, requests, runs):
            seen.append(load.uniform(made.server, of, bench.seconds))
    ratio, by = load.ratio(runs[-1], runs[1])
    bench.report.add(
        f"scale_{operation}", f"{operation} over TLS by the number of secrets", LOAD_HEADER,
        [load_row(f"{made.count:,} secrets", seen) for made, seen in zip(sets, runs)],
        {str(made.count): load_facts(seen) for made, seen in zip(sets, runs)}
        | {"ratio": ratio, "by": by},
        [f"{sets[-1].count:,} / {sets[1].count:,} secrets = {ratio:.2f} by {by}"])


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


def list_row(made, client, what, body):
    """First, middle and last page of one query."""
    say(f"pages of ListSecrets {what}, {made.count:,} secrets")
    begin = time.monotonic()
    tokens, secrets, complete = walk(client, body)
    seconds = time.monotonic() - begin
    places = [tokens[0], tokens[len(tokens) // 2], tokens[-1]]
    times = [repeat(client, body | ({"NextToken": token} if token else {})) for token in places]
    return [made.count, what, *times, len(tokens), secrets, seconds, "yes" if complete else "no"]


def measure_lists(bench, sets):
    rows = []
    for made in sets:
        client = Client(made.server)
        prefix = data_set.name(made.count // 2)[:-3]
        queries = {f"by {key}": {"SortBy": key} for key in SORT_KEYS}
        queries |= {f"{key} {value}…": {"Filters": [{"Key": key, "Values": [value]}]}
                    for key, value in {"name": prefix, **SCANNING_FILTERS}.items()}
        rows += [list_row(made, client, what, body | {"MaxResults": PAGE})
                 for what, body in queries.items()]
    header = ("of", "query", "first ms", "middle ms", "last ms", "pages", "secrets", "walk s",
              "complete")
    bench.report.add(
        "scale_lists", f"ListSecrets, pages of {PAGE}", header, rows,
        [dict(zip(header, row)) for row in rows],
        [f"medians of {SAMPLES} requests for the same page, one connection, without TLS",
         "right after reading all: their last accesses are still on the way to the database",
         "filters without an index look at a slice for each page, which may be short or empty"])


def measure_starts(bench, sets):
    rows, facts = [], []
    for made in sets:
        say(f"{STARTS} starts with {made.count:,} secrets")
        health_ms, get_ms = time_starts(bench, made.server, STARTS)
        with made.server as server:
            idle_kib = server.resident_kib()
        disk = sum(file.stat().st_size for file in made.server.data.rglob("coffer.db*"))
        each = (made.read_kib - made.empty_kib) * 1024 / made.count
        rows.append([made.count, health_ms, get_ms, idle_kib / 1024, made.filled_kib / 1024,
                     made.read_kib / 1024, each, disk / 2**20])
        facts.append({"secrets": made.count, "health_ms": health_ms, "get_ms": get_ms,
                      "idle_kib": idle_kib, "empty_kib": made.empty_kib,
                      "filled_kib": made.filled_kib, "read_kib": made.read_kib,
                      "disk_bytes": disk})
    bench.report.add(
        "scale_starts", "Start and memory by the number of secrets",
        ("secrets", "health ms", "get ms", "MiB after start", "after creating", "after reading",
         "bytes a secret", "MiB on disk"), rows, facts,
        ["ms: from exec to the first answer to /health and to GetSecretValue",
         "bytes a secret: what reading all of them added to the memory; idle ones need none after "
         "a start"])
