"""The master key is replaced while the server serves, and after every way in which that can be cut
short: no call fails, nothing is lost, and a start says which key it was not given."""

import os
import pathlib
import random
import shutil
import threading
import time

import pytest

from canaries import forms_of, may_look_into_processes
from master_key_support import (coffer, finish, is_over, keys_in, make_key_file, rotate, states_of,
                                status_of, verify)
from support import eventually, new_token
from tampering import Caller, database_of
from test_refused_data import assert_refused

ACCOUNTS = [str(100_000_000_000 + number) for number in range(40)]
REGIONS = ["us-east-1", "eu-west-1", "ap-south-1"]


@pytest.fixture
def key_file(tmp_path):
    return make_key_file(tmp_path / "master.key")


def server_with(make_server, key_file, *arguments, **options):
    return make_server(arguments=["--master-key-file", str(key_file), *arguments], **options)


def fill(server, count, accounts=ACCOUNTS, regions=REGIONS):
    """Secrets under as many keys as there are accounts and regions. (account, region, name) →
    value."""
    expected = {}
    callers = [Caller(server, account, region) for account in accounts for region in regions]
    for number in range(count):
        caller = callers[number % len(callers)]
        name, value = f"secret-{number}", f"value-{number}"
        caller.create(name, value)
        expected[caller.account, caller.region, name] = value
    return expected


def assert_all_readable(server, expected):
    callers = {}
    for (account, region, name), value in expected.items():
        caller = callers.setdefault((account, region), Caller(server, account, region))
        assert caller.value(name) == value


