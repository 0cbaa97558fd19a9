"""Many schedules that are due at the same midnight; a crash in the middle.

The rows are those of the test matrix of rotation, docs/rotation-tests.md. ./dev bench --only midnight
does it with a hundred thousand, and says what it costs.
"""

import collections
import concurrent.futures
import contextlib
import itertools
import pathlib
import re
import sqlite3
import statistics
import time

import pytest

from rotation_support import function, toml
from support import Server, eventually, new_token
from test_rotation_http import Endpoint

SECRETS = 1_500
PACE = 50
CALLERS = 8
DAY = 86_400
HOUR = 3_600
# What SQLite keeps of the pages that are written, and some for the rest: nothing that grows with
# the number of rotations.
MAY_GROW_KIB = 64 * 1024


class BusyEndpoint(Endpoint):
    request_queue_size = 128  # A connection that finds no place is tried again after a second.


@pytest.fixture
def scheduled(tmp_path):
    """A stopped server whose secrets all have a schedule; what is called for them ends at once."""
    endpoint = BusyEndpoint()
    file = tmp_path / "functions.toml"
    write_function(file, kind="http", url=endpoint.url)
    server = Server(tmp_path / "server", arguments=["--config", str(file),
                                                    "--rotation-concurrency", "16"]).start()
    with concurrent.futures.ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(lambda first: configure(server, range(first, SECRETS, CALLERS)),
                         range(CALLERS)))
    eventually(lambda: server.log.count(" TestRotationSucceeded ") == SECRETS, 180, pause=0.5)
    endpoint.shutdown()
    assert server.stop() == 0
    write_function(file, kind="exec", command=["/bin/true"])
    server.arguments = ["--config", str(file), "--rotation-scheduled-per-second", str(PACE)]
    yield server
    server.kill()


def write_function(file, **members):
    members = {"match": "function:midnight", "concurrency": 16, **members}
    file.write_text("[[rotation_functions]]\n" + "".join(
        f"{name} = {toml(value)}\n" for name, value in members.items()))


def configure(server, numbers):
    raw = server.raw()
    with contextlib.closing(server.connect(plaintext=True, timeout=60)) as connection:
        for number in numbers:
            raw("CreateSecret", {"Name": name(number), "SecretString": "old",
                                 "ClientRequestToken": new_token()},
                connection=connection).expect_success()
            raw("RotateSecret", {"SecretId": name(number), "ClientRequestToken": new_token(),
                                 "RotationLambdaARN": function("midnight"),
                                 "RotationRules": {"AutomaticallyAfterDays": 1},
                                 "RotateImmediately": False},
                connection=connection).expect_success()


def name(number):
    return f"secret-{number}"


def ask(server, query):
    """Rows of the database of a server that does not run."""
    file = f"file:{server.data / 'coffer.db'}?mode=ro"
    with contextlib.closing(sqlite3.connect(file, uri=True)) as database:
        return database.execute(query).fetchall()


def due_order(server):
    """Names in the order in which their schedules are due, and the midnight before."""
    rows = ask(server, "SELECT name, due_at / 1000 FROM rotations JOIN secrets USING (secret_id) "
                       "ORDER BY due_at")
    midnight = rows[0][1] // DAY * DAY
    assert len(rows) == SECRETS and rows[-1][1] < midnight + 900
    return [name for name, _ in rows], midnight


def begun(server):
    """Names, times and states of the rotations of schedules, in the order in which they began."""
    return ask(server, "SELECT name, json_extract(body, '$.created') / 1000.0, is_live "
                       "FROM rotation_jobs JOIN secrets USING (secret_id) "
                       "WHERE json_extract(body, '$.scheduled') ORDER BY job_id")


def await_begin(server, secret):
    """Waits until the rotation of `secret` has begun; answers how long reads took meanwhile."""
    client = server.client(plaintext=True)
    before = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    took = []

    def has_begun():
        start = time.monotonic()
        client.get_secret_value(SecretId=secret)
        took.append(time.monotonic() - start)
        return client.describe_secret(SecretId=secret)["VersionIdsToStages"] != before

    eventually(has_begun, 180)
    return took


def resident_kib(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


@pytest.mark.slow
def test_many_at_midnight_and_a_crash(scheduled):
    """row 99: in their order, at their pace, none twice, in bounded memory"""
    server = scheduled
    order, midnight = due_order(server)
    server.start()
    idle_kib = resident_kib(server)

    server.post("/_coffer/clock", {"now": midnight + HOUR})
    took = await_begin(server, order[SECRETS // 3])
    server.kill()
    # They end after the restart, by the machine's clock on the day before, and are due again.
    cut_off = {secret for secret, _, is_live in begun(server) if is_live}
    server.start()
    server.post("/_coffer/clock", {"now": midnight + 2 * HOUR})
    took += await_begin(server, order[-1])
    grown = resident_kib(server) - idle_kib
    failures = re.findall(r" Rotation(?:Failed|Abandoned) .*", server.log)
    server.kill()

    rotations = begun(server)
    assert not failures, failures[0]
    counts = collections.Counter(secret for secret, *_ in rotations)
    assert set(counts) == set(order)
    assert {secret for secret, count in counts.items() if count > 1} <= cut_off
    assert ([secret for secret, *_ in rotations if secret not in cut_off]
            == [secret for secret in order if secret not in cut_off])
    # A second's worth may begin at once, and then one after another.
    times = sorted(moment for _, moment, _ in rotations)
    for first, last in itertools.pairwise(times[::2 * PACE + PACE // 10]):
        assert last - first >= 1
    assert statistics.median(took) < 0.5
    assert grown < MAY_GROW_KIB, f"{grown / 1024:.0f} MiB"
