"""GetSecretValue while all secrets rotate: native rotations against one real PostgreSQL."""

import contextlib
import http.client
import json
import pathlib
import random
import sys

import data_set
import load
from bench import LOAD_HEADER, load_facts, load_row, say
from rotation_watch import LONGEST_SECONDS, Watch
from servers import LOAD_CORE, SERVER_CORE, pinned
from signing import Client

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "compatibility"))
from databases import Postgresql  # noqa: E402 (its folder is known only now)

FUNCTION = ("arn:aws:lambda:us-east-1:000000000000:function:"
            "SecretsManagerRDSPostgreSQLRotationSingleUser")
CONCURRENCY = 8  # The server's default, stated so that the figures stay comparable.
FIRST_PASSWORD = "First-password-of-32-characters-"
SAMPLE = 20
# Starts are spread over the first 15 minutes of a window, which is the whole next day.
PAST_ALL_STARTS = 3600
DAY = 86_400


def measure(bench):
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgresql())
        coffer = bench.coffer("rotation", "--rotation-concurrency", str(CONCURRENCY))
        # A rotator runs where there is time left for it; where the server may not be, nor may it.
        coffer.cores = (LOAD_CORE, SERVER_CORE)
        stack.enter_context(coffer)
        make_roles(database, bench.rotations)
        create_secrets(bench, coffer, database)
        watch = Watch(coffer, database, bench.rotations)
        tests = configure(bench, coffer, watch)
        reads = {}
        requests = sign_gets(bench, coffer)
        load.once(coffer, requests, bench.seconds * 4, complete=True)
        reads["before"] = [load.uniform(coffer, requests, bench.seconds)]
        say(f"{bench.rotations:,} rotations, beside reads")
        requests = sign_gets(bench, coffer)
        reads["during"] = [load.uniform(coffer, requests, LONGEST_SECONDS,
                                        meanwhile=lambda: rotate_all(coffer, watch))]
        rotations = watch.facts()
        check_dates(coffer, bench.rotations, watch.moment)
        check_logins(coffer, database, bench.rotations)
        requests = sign_gets(bench, coffer)
        reads["after"] = [load.uniform(coffer, requests, bench.seconds)]
    report(bench, reads, tests, rotations)


def report(bench, reads, tests, rotations):
    without, during = reads["before"] + reads["after"], reads["during"]
    rate = load.median(during, "rate") / load.median(without, "rate")
    cpu = load.median(without, "cpu_us") / load.median(during, "cpu_us")
    bench.report.add(
        "rotation", f"GetSecretValue over TLS while all {bench.rotations:,} secrets rotate",
        LOAD_HEADER,
        [load_row("before", reads["before"]), load_row("while all rotate", during),
         load_row("after", reads["after"])],
        {name: load_facts(of) for name, of in reads.items()}
        | {"tests": tests, "rotations": rotations, "count": bench.rotations,
           "concurrency": CONCURRENCY, "ratio": rate, "cpu_ratio": cpu},
        [f"while rotating / without = {rate:.2f} by requests a second, {cpu:.2f} by CPU seconds "
         "of the server for a request",
         "the server's CPU includes what it does itself for the rotations, not the rotators",
         describe("rotations", rotations), describe("tests when configured", tests),
         f"rotation_concurrency {CONCURRENCY}, of which one function takes 4; the logins of "
         f"{min(SAMPLE, bench.rotations)} secrets were tried",
         "cores: load generator and PostgreSQL on one; the server (one thread for requests) and "
         "its coffer-rotators on both"])


def describe(what, facts):
    return (f"{what}: {facts['count']:,} in {facts['seconds']:.1f} s, {facts['failed']} failed, at "
            f"most {facts['most_processes']} rotators at once; CPU ms each: rotators "
            f"{facts['rotator_cpu_ms']:.1f}, PostgreSQL {facts['database_cpu_ms']:.1f}")