class Load:
    """Threads that read, write and create until told to stop; any answer but 200 is remembered."""

    def __init__(self, server, expected, threads=4):
        self.server = server
        self.expected = dict(expected)
        self.lock = threading.Lock()
        self.failures = []
        self.calls = 0
        self.stopping = False
        places = sorted(expected)
        self.threads = [threading.Thread(target=self._run, args=(number, places[number::threads]))
                        for number in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        for thread in self.threads:
            thread.join()

    def _run(self, number, mine):
        rng = random.Random(number)
        callers = {}
        while not self.stopping:
            place = rng.choice(mine)
            account, region, name = place
            try:
                caller = callers.setdefault((account, region), Caller(self.server, account, region))
                self._call(rng, caller, place, name)
            except Exception as error:  # Whatever it is, a call failed.
                self.failures.append(repr(error))
                return
            self.calls += 1

    def _call(self, rng, caller, place, name):
        kind = rng.random()
        if kind < 0.7:
            assert caller.value(name) == self.expected[place]
        elif kind < 0.9:
            value = new_token()
            caller.put(name, value)
            self.expected[place] = value
        else:
            # A key of its own, made while the master key changes.
            region = rng.choice(["eu-north-1", "sa-east-1", "us-west-2"])
            name, value = f"made-{new_token()}", new_token()
            Caller(self.server, caller.account, region).create(name, value)
            with self.lock:
                self.expected[caller.account, region, name] = value


@pytest.mark.parametrize("count", [240, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_call_fails_while_it_is_replaced(make_server, key_file, count):
    server = server_with(make_server, key_file, "--master-key-rewraps-per-second", "100").start()
    expected = fill(server, count)
    [old] = keys_in(key_file)

    with Load(server, expected) as load:
        eventually(lambda: load.calls > 50 or load.failures, seconds=60)
        rotate(server)
        before = load.calls
        finish(server)
        eventually(lambda: load.calls > before + 50 or load.failures, seconds=60)

    assert load.failures == []
    assert states_of(server) == {1: "retired", 2: "current"}
    eventually(lambda: len(keys_in(key_file)) == 1)
    assert keys_in(key_file) != [old]
    assert_all_readable(server, load.expected)
    server.restart()
    assert_all_readable(server, load.expected)
    assert server.stop() == 0
    verify(server, "--master-key-file", key_file)


def test_nothing_but_wrapped_keys_is_written(make_server, key_file):
    def rows(server):
        with database_of(server) as database:
            return {table: [tuple(row) for row in database.execute(f"SELECT * FROM {table}")]
                    for table in ("secrets", "secret_versions", "keys", "key_settings")}

    server = server_with(make_server, key_file).start()
    fill(server, 20, ACCOUNTS[:5])
    assert server.stop() == 0
    before = rows(server)
    server.start()

    rotate(server, "--wait")

    assert server.stop() == 0
    assert rows(server) == before


def test_access_keys_and_sessions_stay_good(make_server, key_file):
    server = server_with(make_server, key_file).start()
    iam = server.client(service="iam")
    iam.create_user(UserName="user")
    key = iam.create_access_key(UserName="user")["AccessKey"]
    user = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    session = server.client(service="sts", **user).get_session_token()["Credentials"]
    temporary = {"key": session["AccessKeyId"], "secret": session["SecretAccessKey"],
                 "token": session["SessionToken"]}

    def who(credentials):
        return server.client(service="sts", **credentials).get_caller_identity()["Arn"]

    assert who(user) == who(temporary)
    rotate(server, "--wait")

    for _ in range(2):
        assert who(user) == who(temporary) == "arn:aws:iam::000000000000:user/user"
        server.restart()
    assert status_of(server)["versions"][1]["access_keys"] == 1


@pytest.mark.parametrize("kills", [8, pytest.param(60, marks=pytest.mark.slow)])
def test_it_goes_on_after_kills_at_any_moment(make_server, key_file, kills):
    rng = random.Random(kills)
    server = server_with(make_server, key_file, "--master-key-rewraps-per-second", "30").start()
    expected = fill(server, 120)
    rounds = 0
    for _ in range(kills):
        if is_over(server):
            rotate(server)
            rounds += 1
        time.sleep(rng.uniform(0, 1.2))
        server.kill()
        server.start()
        assert_all_readable(server, dict(rng.sample(sorted(expected.items()), 5)))
    finish(server)

    newest = max(states_of(server))
    assert newest == rounds + 1
    eventually(lambda: len(keys_in(key_file)) == 1)
    assert_all_readable(server, expected)
    assert server.stop() == 0
    verify(server, "--master-key-file", key_file)


def test_a_kill_before_the_new_key_is_in_use_wastes_no_key(make_server, key_file):
    """As if the server had died between writing the file and the first transaction."""
    [old] = keys_in(key_file)
    new = os.urandom(32)
    server = server_with(make_server, key_file).start()
    make_key_file(key_file, old, new)
    server.restart()
    assert states_of(server) == {1: "current"}

    rotate(server, "--wait")

    eventually(lambda: keys_in(key_file) == [new])


class Halfway:
    """A server that was killed while its master key was being replaced."""

    def __init__(self, make_server, folder):
        self.make_server = make_server
        self.file = make_key_file(folder / "both.key")
        server = self.server = server_with(make_server, self.file,
                                           "--master-key-rewraps-per-second", "1").start()
        self.expected = fill(server, 30, ACCOUNTS[:10])
        rotate(server)
        server.kill()
        assert server.start().stop() == 0  # Nothing is left beside the database.
        self.old, self.new = keys_in(self.file)
        self.folder = folder

    def with_keys(self, *keys):
        file = make_key_file(self.folder / f"{new_token()}.key", *keys)
        return server_with(self.make_server, file, data=self.server.data)


@pytest.fixture
def halfway(make_server, tmp_path):
    return Halfway(make_server, tmp_path)


def test_a_start_in_the_middle_says_which_key_is_missing(halfway):
    printed = assert_refused(halfway.with_keys(halfway.old), "master key", "version 2",
                             "is version 1")
    assert halfway.old.hex() not in printed and halfway.new.hex() not in printed
    assert_refused(halfway.with_keys(halfway.new), "version 1", "is missing", "still wraps",
                   "give both")
    assert_refused(halfway.with_keys(os.urandom(32)), "version 2", "none of its versions")

    server = halfway.with_keys(halfway.new, halfway.old).start()  # In any order.
    assert_all_readable(server, halfway.expected)
    finish(server)
    assert_all_readable(server, halfway.expected)


def test_two_sources_may_give_one_key_each(halfway, tmp_path):
    file = make_key_file(tmp_path / "new.key", halfway.new)
    server = halfway.make_server(
        arguments=["--master-key-file", str(file), "--master-key-environment", "OLD_KEY"],
        environment={"OLD_KEY": halfway.old.hex()}, data=halfway.server.data).start()
    finish(server)
    assert_all_readable(server, halfway.expected)


def test_afterwards_the_new_key_is_enough_and_the_old_one_refused(halfway):
    server = halfway.with_keys(halfway.old, halfway.new).start()
    finish(server)
    assert server.stop() == 0

    assert_refused(halfway.with_keys(halfway.old), "version 2", "is version 1, which was retired at")
    server = halfway.with_keys(halfway.new).start()
    assert_all_readable(server, halfway.expected)
    assert server.stop() == 0


def test_another_one_has_to_wait_for_the_end(halfway):
    server = halfway.server.start()

    assert "has not ended" in rotate(server, status=1)


def test_a_start_takes_a_retired_key_out_of_the_file(make_server, key_file):
    server = server_with(make_server, key_file).start()
    [old] = keys_in(key_file)
    rotate(server, "--wait")
    eventually(lambda: old not in keys_in(key_file))
    assert server.stop() == 0

    make_key_file(key_file, old, *keys_in(key_file))  # Put back by mistake.
    server.start()
    eventually(lambda: old not in keys_in(key_file))


def test_an_older_copy_of_the_data_is_noticed(make_server, tmp_path, key_file):
    anchor = tmp_path / "anchor"
    server = server_with(make_server, key_file, "--anchor-file", str(anchor)).start()
    fill(server, 3)
    assert server.stop() == 0
    older = shutil.copytree(server.data, tmp_path / "older")
    [old] = keys_in(key_file)
    server.start()
    rotate(server, "--wait")
    server.kill()  # What the anchor knows it knows before the old key is gone.
    make_key_file(key_file, old, *keys_in(key_file))
    shutil.rmtree(server.data)
    shutil.copytree(older, server.data)

    assert_refused(server, "older copy")


def test_a_key_that_does_not_open_keeps_the_old_version(make_server, key_file):
    server = server_with(make_server, key_file).start()
    fill(server, 3, ACCOUNTS[:3], REGIONS[:1])
    assert server.stop() == 0
    with database_of(server) as database:
        database.execute("UPDATE key_versions SET wrapped = zeroblob(88) WHERE key_id IN "
                         "(SELECT key_id FROM keys WHERE account = ?)", [ACCOUNTS[0]])
    server.start()

    printed = rotate(server, "--wait")

    assert "unreadable    1" in printed
    assert states_of(server) == {1: "rewrapping", 2: "current"}
    assert len(keys_in(key_file)) == 2
    assert server.stop() == 0
    coffer("verify", "--data", server.data, "--master-key-file", key_file, status=65)


def test_what_status_says(make_server, key_file):
    server = server_with(make_server, key_file).start()
    fill(server, 4, ACCOUNTS[:2], REGIONS[:2])

    report = status_of(server)
    [version] = report["versions"]
    assert report["sources"] == [f"file {key_file}"]
    assert (report["keys"], report["key_versions"]) == (4, 4)
    assert (version["version"], version["state"], version["kind"]) == (1, "current", "key")
    assert (version["installation_keys"], version["key_versions"], version["access_keys"]) == \
        (1, 4, 0)
    assert version["age_days"] == 0
    server.advance(days=3)
    assert status_of(server)["versions"][0]["age_days"] == 3
    text = coffer("key", "status", "--data", server.data)
    assert "current" in text and "(3 days)" in text and "4, in 4 versions" in text
    assert keys_in(key_file)[0].hex() not in text


def test_neither_key_is_anywhere_but_in_its_file(make_server, key_file):
    server = server_with(make_server, key_file).start()
    fill(server, 6, ACCOUNTS[:2])
    [old] = keys_in(key_file)
    rotate(server, "--wait")
    eventually(lambda: len(keys_in(key_file)) == 1)
    [new] = keys_in(key_file)
    places = {"the log": server.printed.encode()}
    if may_look_into_processes():
        process = pathlib.Path(f"/proc/{server.process.pid}")
        places |= {name: (process / name).read_bytes() for name in ("environ", "cmdline")}
    assert server.stop() == 0
    places |= {str(file): file.read_bytes() for file in server.data.rglob("*") if file.is_file()}

    for key in (old, new):
        for place, content in places.items():
            for form, needle in forms_of(key).items():
                assert needle not in content, f"{place}: {form}"
    assert new.hex().encode() in key_file.read_bytes()  # The search can find it.


def test_without_a_server_it_says_so(tmp_path):
    assert "No running server" in coffer("key", "status", "--data", tmp_path, status=1)

