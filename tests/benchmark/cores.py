"""Two threads on two cores beside one thread on one: does a request cost more when there are two?

With two cores there is none left for the load, so rates say nothing. What does is the processor time
of the server for a request: what two threads would reach is twice one thread's rate, times the cost
alone over the cost together. nginx, measured in the same way, shows how much of the difference is
that of sharing the cores with the load.
"""

import contextlib

import data_set
import load
from bench import LOAD_HEADER, READ_SECRETS, load_facts, load_row, say
from servers import ALL_CORES, Coffer, Nginx
from signing import Client


class CofferOnAllCores(Coffer):
    cores = ALL_CORES
    threads = len(ALL_CORES)


class NginxOnAllCores(Nginx):
    cores = ALL_CORES


def measure(bench):
    with contextlib.ExitStack() as stack:
        one = stack.enter_context(bench.coffer("cores-one"))
        two = stack.enter_context(CofferOnAllCores(bench.binary, bench.disk / "cores-two"))
        for server in (one, two):
            data_set.create(server, bench.signer, READ_SECRETS, say)
        body, _ = Client(one).send("GetSecretValue", {"SecretId": data_set.name(7)})
        nginx = stack.enter_context(Nginx(bench.memory / "nginx-one", one, body))
        nginxes = stack.enter_context(
            NginxOnAllCores(bench.memory / "nginx-two", one, body, len(ALL_CORES)))
        runs = {"one": [], "two": [], "nginx one": [], "nginx two": []}
        for number in range(bench.rounds):
            say(f"one and two cores, round {number + 1} of {bench.rounds}")
            requests = {server: data_set.sign_gets(server, bench.signer, READ_SECRETS)
                        for server in (one, two)}
            runs["one"].append(load.uniform(one, requests[one], bench.seconds))
            runs["two"].append(load.run_on_all_cores(
                two, ["uniform", requests[two].path, READ_SECRETS], bench.seconds))
            runs["nginx one"].append(load.plain(nginx, "/file", bench.seconds))
            runs["nginx two"].append(
                load.run_on_all_cores(nginxes, ["plain"], bench.seconds, "/file"))

    gains = {name: 2 * load.median(runs[single], "cpu_us") / load.median(runs[double], "cpu_us")
             for name, single, double in (("coffer", "one", "two"),
                                          ("nginx", "nginx one", "nginx two"))}
    bench.report.add(
        "cores", "GetSecretValue with one thread on a core, and two on two shared with the load",
        LOAD_HEADER,
        [load_row("coffer, one thread", runs["one"]), load_row("coffer, two", runs["two"]),
         load_row("nginx, one worker", runs["nginx one"]),
         load_row("nginx, two", runs["nginx two"])],
        {name: load_facts(of) for name, of in runs.items()} | {"gains": gains},
        [f"{name}: two cores / one = {gain:.2f} by CPU seconds for a request"
         for name, gain in gains.items()])
