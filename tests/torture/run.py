"""Kills a server in the middle of its work, again and again, and looks whether it kept its word.

    python3 tests/torture/run.py --binary build/release/coffer 1000
"""

import argparse
import pathlib
import random
import re
import shutil
import statistics
import threading
import time

import first_starts
import purges
from aftermath import ROTATIONS_END_WITHIN_SECONDS
from calls import Fate, Violation
from process import Server
from wire import Wire
from world import World

LANES = 16
LOAD_SECONDS = (0.02, 0.3)
# In so many of the rounds the end comes in the quiet after the work, when the server writes its log
# back into the database.
QUIET_SHARE, QUIET_SECONDS = 0.15, (0, 0.06)
# Every so many rounds the server is told to stop instead; so often everything is verified and
# counted; so often other servers are killed in their first start, and while they purge.
STOP_EVERY, VERIFY_EVERY, OTHERS_EVERY = 10, 25, 20
RESTART_SECONDS = 1.0


class Torture:
    def __init__(self, options):
        self.options = options
        self.world = World(options.seed)
        self.wire = Wire()
        self.server = Server(options.binary, options.folder / "server")
        self.kills = self.stops = self.steps_cut = 0

    def run(self):
        self.server.start()
        self.wire.run(self.server.port, [self.world.prepare()])
        begin = time.monotonic()
        for number in range(1, self.options.rounds + 1):
            self.round(number)
            if number % max(1, self.options.rounds // 10) == 0:
                print(f"round {number}: {self.facts()}, {time.monotonic() - begin:.0f} s",
                      flush=True)
        self.finish()

    def round(self, number):
        rng = self.world.random(number, "kill")
        is_kill = number % STOP_EVERY != 0
        cut = self.load(number, rng, is_kill)
        if is_kill and rng.random() < 0.2:
            self.kill_in_recovery(rng)
        is_verified = number % VERIFY_EVERY == 0
        if is_verified:
            self.verify()
        self.start()
        self.run_all(self.world.after(number, cut))
        if is_verified:
            self.run_all([self.world.count()])
        if number % OTHERS_EVERY == 0:
            first_starts.check(self.options.binary, self.options.folder / "first", rng)
            purges.check(self.options.binary, self.options.folder / "purges", rng)

    def load(self, number, rng, is_kill):
        """Lets all clients work until the server is gone; answers the requests that were cut."""
        seconds = rng.uniform(*LOAD_SECONDS)
        if rng.random() < QUIET_SHARE:
            self.wire.run(self.server.port, self.world.load(number), seconds)
            time.sleep(rng.uniform(*QUIET_SECONDS))
            self.end(is_kill)
        else:
            end = threading.Timer(seconds, self.end, [is_kill])
            end.start()
            self.wire.run(self.server.port, self.world.load(number))
            end.join()
        status = self.server.ended()
        if status != (-9 if is_kill else 0):
            raise Violation(f"the server ended with {status}:\n{self.server.log()}")
        self.check_log()
        if is_kill:
            self.kills += 1
        else:
            self.stops += 1
        if is_kill and self.options.lose:
            self.server.lose_last_commit()
        return self.wire.cut

    def end(self, is_kill):
        self.steps_cut += self.server.functions()
        if is_kill:
            self.server.kill()
        else:
            self.server.stop()

    def kill_in_recovery(self, rng):
        """A start is cut short, so that the next one finds half of it."""
        for _ in range(rng.randint(1, 2)):
            self.server.launch()
            time.sleep(rng.uniform(0, 0.05))
            self.server.kill()
            self.server.ended()
            self.kills += 1

    def start(self):
        try:
            self.server.start()
        except RuntimeError as error:
            raise Violation(str(error)) from error

    def check_log(self):
        if self.server.troubles():
            raise Violation("in the log: " + "\n".join(self.server.troubles()))

    def verify(self):
        """The server's own check of every record, by its own program."""
        status, text = self.server.ask("verify")
        if status != 0 or ", 0 problems" not in text:
            raise Violation(f"coffer verify: {text}")

    def run_all(self, tasks):
        """Works off the tasks over as many connections as there are clients."""
        queue = iter(tasks)

        def lane():
            for task in queue:
                yield from task

        self.wire.run(self.server.port, [lane() for _ in range(LANES)])
        if self.wire.cut or self.server.process.poll() is not None:
            raise Violation(f"the server went away by itself:\n{self.server.log()}")
        self.check_log()

    def finish(self):
        """Everything once more, with nothing going on."""
        self.run_all(self.world.after_all())
        self.run_all([self.world.count()])
        self.await_rotations()
        self.server.stop()
        if self.server.ended() != 0:
            raise Violation(f"a clean stop failed:\n{self.server.log()}")
        self.check_log()
        self.verify()

    def await_rotations(self):
        """A rotation whose version is current may still have to be told so: only this shows it."""
        deadline = time.monotonic() + ROTATIONS_END_WITHIN_SECONDS
        while True:
            _, text = self.server.ask("rotation", "list")
            if not re.search(r"^ .* (waiting|running|stuck) ", text, re.MULTILINE):
                return
            if time.monotonic() > deadline:
                raise Violation(f"rotations do not end:\n{text}")
            time.sleep(0.1)

    def facts(self):
        counts = self.wire.counts
        return (f"{self.kills} kills, {self.stops} stops; changes: {counts[Fate.ACKNOWLEDGED]:,} "
                f"acknowledged, {counts[Fate.REFUSED]:,} refused, {counts[Fate.CUT]:,} cut; "
                f"{self.wire.reads:,} reads; {self.steps_cut} steps of rotations cut; start "
                f"{statistics.median(self.server.starts) * 1000:.0f} ms "
                f"(worst {max(self.server.starts) * 1000:.0f})")


def report(violation, torture):
    print(f"\nVIOLATION: {violation}\n")
    for call in list(violation.history)[-40:]:
        print(f"  {call}")
    torture.server.end()
    print(f"\nThe data directory is kept: {torture.server.data}")
    print(f"The same calls again: --seed {torture.options.seed}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rounds", type=int, nargs="?", default=1000)
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10 ** 9))
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("build/torture"))
    parser.add_argument("--lose", action="store_true",
                        help="lose the last commit at each kill, which must be noticed")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.rounds} rounds", flush=True)
    shutil.rmtree(options.folder, ignore_errors=True)
    torture = Torture(options)
    try:
        torture.run()
    except Violation as violation:
        report(violation, torture)
        print(f"1 failed: {torture.facts()}")
        return 1
    finally:
        torture.server.end()
    print(f"0 violations: {torture.facts()}")
    if statistics.median(torture.server.starts) > RESTART_SECONDS:
        print(f"restarts take longer than {RESTART_SECONDS} s")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
