"""New TLS connections, each for one request, beside nginx with the same certificate."""

import contextlib

import data_set
import load
from bench import LOAD_HEADER, READ_SECRETS, load_facts, load_row, say
from servers import Nginx
from signing import Client, write_plain

KINDS = {"full": "full handshakes", "resumed": "resumed sessions"}


def measure(bench):
    with contextlib.ExitStack() as stack:
        coffer = stack.enter_context(bench.coffer("connections"))
        data_set.create(coffer, bench.signer, READ_SECRETS, say)
        body, _ = Client(coffer).send("GetSecretValue", {"SecretId": data_set.name(7)})
        nginx = stack.enter_context(Nginx(bench.memory / "nginx-connections", coffer, body))
        plain = write_plain(nginx, "/return", bench.memory)
        runs = {(name, kind): [] for kind in KINDS for name in ("coffer", "nginx")}
        for number in range(bench.rounds):
            say(f"new connections, round {number + 1} of {bench.rounds}")
            requests = data_set.sign_gets(coffer, bench.signer, READ_SECRETS)
            for kind in KINDS:
                for name, server, of in (("coffer", coffer, requests), ("nginx", nginx, plain)):
                    runs[name, kind].append(load.new_connections(
                        bench, server, of, bench.seconds, resumed=kind == "resumed"))

    ratios = {kind: load.ratio(runs["coffer", kind], runs["nginx", kind]) for kind in KINDS}
    resumed = {name: share_resumed(runs[name, "resumed"]) for name in ("coffer", "nginx")}
    bench.report.add(
        "connections", "New TLS connections, each for one GetSecretValue or GET", LOAD_HEADER,
        [load_row(f"{name}, {what}", runs[name, kind])
         for kind, what in KINDS.items() for name in ("coffer", "nginx")],
        {f"{name}_{kind}": load_facts(of) for (name, kind), of in runs.items()}
        | {"ratios": ratios, "resumed": resumed},
        [f"coffer / nginx = {ratio:.2f} by {by} ({KINDS[kind]})"
         for kind, (ratio, by) in ratios.items()]
        + ["sessions resumed: " + ", ".join(f"{name} {100 * share:.1f} %"
                                            for name, share in resumed.items())])


def share_resumed(runs):
    return sum(run.resumed for run in runs) / sum(run.requests for run in runs)
