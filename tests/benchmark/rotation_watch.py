"""What rotations do and cost, seen from outside: the server's log and the kernel's accounts."""

import pathlib
import time

from servers import TICKS_A_SECOND

LOOK_SECONDS = 0.2  # A look costs a millisecond, of cores that are all in use.
LONGEST_SECONDS = 270  # A request is valid for five minutes.


def cpu_seconds(pid):
    """Of the process itself, and of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return own / TICKS_A_SECOND, ended / TICKS_A_SECOND


class Watch:
    """Follows `count` rotations of a server, each with one secret, to their ends."""

    def __init__(self, coffer, database, count):
        self.coffer = coffer
        self.database = database
        self.count = count
        self.log = coffer.directory / "server.log"
        self.moment = None  # When the rotations became due, by the server's clock.

    def begin(self, kind):
        """`kind` of rotation: `Rotation` or `TestRotation`, as the log's events begin."""
        self.kind = kind
        self.read_to = self.log.stat().st_size
        self.succeeded = self.failed = self.most_processes = 0
        self.last_failure = ""
        self.cpu_before = self._cpu()
        self.begun = time.monotonic()

    def until_all_are_over(self):
        while self.succeeded < self.count:
            self._look()
            if self.failed:
                raise RuntimeError(f"a rotation failed: {self.last_failure}")
            if time.monotonic() > self.begun + LONGEST_SECONDS:
                raise RuntimeError(
                    f"{self.succeeded} of {self.count} rotations in {LONGEST_SECONDS} s")
            time.sleep(LOOK_SECONDS)
        self.seconds = time.monotonic() - self.begun

    def facts(self):
        """Of the rotations since begin(): CPU time is that of one rotation."""
        spent = [1000 * (now - before) / self.count
                 for now, before in zip(self._cpu(), self.cpu_before)]
        return {"count": self.count, "seconds": self.seconds, "rate": self.count / self.seconds,
                "failed": self.failed, "most_processes": self.most_processes,
                "rotator_cpu_ms": spent[0], "database_cpu_ms": spent[1]}

    def _cpu(self):
        """Of the rotators and of the database. A backend takes part when it has ended."""
        return cpu_seconds(self.coffer.process.pid)[1], sum(cpu_seconds(self.database.process.pid))

    def _look(self):
        self.most_processes = max(self.most_processes, self._rotators())
        with open(self.log, encoding="utf-8") as log:
            log.seek(self.read_to)
            for line in log:
                if not line.endswith("\n"):
                    break
                self.read_to += len(line.encode())
                event = line.split(maxsplit=3)[2]
                self.succeeded += event == f"{self.kind}Succeeded"
                if event == f"{self.kind}Failed":
                    self.failed += 1
                    self.last_failure = line.rstrip()

    def _rotators(self):
        """Processes that the server's threads have started and that have not been waited for."""
        tasks = pathlib.Path(f"/proc/{self.coffer.process.pid}/task")
        return sum(len((task / "children").read_text().split()) for task in tasks.iterdir())
