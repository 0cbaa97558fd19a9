"""Clients that change the same few secrets at once, each with an old idea of them."""

import shared
from calls import Call, Fate, Violation, value_of
from secret_model import CURRENT
from secret_writers import (LABELS, REPEATED, Sent, chosen, delete_by_force, delete_policy,
                            describe_anew, new_token, new_value, put, put_policy, tag, untag)
from wire import Request

MOST_VERSIONS = 70


class SharedSecret:
    """What is known of it from before, and what was asked for since."""

    def __init__(self, name):
        self.name = name
        self.before = shared.Seen()
        self.calls = []
        self.tokens = 0
        self.holders = {}            # Where a label was when somebody heard of it last.

    def add(self, call):
        self.calls.append(call)
        if call.fate is Fate.FAULT:
            raise Violation(f"{self.name}: a fault of the server: {call}", self.calls)
        given = call.arguments
        if call.fate is not Fate.ACKNOWLEDGED:
            return
        if value_of(given) is not None:
            for label in given.get("VersionStages", [CURRENT]):
                self.holders[label] = given["ClientRequestToken"]
        elif call.operation == "UpdateSecretVersionStage":
            self.holders[given["VersionStage"]] = given.get("MoveToVersionId")

    def settle(self, seen):
        """What was seen is what is known from now on."""
        problems = shared.check(self.before, self.calls, seen)
        if problems:
            raise Violation(f"{self.name}: {'; '.join(problems)}\nseen: {seen}\n"
                            f"before: {self.before}", self.calls)

    def begin_anew(self, seen):
        self.before, self.calls = seen, []


def create(rng, name, _):
    return Call("CreateSecret", {"Name": name, "ClientRequestToken": new_token(rng),
                                 **new_value(rng)})


def put_labels(rng, name, secret):
    call = put(rng, name, secret)
    call.arguments["VersionStages"] = rng.sample(LABELS + [CURRENT], 2)
    return call


def move(rng, name, secret):
    label = rng.choice(LABELS + [CURRENT, CURRENT])
    known = [holder for holder in secret.holders.values() if holder]
    if not known:
        return put_labels(rng, name, secret)
    given = {"SecretId": name, "VersionStage": label}
    if label == CURRENT or rng.random() < 0.7:
        given["MoveToVersionId"] = rng.choice(known)
    if secret.holders.get(label):
        given["RemoveFromVersionId"] = secret.holders[label]
    return Call("UpdateSecretVersionStage", given)


TABLE = {create: 2, put: 14, put_labels: 10, move: 20, describe_anew: 6, tag: 8, untag: 6,
         put_policy: 6, delete_policy: 3}
CHURN = {**TABLE, create: 10, delete_by_force: 3}
# A token that is sent again to another secret of the same name is new there, and nobody knows when.
STEADY = {**TABLE, REPEATED: 8}


class SharedSecrets:
    """The secrets that all sharing clients work on: those of the second half come and go."""

    def __init__(self, count):
        self.generations = [0] * count
        self.secrets = [self._new(slot) for slot in range(count)]
        self.sleepers = []
        self.sent = Sent()

    def _new(self, slot):
        self.generations[slot] += 1
        return SharedSecret(f"shared/{slot}/{self.generations[slot]}")

    def load(self, rng):
        """The calls of one of the clients."""
        while True:
            slot = rng.randrange(len(self.secrets))
            secret = self.secrets[slot]
            if secret.tokens > MOST_VERSIONS:
                self.sleepers.append(secret)
                secret = self.secrets[slot] = self._new(slot)
            table = CHURN if 2 * slot >= len(self.secrets) else STEADY
            make = create if not secret.calls and not secret.before.exists else chosen(rng, table)
            call = self.sent.repeated(rng, secret.name) if make is REPEATED else None
            if call is None:
                call = (put if make is REPEATED else make)(rng, secret.name, secret)
                self.sent.note(secret.name, call)
            secret.tokens += "ClientRequestToken" in call.arguments
            yield Request(call, secret)
