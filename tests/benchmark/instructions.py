"""How many instructions one GetSecretValue over TLS takes, counted by callgrind: a figure that is the
same on a busy machine, to compare one version of the program with the next.

Valgrind has neither SHA instructions nor AVX-512, so that the cryptography takes other ways than on
the processor itself; the share of each library says what is ours.
"""

import pathlib
import re
import ssl
import subprocess

import data_set
from bench import say
from servers import Coffer

SECRETS = 100
FEW, MANY = 500, 2_500


class Counted(Coffer):
    """The server under callgrind."""

    def command(self):
        return ["valgrind", "--tool=callgrind", "--error-exitcode=1", "--quiet",
                f"--callgrind-out-file={self.counts}", *super().command()]

    @property
    def counts(self):
        return self.directory / "callgrind.out"


def instructions_by_file(counts):
    """Of the program and each of its libraries."""
    lines = subprocess.run(["callgrind_annotate", "--threshold=100", "--show-percs=no", counts],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    totals = {}
    for line in lines:
        match = re.match(r"\s*([\d,]+)\s+\S.*\[(\S+)\]", line)
        if match:
            name = pathlib.Path(match[2]).name.split(".so")[0]
            totals[name] = totals.get(name, 0) + int(match[1].replace(",", ""))
    return totals


def count(bench, name, requests):
    """All instructions of a server that answers so many requests over one connection."""
    server = Counted(bench.binary, bench.disk / name)
    with server:
        data_set.create(server, bench.signer, SECRETS, say)
        records = data_set.sign_gets(server, bench.signer, SECRETS).all()
        context = ssl.create_default_context(cafile=str(server.authority))
        context.check_hostname = False
        with context.wrap_socket(server.connect()) as connection:
            for number in range(requests):
                connection.sendall(records[number % SECRETS])
                if not connection.recv(65536).startswith(b"HTTP/1.1 200"):
                    raise RuntimeError("not answered")
    return instructions_by_file(server.counts)


def measure(bench):
    say(f"counting instructions of {FEW} and of {MANY} requests")
    few, many = count(bench, "instructions-few", FEW), count(bench, "instructions-many", MANY)
    each = {name: (many[name] - few.get(name, 0)) / (MANY - FEW) for name in many}
    total = sum(each.values())
    rows = [[name, instructions, 100 * instructions / total]
            for name, instructions in sorted(each.items(), key=lambda item: -item[1])
            if instructions >= total / 200]
    bench.report.add(
        "instructions", "Instructions of one GetSecretValue over TLS, by program and library",
        ("", "instructions", "%"), [*rows, ["together", total, 100.0]],
        {"total": total, "by_file": each},
        [f"callgrind, {MANY} requests less {FEW}, one after the other over one connection"])
