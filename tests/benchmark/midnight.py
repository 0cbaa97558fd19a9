"""Many schedules that are due at the same midnight: the pace, memory, latency of reads, a crash."""

import collections
import contextlib
import json
import pathlib
import signal
import subprocess
import sys

import data_set
import load
from bench import say
from midnight_watch import NightWatch, due_order, scheduled_jobs, starts_in_a_second
from rotation import clock
from servers import LOAD_CORE, SERVER_CORE, Nginx, pinned

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:midnight"
OPEN_LOOP = pathlib.Path(__file__).with_name("open_loop.py")
READS_A_SECOND = 200
READ_SECRETS = 10_000
PACE = 5  # The server's default, stated so that the figures stay comparable.
RAISED = {"pace": 1_000, "concurrency": 64}
CONFIGURED_AT_ONCE = 10_000
CONFIGURED_WITHIN_SECONDS = 1_800
RAISED_SECONDS = 60
DAY = 86_400
# Starts are spread over the first 15 minutes of a window: later all of them are due.
PAST_ALL_STARTS = 3_600
# Which of the rotations that begin together is logged first is the kernel's choice.
OUT_OF_TURN = 4


def measure(bench):
    folder = bench.disk / "midnight"
    folder.mkdir()
    functions = folder / "functions.toml"
    configure(bench, functions)

    coffer = server(bench, functions, PACE)
    write_function(functions, kind="exec", command=["/bin/true"])
    order, first_due, last_due = due_order(coffer)
    midnight = first_due - first_due % DAY
    if len(order) != bench.due or last_due >= midnight + 900:
        raise RuntimeError("the schedules are not all due in the same quarter of an hour")
    watch, phases = NightWatch(coffer), {}
    with coffer:
        reads = Reads(bench, coffer)
        phases["before"] = reads.beside(lambda: watch.follow(bench.watch / 3))
        set_clock(coffer, midnight + PAST_ALL_STARTS)
        phases["during"] = reads.beside(lambda: watch.follow(bench.watch))
        coffer.process.send_signal(signal.SIGKILL)
        coffer.process.wait()
    # They run once more at the restart, when the test clock is back on the day before: to their
    # schedules that is another day.
    cut_off = set(scheduled_jobs(coffer, live=True))
    with coffer:
        reads = Reads(bench, coffer)
        set_clock(coffer, midnight + 2 * PAST_ALL_STARTS)
        phases["after a crash"] = reads.beside(lambda: watch.follow(bench.watch))
    check(coffer, watch, order, cut_off, 8)

    raised = server(bench, functions, RAISED["pace"], RAISED["concurrency"])
    write_function(functions, RAISED["concurrency"], kind="exec", command=["/bin/true"])
    watch.coffer = raised
    with raised:
        reads = Reads(bench, raised)
        set_clock(raised, midnight + 3 * PAST_ALL_STARTS)
        phases["pace raised"] = reads.beside(lambda: watch.follow(RAISED_SECONDS))
    jobs = check(raised, watch, order, cut_off, RAISED["concurrency"] + RAISED["pace"])
    report(bench, phases, jobs)


def server(bench, functions, pace, concurrency=8):
    coffer = bench.coffer("midnight", "--config", str(functions), "--rotation-concurrency",
                          str(concurrency), "--rotation-scheduled-per-second", str(pace))
    coffer.cores = (LOAD_CORE, SERVER_CORE)  # As are its functions, which go where there is room.
    return coffer


def write_function(file, concurrency=4, **members):
    members = {"match": "function:midnight", "concurrency": concurrency, **members}
    file.write_text("[[rotation_functions]]\n" + "".join(
        f"{name} = {json.dumps(value)}\n" for name, value in members.items()))


def configure(bench, functions):
    """Gives all secrets a schedule. Each is tested then, by a function that costs no process."""
    coffer = server(bench, functions, PACE, RAISED["concurrency"])
    with contextlib.ExitStack() as stack:
        functions.write_text("")
        with coffer:  # Its certificate is nginx's.
            data_set.create(coffer, bench.signer, bench.due, say)
        nginx = stack.enter_context(Nginx(bench.memory / "midnight-function", coffer, b"null"))
        write_function(functions, RAISED["concurrency"], kind="http",
                       url=f"http://127.0.0.1:{nginx.plain_port}/")
        stack.enter_context(coffer)
        watch = NightWatch(coffer)
        for first in range(0, bench.due, CONFIGURED_AT_ONCE):
            last = min(first + CONFIGURED_AT_ONCE, bench.due)
            bodies = (json.dumps({
                "SecretId": data_set.name(number), "ClientRequestToken": data_set.token(1, number),
                "RotationLambdaARN": FUNCTION, "RotationRules": {"AutomaticallyAfterDays": 1},
                "RotateImmediately": False}) for number in range(first, last))
            load.once(coffer, bench.signer.sign(coffer, "RotateSecret", bodies), 280, complete=True)
            watch.follow(CONFIGURED_WITHIN_SECONDS, until=lambda seen: seen.succeeded >= last)
            if watch.succeeded != last or watch.failed:
                raise RuntimeError(f"{watch.succeeded} of {last} schedules are configured, "
                                   f"{watch.failed} failed {watch.last_failure}")
            say(f"{last:,} of {bench.due:,} schedules configured")


