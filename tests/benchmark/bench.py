"""What the measurements share, and how wrk's runs look in a table."""

import dataclasses
import pathlib

import load
from report import Report
from servers import Coffer
from signing import Signer

READ_SECRETS = 1_000


@dataclasses.dataclass
class Bench:
    """What the measurements share."""

    binary: pathlib.Path
    peers: pathlib.Path           # Where other servers are installed, each in a folder.
    programs: pathlib.Path        # Directory of the helper programs.
    signer: Signer
    disk: pathlib.Path            # On the file system of the data.
    memory: pathlib.Path          # On tmpfs, where there is one.
    report: Report
    rounds: int
    seconds: int
    large: int                    # Secrets of the large data set.
    rotations: int                # That are due at once.
    due: int                      # Schedules that are due at the same midnight.
    watch: int                    # Seconds that they are watched.

    def program(self, name):
        return self.programs / name

    def coffer(self, name, *arguments):
        return Coffer(self.binary, self.disk / name, *arguments)


def say(text):
    print(f"  … {text}", flush=True)


def load_row(what, runs):
    return [what, load.median(runs, "rate"), load.median(runs, "cpu_us"),
            100 * load.median(runs, "server_share"), 100 * load.median(runs, "load_share"),
            load.median(runs, "p50_us") / 1000, load.median(runs, "p99_us") / 1000]


LOAD_HEADER = ("", "requests/s", "CPU µs/request", "server core %", "load core %", "p50 ms",
               "p99 ms")


def load_facts(runs):
    return {"rate": load.median(runs, "rate"), "cpu_us": load.median(runs, "cpu_us"),
            "server_share": load.median(runs, "server_share"),
            "runs": [dataclasses.asdict(run) for run in runs]}
