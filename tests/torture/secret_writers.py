"""Clients that own secrets: at most one call about a secret is under way, so all is known of it.

A client asks its tracker what its secret looks like only to choose calls that make sense; some
are meant to be refused.
"""

import base64
import collections
import json

import secret_model
from calls import Call
from process import FUNCTION
from secret_model import CURRENT, PENDING, PREVIOUS
from tracker import Tracker
from wire import Request

LABELS = ["blue", "green", "canary"]
TAGS = ["team", "stage", "owner", "cost"]
REGIONS = ["eu-west-1", "us-west-2"]
KEYS = ["alias/torture-one", "alias/torture-two", ""]
# Long before the quota of versions a secret is left alone or deleted, and another takes its place.
MOST_VERSIONS = 40


def new_token(rng):
    return f"{rng.getrandbits(128):032x}"


def new_value(rng):
    """Mostly short; some fill pages of the database, so that half of one would be seen."""
    length = rng.choice([16] * 18 + [3000, 30000])
    if rng.random() < 0.15:
        return {"SecretBinary": base64.b64encode(rng.randbytes(length)).decode()}
    return {"SecretString": f"{rng.getrandbits(64):016x}" * (length // 16)}


def new_policy(rng):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": f"n{rng.getrandbits(32)}", "Effect": "Allow", "Resource": "*",
         "Action": "secretsmanager:GetSecretValue",
         "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}]})


def some_version(rng, secret):
    """One of its versions, or of none."""
    versions = sorted(version for version, _ in secret.versions)
    return rng.choice(versions) if versions and rng.random() < 0.95 else new_token(rng)


def new_tags(rng):
    return [{"Key": key, "Value": f"{rng.getrandbits(32)}"}
            for key in rng.sample(TAGS, rng.randint(1, 2))]


# ---- calls: what is asked for, of a secret that exists -------------------------------------------

def create(rng, name, _=None):
    given = {"Name": name, "ClientRequestToken": new_token(rng)}
    if rng.random() < 0.9:
        given |= new_value(rng)
    if rng.random() < 0.4:
        given |= {"Description": f"made {rng.getrandbits(32)}", "Tags": new_tags(rng)}
    return Call("CreateSecret", given)


def put(rng, name, _):
    return Call("PutSecretValue", {"SecretId": name, "ClientRequestToken": new_token(rng),
                                   **new_value(rng)})


def put_labels(rng, name, secret):
    call = put(rng, name, secret)
    stages = rng.sample(LABELS, rng.randint(1, 2)) + rng.choice([[], [], [CURRENT], [PENDING]])
    call.arguments["VersionStages"] = stages
    return call


def put_again(rng, name, secret):
    """A token that is taken, with another value: refused."""
    call = put(rng, name, secret)
    taken = sorted(version for version, value in secret.versions if value is not None)
    if taken:
        call.arguments["ClientRequestToken"] = rng.choice(taken)
    return call


def update(rng, name, _):
    return Call("UpdateSecret", {"SecretId": name, "ClientRequestToken": new_token(rng),
                                 **new_value(rng), **rng.choice([{}, {"Description": "valued"}])})


def describe_anew(rng, name, _):
    return Call("UpdateSecret", {"SecretId": name, "Description": f"now {rng.getrandbits(32)}"})


def seal_anew(rng, name, _):
    return Call("UpdateSecret", {"SecretId": name, "KmsKeyId": rng.choice(KEYS)})


def move(rng, name, secret):
    """A label to another version; one in six with a wrong idea of where it is."""
    label = rng.choice(LABELS + [CURRENT, CURRENT])
    given = {"SecretId": name, "VersionStage": label, "MoveToVersionId": some_version(rng, secret)}
    holder = secret.holder(label) if rng.random() < 0.85 else some_version(rng, secret)
    if holder:
        given["RemoveFromVersionId"] = holder
    return Call("UpdateSecretVersionStage", given)


def roll_back(rng, name, secret):
    if secret.holder(PREVIOUS) is None:
        return move(rng, name, secret)
    return Call("UpdateSecretVersionStage",
                {"SecretId": name, "VersionStage": CURRENT,
                 "MoveToVersionId": secret.holder(PREVIOUS),
                 "RemoveFromVersionId": secret.holder(CURRENT)})


def take_label(rng, name, secret):
    label = rng.choice(LABELS + [PENDING, CURRENT])
    return Call("UpdateSecretVersionStage",
                {"SecretId": name, "VersionStage": label,
                 "RemoveFromVersionId": secret.holder(label) or some_version(rng, secret)})


def tag(rng, name, _):
    return Call("TagResource", {"SecretId": name, "Tags": new_tags(rng)})


def untag(rng, name, _):
    return Call("UntagResource", {"SecretId": name, "TagKeys": rng.sample(TAGS, 2)})


def put_policy(rng, name, _):
    return Call("PutResourcePolicy", {"SecretId": name, "ResourcePolicy": new_policy(rng)})


def delete_policy(_rng, name, _):
    return Call("DeleteResourcePolicy", {"SecretId": name})


def delete(rng, name, _):
    return Call("DeleteSecret", {"SecretId": name, **rng.choice([{}, {"RecoveryWindowInDays": 7}])})


def delete_by_force(_rng, name, _=None):
    return Call("DeleteSecret", {"SecretId": name, "ForceDeleteWithoutRecovery": True})


def restore(_rng, name, _):
    return Call("RestoreSecret", {"SecretId": name})


def replicate(rng, name, _):
    asked = [{"Region": region} for region in rng.sample(REGIONS, rng.randint(1, 2))]
    return Call("ReplicateSecretToRegions", {"SecretId": name, "AddReplicaRegions": asked})


def remove_replicas(rng, name, _):
    return Call("RemoveRegionsFromReplication",
                {"SecretId": name, "RemoveReplicaRegions": rng.sample(REGIONS, rng.randint(1, 2))})


def rotate(rng, name, _):
    token = new_token(rng)
    if rng.random() < 0.02:
        token = "fff" + token[3:]  # The function fails at first; see rotate.sh.
    given = {"SecretId": name, "ClientRequestToken": token}
    if rng.random() < 0.9:
        given |= {"RotationLambdaARN": FUNCTION, "RotationRules": {"AutomaticallyAfterDays": 30}}
    if rng.random() < 0.2:
        given["RotateImmediately"] = False
    return Call("RotateSecret", given)


def cancel(_rng, name, _):
    return Call("CancelRotateSecret", {"SecretId": name})


def describe(_rng, name, _=None):
    return Call("DescribeSecret", {"SecretId": name})


def read(rng, name, secret):
    which = rng.choice([{}, {"VersionId": some_version(rng, secret)}])
    return Call("GetSecretValue", {"SecretId": name, **which})


REPEATED = object()  # A call with a token, sent again as it was, however long ago that is.

ORDINARY = {REPEATED: 8, create: 1, put: 22, put_labels: 12, put_again: 3, update: 10,
            describe_anew: 6, seal_anew: 4, move: 10, roll_back: 6, take_label: 4, tag: 6, untag: 4,
            put_policy: 5, delete_policy: 3, delete: 3, delete_by_force: 1, restore: 1, rotate: 4,
            cancel: 2, describe: 2, read: 4, replicate: 3, remove_replicas: 4}
ROTATING = {REPEATED: 4, put: 4, put_labels: 2, update: 2, describe_anew: 4, move: 2,
            take_label: 2, tag: 4, put_policy: 2, delete: 1, delete_by_force: 1, rotate: 30,
            cancel: 2, describe: 30, read: 10, replicate: 1, remove_replicas: 1}
ABSENT = {create: 20, put: 1, delete_by_force: 1, restore: 1}
DELETED = {restore: 10, delete: 1, delete_by_force: 2, put: 1, rotate: 1, create: 1}


class Sent:
    """The last calls with tokens, by the name of what they were about."""

    def __init__(self):
        self._calls = {}

    def note(self, name, call):
        if "ClientRequestToken" in call.arguments:
            self._calls.setdefault(name, collections.deque(maxlen=8)).append(call)

    def repeated(self, rng, name):
        """One of them again, if there are any."""
        if name not in self._calls:
            return None
        call = rng.choice(self._calls[name])
        return Call(call.operation, dict(call.arguments))


def chosen(rng, table):
    return rng.choices(list(table), list(table.values()))[0]


class SecretOwner:
    def __init__(self, name, slots, table):
        self.name = name
        self.table = table
        self.generations = [0] * slots
        self.secrets = [self._new(slot) for slot in range(slots)]
        self.sleepers = []           # Left alone, and to be found as they were.
        self.sent = Sent()
        self.left = []               # Those of them that nobody has looked at since.

    def _new(self, slot):
        self.generations[slot] += 1
        return Tracker(f"{self.name}/{slot}/{self.generations[slot]}", secret_model)

    def take_left(self):
        left, self.left = self.left, []
        self.sleepers += left
        return left

    def load(self, rng):
        """Calls without end."""
        while True:
            slot = rng.randrange(len(self.secrets))
            tracker = self.secrets[slot]
            secret = tracker.belief()
            if secret and len(secret.versions) > MOST_VERSIONS:
                if rng.random() < 0.5:
                    self.left.append(tracker)
                    tracker = self.secrets[slot] = self._new(slot)
                    secret = None
                else:
                    if secret.replicas:
                        yield Request(Call("RemoveRegionsFromReplication",
                                           {"SecretId": tracker.name,
                                            "RemoveReplicaRegions": REGIONS}), tracker)
                    yield Request(delete_by_force(rng, tracker.name), tracker)
                    continue
            table = ABSENT if secret is None else DELETED if secret.is_deleted else self.table
            if secret is None:
                secret = secret_model.Secret()
            make = chosen(rng, table)
            call = self.sent.repeated(rng, tracker.name) if make is REPEATED else None
            if call is None:
                call = (describe if make is REPEATED else make)(rng, tracker.name, secret)
                self.sent.note(tracker.name, call)
            yield Request(call, tracker)
