"""What a server does while rotations of a schedule are due, second by second, seen from outside."""

import contextlib
import re
import sqlite3
import statistics
import time

from rotation_watch import cpu_seconds

SECRET = re.compile(r" secret=\S+:secret:(\S+)-[A-Za-z0-9]{6}(?: |$)")


class NightWatch:
    """Follows the log of `coffer` and the kernel's accounts of it."""

    def __init__(self, coffer):
        self.coffer = coffer
        self.log = coffer.directory / "server.log"
        self.read_to = self.log.stat().st_size if self.log.exists() else 0
        self.started = []  # Names of secrets, in the order in which their rotations began.
        self.succeeded = 0
        self.failed = 0
        self.last_failure = ""

    def follow(self, seconds, until=None):
        """Looks once a second, for so long or until `until` says so; answers what was seen."""
        own, children = cpu_seconds(self.coffer.process.pid)
        begun, samples = time.monotonic(), []
        before = len(self.started), self.succeeded
        while time.monotonic() < begun + seconds and not (until and until(self)):
            known = len(self.started)
            time.sleep(max(0.0, begun + len(samples) + 1 - time.monotonic()))
            self.look()
            samples.append({"started": len(self.started) - known, "succeeded": self.succeeded,
                            "resident_kib": self.coffer.resident_kib()})
        own_after, children_after = cpu_seconds(self.coffer.process.pid)
        passed = time.monotonic() - begun
        started, succeeded = len(self.started) - before[0], self.succeeded - before[1]
        return {"seconds": passed, "started": started, "succeeded": succeeded,
                "failed": self.failed, "server_share": (own_after - own) / passed,
                "functions_share": (children_after - children) / passed,
                "most_resident_kib": max(sample["resident_kib"] for sample in samples),
                "last_resident_kib": samples[-1]["resident_kib"], "samples": samples}

    def look(self):
        with open(self.log, encoding="utf-8") as log:
            log.seek(self.read_to)
            for line in log:
                if not line.endswith("\n"):
                    break
                self.read_to += len(line.encode())
                event = (line.split(maxsplit=3) + 3 * [""])[2]  # Not all lines are of the log.
                if event == "RotationStarted":
                    self.started.append(SECRET.search(line).group(1))
                self.succeeded += event in ("RotationSucceeded", "TestRotationSucceeded")
                if event in ("RotationFailed", "TestRotationFailed"):
                    self.failed += 1
                    self.last_failure = line.rstrip()


def starts_in_a_second(facts):
    """Fewest, median and most of one second; the first and the last are not whole."""
    starts = [sample["started"] for sample in facts["samples"][1:-1]]
    return min(starts), statistics.median(starts), max(starts)


@contextlib.contextmanager
def database_of(coffer):
    """The stopped server's database, read only."""
    path = coffer.data / "coffer.db"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        yield database


def due_order(coffer):
    """Names of secrets in the order in which their schedules are due, and the first and last time."""
    with database_of(coffer) as database:
        rows = database.execute("SELECT name, due_at FROM rotations JOIN secrets USING (secret_id) "
                                "WHERE due_at IS NOT NULL ORDER BY due_at").fetchall()
    return [name for name, _ in rows], rows[0][1] / 1000, rows[-1][1] / 1000


def scheduled_jobs(coffer, live=False):
    """Names of the secrets whose rotations schedules began, one for each; or that are not over."""
    with database_of(coffer) as database:
        rows = database.execute("SELECT name FROM rotation_jobs JOIN secrets USING (secret_id) "
                                "WHERE json_extract(body, '$.scheduled') AND is_live >= ?",
                                (int(live),))
        return [name for name, in rows]
