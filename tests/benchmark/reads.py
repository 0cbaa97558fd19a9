"""GetSecretValue over TLS beside nginx with a static body of the same size."""

import contextlib

import data_set
import load
from bench import LOAD_HEADER, READ_SECRETS, load_facts, load_row, say
from servers import Nginx
from signing import Client, write_plain

REFERENCES = {"file": "GET of a static file in memory, open_file_cache",
              "return": "GET, return directive",
              "same": "the requests that coffer gets, return directive"}


def measure(bench):
    with contextlib.ExitStack() as stack:
        coffer = stack.enter_context(bench.coffer("reads"))
        data_set.create(coffer, bench.signer, READ_SECRETS, say)
        data_set.check_with_boto3(coffer, number=7)
        body, _ = Client(coffer).send("GetSecretValue", {"SecretId": data_set.name(7)})
        nginx = stack.enter_context(Nginx(bench.memory / "nginx", coffer, body))
        runs = {name: [] for name in ("coffer", *REFERENCES)}
        for number in range(bench.rounds):
            say(f"GetSecretValue, round {number + 1} of {bench.rounds}")
            requests = data_set.sign_gets(coffer, bench.signer, READ_SECRETS)
            runs["coffer"].append(load.uniform(coffer, requests, bench.seconds))
            runs["file"].append(load.plain(nginx, "/file", bench.seconds))
            runs["return"].append(load.plain(nginx, "/return", bench.seconds))
            runs["same"].append(load.uniform(nginx, requests, bench.seconds))
        paced = {"coffer": [], "file": []}
        plain = write_plain(nginx, "/file", bench.memory)
        for number in range(bench.rounds):
            say(f"half of that load, round {number + 1} of {bench.rounds}")
            requests = data_set.sign_gets(coffer, bench.signer, READ_SECRETS)
            for name, server, of in (("coffer", coffer, requests), ("file", nginx, plain)):
                rate = load.median(runs[name], "rate") / 2
                paced[name].append(load.paced(bench, server, of, rate, bench.seconds))
        ciphers = f"coffer {coffer.cipher()}, nginx {nginx.cipher()}"

    ratios = {name: load.ratio(runs["coffer"], runs[name]) for name in REFERENCES}
    bench.report.add(
        "reads",
        f"GetSecretValue over TLS, {READ_SECRETS:,} secrets, {load.CONNECTIONS} connections",
        LOAD_HEADER,
        [load_row("coffer", runs["coffer"])]
        + [load_row(f"nginx, {what}", runs[name]) for name, what in REFERENCES.items()],
        {name: load_facts(of) for name, of in runs.items()}
        | {"ratios": ratios, "ciphers": ciphers},
        [f"coffer / nginx = {ratio:.2f} by {by} ({REFERENCES[name]})"
         for name, (ratio, by) in ratios.items()]
        + [f"replies of {len(body)} bytes; {ciphers}"])
    bench.report.add(
        "reads_latency", "The same at half of that load, begun at random moments",
        LOAD_HEADER,
        [load_row("coffer", paced["coffer"]),
         load_row(f"nginx, {REFERENCES['file']}", paced["file"])],
        {name: load_facts(of) for name, of in paced.items()},
        ["times count from when a request was due"])
