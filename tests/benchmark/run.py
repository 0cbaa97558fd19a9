"""Prints the benchmark's tables: ./dev bench. docs/performance.md says what they mean."""

import argparse
import contextlib
import pathlib
import signal
import subprocess
import sys
import tempfile

import connections
import cores
import instructions
import keys
import midnight
import policies
import reads
import rotation
import scale
import starts
import writes
from bench import Bench
from report import Report
from signing import Signer

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MEASUREMENTS = {"reads": reads, "cores": cores, "connections": connections,
                "instructions": instructions, "policies": policies, "keys": keys,
                "rotation": rotation, "writes": writes, "starts": starts, "scale": scale,
                "midnight": midnight}
LONG = {"scale", "midnight"}  # Only when they are asked for.
HELPERS = ("sign_requests", "raw_sqlite_commits", "paced_requests", "new_connections")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=pathlib.Path, default=REPOSITORY / "build/release/coffer")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write all figures")
    parser.add_argument("--only", choices=MEASUREMENTS, action="append",
                        help="leave out the others")
    parser.add_argument("--scale", action="store_true", help="also measure data sets of 10, 10,000 and --secrets secrets")
    parser.add_argument("--secrets", type=int, default=500_000, help="of the large data set")
    parser.add_argument("--rotations", type=int, default=1_000, help="that are due at once")
    parser.add_argument("--due", type=int, default=100_000,
                        help="schedules that are due at the same midnight")
    parser.add_argument("--watch", type=int, default=120, help="seconds that they are watched")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of one round")
    return parser.parse_args()


def build_helpers(binary):
    """The helper programs; answers their directory, below the build directory of the binary."""
    subprocess.run(["cmake", "--build", binary.parent, "--target", *HELPERS], check=True,
                   stdout=subprocess.DEVNULL)
    return binary.parent / "tests/benchmark"


def main():
    arguments = parse_arguments()
    binary = arguments.binary.resolve(strict=True)
    programs = build_helpers(binary)
    chosen = arguments.only or [name for name in MEASUREMENTS
                                if name not in LONG or (name == "scale" and arguments.scale)]
    # An end by signal unwinds like any other, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    tmpfs = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
    with contextlib.ExitStack() as stack:
        def directory(parent):
            return pathlib.Path(stack.enter_context(
                tempfile.TemporaryDirectory(prefix="coffer-benchmark-", dir=parent)))
        memory = directory(tmpfs)
        bench = Bench(binary=binary, peers=binary.parents[1] / "peers", programs=programs,
                      signer=Signer(programs / "sign_requests", memory), disk=directory(binary.parent),
                      memory=memory, report=Report(), rounds=arguments.rounds,
                      seconds=arguments.seconds, large=arguments.secrets,
                      rotations=arguments.rotations, due=arguments.due, watch=arguments.watch)
        for name in chosen:
            MEASUREMENTS[name].measure(bench)
        if arguments.json:
            bench.report.write(arguments.json)


if __name__ == "__main__":
    main()
