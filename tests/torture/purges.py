"""Kills a server while it purges secrets whose recovery window has ended.

The test clock of the development profile ends the windows. It is right again after a restart, so
that what was not purged is still waiting then.
"""

import json
import random
import shutil
import time
import urllib.request

import aftermath
import secret_model
from calls import Call, Violation
from process import Server
from tracker import Tracker
from wire import Request, Wire

SECRETS = 60
WINDOW_DAYS = 7
PURGED_WITHIN_SECONDS = 60


class Purges:
    def __init__(self, binary, folder):
        shutil.rmtree(folder, ignore_errors=True)
        self.server = Server(binary, folder)
        self.secrets = [Tracker(f"purged/{number}", secret_model) for number in range(SECRETS)]
        self.doomed = self.secrets[::2]

    def run(self, clients):
        Wire().run(self.server.port, clients)

    def make(self):
        """Secrets of two versions each; every second one is to be deleted."""
        for secret in self.secrets:
            for position, operation in enumerate(("CreateSecret", "PutSecretValue")):
                name = "Name" if operation == "CreateSecret" else "SecretId"
                yield Request(Call(operation, {
                    name: secret.name, "ClientRequestToken": f"{position}" * 32,
                    "SecretString": f"{secret.name} {position}"}), secret)
        for secret in self.doomed:
            yield Request(Call("DeleteSecret", {"SecretId": secret.name,
                                                "RecoveryWindowInDays": WINDOW_DAYS}), secret)

    def end_windows(self):
        body = json.dumps({"advance_seconds": (WINDOW_DAYS + 1) * 86400}).encode()
        request = urllib.request.Request(f"http://localhost:{self.server.port}/_coffer/clock", body,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60):
            pass

    def look(self):
        """Each doomed secret is there or purged; nothing is in between, and no other is gone."""
        for secret in self.doomed:
            secret.states = secret_and_none(secret.states)
        for secret in self.secrets:
            yield from aftermath.look_at_secret(secret, set(), random.Random(0))

    def await_end(self):
        expected = {secret.name for secret in self.secrets} - {
            secret.name for secret in self.doomed}
        deadline = time.monotonic() + PURGED_WITHIN_SECONDS
        names = []
        while set(names) != expected:
            if time.monotonic() > deadline:
                raise Violation(f"not purged: {sorted(set(names) ^ expected)}")
            names = []
            yield from aftermath.list_secrets(names)
            yield aftermath.PAUSE_SECONDS


def secret_and_none(states):
    return states if None in states else [*states, None]


def check(binary, folder, rng, kills=3):
    """Several kills, each of them while the rest is being purged."""
    purges = Purges(binary, folder)
    server = purges.server
    try:
        server.start()
        purges.run([purges.make()])
        for _ in range(kills):
            purges.end_windows()
            time.sleep(rng.uniform(0, 0.1))
            server.kill()
            server.ended()
            server.start()
            purges.run([purges.look()])
        purges.end_windows()
        purges.run([purges.await_end()])
        server.stop()
        status, text = server.ask("verify") if server.ended() == 0 else (1, server.log())
        if status != 0 or server.troubles():
            raise Violation(f"after purges: {text} {server.troubles()}")
    finally:
        server.end()
