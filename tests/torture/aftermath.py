"""What clients do after a restart: look at everything, send cut calls again, look once more.

Their reads are calls like all others: the tracker strikes out the states that contradict them.
"""

import shared
from calls import Call, Fate, Violation, value_of
from secret_model import facts_of
from wire import Request

# A client that was cut off sends these again, as every SDK does.
WITH_TOKEN = ("CreateSecret", "PutSecretValue", "UpdateSecret", "RotateSecret")
# Rotations that failed once are tried again after a second; a machine may be busy.
ROTATIONS_END_WITHIN_SECONDS = 120
PAUSE_SECONDS = 0.02


def again(request):
    """The same request, or None for one without a token."""
    call = request.call
    if call.operation not in WITH_TOKEN or "ClientRequestToken" not in call.arguments:
        return None
    return Request(Call(call.operation, dict(call.arguments)), request.subject)


def look_at_secret(tracker, known, rng):
    """Reads all of a secret, and the values of versions that are new or in use; `known` has those
    that were read before, and a few of them are read again."""
    name = tracker.name

    def ask(operation, **given):
        return Request(Call(operation, {"SecretId": name, **given}), tracker)

    yield ask("DescribeSecret")
    secret = tracker.belief()
    if secret is None:
        return
    yield ask("ListSecretVersionIds", IncludeDeprecated=True)
    if secret.is_deleted:
        return
    yield ask("GetResourcePolicy")
    yield ask("GetSecretValue")
    labelled = {version for _, version in secret.labels}
    versions = sorted(version for version, _ in tracker.belief().versions)
    for version in versions:
        if version not in known or version in labelled or rng.random() < 0.05:
            yield ask("GetSecretValue", VersionId=version)
            known.add(version)


def is_under_way(tracker):
    return all(secret and secret.job for secret in tracker.states)


def await_rotation(tracker):
    """A rotation that was under way must end: with its version current, or withdrawn."""
    seconds = 0
    while is_under_way(tracker):
        if seconds > ROTATIONS_END_WITHIN_SECONDS:
            raise Violation(f"{tracker.name}: a rotation does not end: {tracker.belief()}",
                            tracker.history)
        yield Request(Call("DescribeSecret", {"SecretId": tracker.name}), tracker)
        yield PAUSE_SECONDS
        seconds += PAUSE_SECONDS


def after_secret(tracker, cut, known, rng):
    """All that is done about one owned secret. `cut` are requests about it that got no answer."""
    yield from look_at_secret(tracker, known, rng)
    for request in filter(None, map(again, cut)):
        yield request
        yield from look_at_secret(tracker, known, rng)
    if is_under_way(tracker):
        yield from await_rotation(tracker)
        yield from look_at_secret(tracker, known, rng)


# ---- shared secrets ------------------------------------------------------------------------------

class Unrecorded:
    """Hears of calls that are part of no history."""

    def add(self, call):
        if call.fate is Fate.FAULT:
            raise Violation(f"a fault of the server: {call}", [call])


def see(secret, rng, out):
    """Reads all of a shared secret; appends a Seen."""
    reader = Unrecorded()

    def ask(operation, **given):
        return Request(Call(operation, {"SecretId": secret.name, **given}), reader)

    described = yield ask("DescribeSecret")
    if described.fate is not Fate.ACKNOWLEDGED:
        out.append(shared.Seen())
        return
    facts = facts_of("DescribeSecret", described.reply)
    listed = yield ask("ListSecretVersionIds", IncludeDeprecated=True)
    policy = yield ask("GetResourcePolicy")
    values, before = [], dict(secret.before.values) if secret.before.arn == facts["ARN"] else {}
    for version in (version["VersionId"] for version in listed.reply["Versions"]):
        value = before.get(version)
        if value is None or rng.random() < 0.05:
            read = yield ask("GetSecretValue", VersionId=version)
            value = value_of(read.reply or {})
        values.append((version, value))
    out.append(shared.Seen(True, facts["ARN"], facts["labels"], tuple(values),
                           facts["Description"], facts["tags"],
                           facts_of("GetResourcePolicy", policy.reply)["policy"]))


def after_shared(secret, cut, rng):
    seen = []
    yield from see(secret, rng, seen)
    secret.settle(seen[-1])
    replays = [request for request in map(again, cut) if request]
    for request in replays:
        yield request
    if replays:
        yield from see(secret, rng, seen)
        secret.settle(seen[-1])
    secret.begin_anew(seen[-1])


# ---- users and keys ------------------------------------------------------------------------------

def after_user(tracker, secrets):
    """`secrets` are secret access keys by their ids: what was handed out must still sign."""
    name = {"UserName": tracker.name}
    yield Request(Call("GetUser", name), tracker, "iam")
    user = tracker.belief()
    if user is None:
        return
    yield Request(Call("ListAccessKeys", name), tracker, "iam")
    yield Request(Call("ListUserPolicies", name), tracker, "iam")
    for policy, _ in sorted(tracker.belief().policies):
        yield Request(Call("GetUserPolicy", {**name, "PolicyName": policy}), tracker, "iam")
    mine = [key for key, _ in sorted(tracker.belief().keys) if key in secrets]
    for key in mine:
        yield Request(Call("GetCallerIdentity", {"AccessKeyId": key}), tracker, "sts",
                      (key, secrets[key]))


def after_keys(tracker, cut, known):
    """`known` are the ids of all keys that are accounted for."""
    for request in cut:
        if request.call.operation == "CreateKey":
            yield from _find_key(tracker, request.call.arguments["Description"], known)
    for key, _, _ in sorted(tracker.belief().keys):
        known.add(key)
        for operation in ("DescribeKey", "ListResourceTags", "ListAliases"):
            yield Request(Call(operation, {"KeyId": key}), tracker, "kms")


def _find_key(tracker, description, known):
    found, listed = None, []
    yield from list_keys(listed)
    for key in listed:
        if key not in known:
            reply = yield Request(Call("DescribeKey", {"KeyId": key}), Unrecorded(), "kms")
            if reply.reply["KeyMetadata"]["Description"] == description:
                found = key
    tracker.add(Call("FindKey", {"Description": description}).acknowledged({"KeyId": found}))


def list_keys(out):
    marker = {}
    while marker is not None:
        page = yield Request(Call("ListKeys", {"Limit": 1000, **marker}), Unrecorded(), "kms")
        out += [key["KeyId"] for key in page.reply["Keys"]]
        marker = {"Marker": page.reply["NextMarker"]} if page.reply["Truncated"] else None


def list_secrets(out):
    """The names of all secrets, those that wait for their deletion among them."""
    token = {}
    while token is not None:
        page = yield Request(Call("ListSecrets", {"IncludePlannedDeletion": True, **token}),
                             Unrecorded())
        out += [secret["Name"] for secret in page.reply["SecretList"]]
        token = {"NextToken": page.reply["NextToken"]} if "NextToken" in page.reply else None