def set_clock(coffer, now):
    clock(coffer, "POST", now=now)


class Reads:
    """GetSecretValue at a fixed rate, from a program of its own."""

    def __init__(self, bench, coffer):
        self.bench = bench
        self.coffer = coffer
        self.count = min(READ_SECRETS, bench.due)
        load.once(coffer, self._requests(), 60, complete=True)  # Into the server's memory.

    def _requests(self):
        return data_set.sign_gets(self.coffer, self.bench.signer, self.count)

    def beside(self, measured):
        """What `measured` answers, with the times of the reads beside it."""
        requests = self._requests()
        with pinned(LOAD_CORE):
            program = subprocess.Popen(
                [sys.executable, OPEN_LOOP, requests.path, str(requests.count),
                 str(self.coffer.port), self.coffer.authority, str(READS_A_SECOND), "280"],
                stdout=subprocess.PIPE, text=True)
        try:
            facts = measured()
            program.send_signal(signal.SIGINT)
            output, _ = program.communicate(timeout=60)
        finally:
            program.kill()
        facts["reads"] = json.loads(output.splitlines()[-1])
        if facts["reads"]["refused"]:
            raise RuntimeError(f"reads were refused: {facts['reads']}")
        return facts


def check(coffer, watch, order, cut_off, at_once):
    """None failed, no secret had two, and they began in the order in which they were due."""
    watch.look()
    if watch.failed:
        raise RuntimeError(f"{watch.failed} rotations failed: {watch.last_failure}")
    for names in (watch.started, scheduled_jobs(coffer)):
        twice = {name for name, count in collections.Counter(names).items() if count > 1}
        if twice - cut_off:
            raise RuntimeError(f"rotated twice: {sorted(twice - cut_off)}")
    began = [name for name in watch.started if name not in cut_off]
    places = {name: place for place, name in enumerate(
        name for name in order if name not in cut_off)}
    out_of_turn = max(abs(places[name] - place) for place, name in enumerate(began))
    if out_of_turn > OUT_OF_TURN * at_once:
        raise RuntimeError(f"a rotation began {out_of_turn} places out of its turn")
    return {"started": len(watch.started), "cut_off": len(cut_off), "out_of_turn": out_of_turn}


def row(what, facts):
    reads = facts["reads"]
    return [what, facts["started"], *map(float, starts_in_a_second(facts)),
            facts["most_resident_kib"] / 1024, 100 * facts["server_share"],
            100 * facts["functions_share"], reads["p50_ms"], reads["p99_ms"], reads["most_ms"]]


def report(bench, phases, jobs):
    raised = phases["pace raised"]
    rate = raised["succeeded"] / raised["seconds"]
    busy = raised["server_share"] - phases["before"]["server_share"]
    growth = phases["during"]["most_resident_kib"] - phases["before"]["last_resident_kib"]
    bench.report.add(
        "midnight", f"{bench.due:,} schedules that are due at the same midnight",
        ("", "started", "a second: least", "median", "most", "resident MiB", "server CPU %",
         "functions CPU %", "read p50 ms", "p99 ms", "most ms"),
        [row(what, facts) for what, facts in phases.items()],
        phases | {"jobs": jobs, "due": bench.due, "pace": PACE, "raised": RAISED,
                  "growth_kib": growth, "raised_rate": rate,
                  "raised_cpu_ms": 1000 * busy * raised["seconds"] / raised["succeeded"]},
        [f"reads: GetSecretValue over TLS, {READS_A_SECOND} a second whatever the server does",
         f"pace: {PACE} a second, with 8 at once; raised: {RAISED['pace']:,} with "
         f"{RAISED['concurrency']}; the function ends at once (three processes for a rotation)",
         f"resident memory grew by {growth / 1024:.1f} MiB with {bench.due:,} due",
         f"with the pace raised {rate:,.0f} a second: all in {bench.due / rate / 60:,.0f} minutes",
         f"no secret twice, also over the crash, which cut off {jobs['cut_off']}; "
         f"at most {jobs['out_of_turn']} places out of turn"])
