"""One attack beside well-behaved clients: quiet and attacked intervals in turn.

Good are clients that keep 80 % of their rate, by the median over the pairs of intervals, and never
wait long. On a machine that others keep busy the rate falls and rises by itself: there it is shown
but not judged, and instead the attack may not cost the server more than a quarter of a core.
"""

import multiprocessing
import os
import pathlib
import statistics
import time
import traceback

QUIET_SECONDS = 0.6
MORE_PAIRS = 10
RATE_KEPT = 0.8
CORES_TAKEN_ON_A_BUSY_MACHINE = 0.25
IDLE_ENOUGH = 0.2
MEMORY_GROWN_MIB = 100  # 64 of them are what large requests may take together.
LONGEST_WAIT_SECONDS = 0.25
DESCRIPTORS_BACK_SECONDS = 15
DESCRIPTORS_OF_ITS_OWN = 4  # Connections to its database, opened when first needed.
TICKS = os.sysconf("SC_CLK_TCK")

_fork = multiprocessing.get_context("fork")


class Process:
    """What the kernel says about the server."""

    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}")

    def memory(self):
        """Resident, in MiB."""
        return self._status("VmRSS") / 1024

    def largest_memory(self):
        return self._status("VmHWM") / 1024

    def _status(self, name):
        for line in (self.folder / "status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        raise AssertionError("the server is gone")

    def forget_largest_memory(self):
        (self.folder / "clear_refs").write_text("5")

    def descriptors(self):
        return len(os.listdir(self.folder / "fd"))

    def processor_seconds(self):
        fields = (self.folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def idle_seconds():
    """Of all processors of the machine together."""
    with open("/proc/stat", encoding="ascii") as file:
        return int(file.readline().split()[4]) / TICKS


class Attacker:
    """A process that attacks when told to."""

    def __init__(self, attack, target):
        self._pipe, theirs = _fork.Pipe()
        self._process = _fork.Process(target=_attack, args=(attack, target, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._ask("prepare")

    def _ask(self, word, until=None):
        self._pipe.send((word, until))
        problem, seconds = self._pipe.recv()
        if problem:
            raise AssertionError(problem)
        return seconds

    def refill(self):
        self._ask("refill")

    def run(self, until):
        """Answers the seconds of processor time it took."""
        self.processor_seconds = self._ask("run", until)

    def stop(self):
        self._pipe.send(("stop", None))
        self._process.join()


def _attack(attack, target, pipe):
    while True:
        word, until = pipe.recv()
        if word == "stop":
            return
        begin = time.process_time()
        problem = None
        try:
            if word == "run":
                attack.run(target, until)
            else:
                getattr(attack, word)(target)
        except Exception:  # Reported where the table is made.
            problem = traceback.format_exc(limit=4)
        pipe.send((problem, time.process_time() - begin))


class Interval:
    """What happened while `action` ran."""

    def __init__(self, good, server, action, seconds):
        begin, used, idle = time.monotonic(), server.processor_seconds(), idle_seconds()
        self.rate, self.wait = good.interval(action, seconds)
        took = time.monotonic() - begin
        self.server = (server.processor_seconds() - used) / took
        self.idle = (idle_seconds() - idle) / took / os.cpu_count()


class Result:
    """Of all the intervals of one attack."""

    def __init__(self, name):
        self.name = name
        self.quiet, self.attacked, self.attacker = [], [], []
        self.failed = 0
        self.memory = 0.0
        self.problems = []

    def rate_kept(self):
        return _median(attacked.rate / quiet.rate
                       for quiet, attacked in zip(self.quiet, self.attacked))

    def _of(self, intervals, what):
        return _median(getattr(interval, what) for interval in intervals)

    def is_good(self):
        # A median too: one hiccup of the machine is not the attack's doing.
        allowed = max(LONGEST_WAIT_SECONDS, 5 * self._of(self.quiet, "wait"))
        if self._of(self.attacked, "wait") > allowed:
            return False
        if self.rate_kept() >= RATE_KEPT:
            return True
        taken = self._of(self.attacked, "server") - self._of(self.quiet, "server")
        return self.is_machine_busy() and taken <= CORES_TAKEN_ON_A_BUSY_MACHINE

    def is_machine_busy(self):
        return self._of(self.quiet, "idle") < IDLE_ENOUGH

    def row(self):
        return (f"{self.name:<30} {100 * self.rate_kept():7.0f} %"
                f" {1000 * self._of(self.attacked, 'wait'):9.0f} ms"
                f" {100 * self._of(self.quiet, 'server'):4.0f} to"
                f" {100 * self._of(self.attacked, 'server'):3.0f} %"
                f" {100 * _median(self.attacker):6.0f} % {self.memory:6.0f} MiB {self.failed:6d}"
                f"{'   (busy machine)' if self.is_machine_busy() else ''}")

    HEADER = (f"{'attack':<30} {'rate kept':>9} {'longest wait':>12} {'server':>12} {'attacker':>8}"
              f" {'memory':>10} {'failed':>6}")


def _median(numbers):
    return statistics.median(list(numbers) or [0.0])


def measure(attack, target, good, server, pairs):
    """`pairs` of intervals; more when they look bad, which on a busy machine means nothing yet."""
    result = Result(attack.name)
    descriptors, failed = server.descriptors(), good.failed.value
    memory = server.memory()
    server.forget_largest_memory()
    attacker = Attacker(attack, target)
    try:
        for turn in range(pairs + MORE_PAIRS):
            if turn >= pairs and result.is_good():
                break
            attacker.refill()
            result.quiet.append(Interval(good, server, lambda until: None, QUIET_SECONDS))
            attacked = Interval(good, server, attacker.run, attack.seconds)
            result.attacked.append(attacked)
            result.attacker.append(attacker.processor_seconds / attack.seconds)
    except AssertionError as problem:
        result.problems.append(str(problem))
    finally:
        attacker.stop()
    finished(result, good, server, descriptors, failed)
    if result.memory > memory + MEMORY_GROWN_MIB:
        result.problems.append(f"memory grew from {memory:.0f} to {result.memory:.0f} MiB")
    return result


def finished(result, good, server, descriptors, failed):
    """With all that is to be found out afterwards."""
    result.memory = server.largest_memory()
    result.failed = good.failed.value - failed
    if result.failed:
        result.problems.append(f"good requests failed: {good.first_complaints()}")
    if result.attacked and not result.is_good():
        result.problems.append("the good clients were held up")
    if not descriptors_return(server, descriptors):
        result.problems.append(f"{server.descriptors()} descriptors, {descriptors} before")
    return result


def descriptors_return(server, before):
    deadline = time.monotonic() + DESCRIPTORS_BACK_SECONDS
    while server.descriptors() > before + DESCRIPTORS_OF_ITS_OWN:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