@contextlib.contextmanager
def postgresql():
    if Postgresql.program("initdb") is None:
        raise SystemExit("this part needs PostgreSQL: ./dev bench installs it")
    database = Postgresql()
    try:
        with pinned(LOAD_CORE):
            database.start()
        yield database
    finally:
        database.stop()


def role(number):
    return f"user{number:07d}"


def make_roles(database, count):
    """They share one verifier: to compute it is what takes long."""
    database.create_user(role(0), FIRST_PASSWORD)
    [[verifier]] = database.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", role(0))
    database.execute("; ".join(f"CREATE ROLE {role(number)} LOGIN PASSWORD '{verifier}'"
                               for number in range(1, count)))


def create_secrets(bench, coffer, database):
    bodies = (json.dumps({
        "Name": data_set.name(number), "ClientRequestToken": data_set.token(0, number),
        "SecretString": json.dumps(database.secret("postgres", role(number), FIRST_PASSWORD,
                                                   ssl=False))})
              for number in range(bench.rotations))
    load.once(coffer, bench.signer.sign(coffer, "CreateSecret", bodies), 60, complete=True)


def configure(bench, coffer, watch):
    """Gives all secrets a rotation every day, which is tried with each and changes nothing."""
    say(f"{bench.rotations:,} rotations are configured")
    bodies = (json.dumps({
        "SecretId": data_set.name(number), "ClientRequestToken": data_set.token(1, number),
        "RotationLambdaARN": FUNCTION, "RotationRules": {"AutomaticallyAfterDays": 1},
        "RotateImmediately": False}) for number in range(bench.rotations))
    requests = bench.signer.sign(coffer, "RotateSecret", bodies)
    watch.begin("TestRotation")
    load.once(coffer, requests, LONGEST_SECONDS, complete=True)
    watch.until_all_are_over()
    return watch.facts()


def sign_gets(bench, coffer):
    return data_set.sign_gets(coffer, bench.signer, bench.rotations)


def rotate_all(coffer, watch):
    """Makes all rotations of the next day due at once, and waits until they are over."""
    now = clock(coffer, "GET")["now"]
    watch.begin("Rotation")
    clock(coffer, "POST", advance_seconds=int(DAY - now % DAY) + PAST_ALL_STARTS)
    watch.moment = clock(coffer, "GET")["now"]
    watch.until_all_are_over()


def clock(coffer, method, **body):
    """Asks the server's test clock, or moves it."""
    connection = http.client.HTTPConnection("127.0.0.1", coffer.port, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, "/_coffer/clock", json.dumps(body) if body else None,
                           {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise RuntimeError(f"/_coffer/clock: {response.status}")
        return json.loads(response.read())


def check_dates(coffer, count, moment):
    """LastRotatedDate of every secret is not before `moment`, in epoch seconds."""
    client, seen, members = Client(coffer), 0, {"MaxResults": 100}
    while members:
        page, _ = client.call("ListSecrets", members)
        for secret in page["SecretList"]:
            if secret.get("LastRotatedDate", 0) < moment - 1:
                raise RuntimeError(f"{secret['Name']} has not rotated")
            seen += 1
        token = page.get("NextToken")
        members = {"MaxResults": 100, "NextToken": token} if token else None
    if seen != count:
        raise RuntimeError(f"{seen} of {count} secrets are listed")


def check_logins(coffer, database, count):
    """What the secrets of a sample say logs in, and what they said first does not."""
    client = Client(coffer)
    for number in random.Random(1).sample(range(count), min(SAMPLE, count)):
        reply, _ = client.call("GetSecretValue", {"SecretId": data_set.name(number)})
        value = json.loads(reply["SecretString"])
        if not database.accepts(value["username"], value["password"]):
            raise RuntimeError(f"the login of {data_set.name(number)} does not work")
        if database.accepts(value["username"], FIRST_PASSWORD):
            raise RuntimeError(f"{data_set.name(number)} has its first password")
