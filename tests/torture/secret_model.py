"""What Secrets Manager does to one secret: a state and a call in, the next state out.

Nothing here knows of a server. An absent secret is None. The rules are those of AWS that Coffer's
documentation names; they are written anew so that a fault in one is not in the other.
"""

import dataclasses
import json

from calls import value_of

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
ROTATE, TEST = "rotate", "test"

NOT_FOUND = "ResourceNotFoundException"
EXISTS = "ResourceExistsException"
BAD_REQUEST = "InvalidRequestException"
BAD_PARAMETER = "InvalidParameterException"


@dataclasses.dataclass(frozen=True)
class Secret:
    arn: str | None = None              # None: made by a call that was cut; the next reply tells.
    versions: frozenset = frozenset()   # (id, value); the value is None while a rotation makes it.
    labels: frozenset = frozenset()     # (label, version id)
    description: str = ""
    tags: frozenset = frozenset()
    policy: str | None = None
    key: str | None = None
    replicas: frozenset = frozenset()   # The regions of its replicas.
    is_deleted: bool = False
    rotation: bool | None = None        # On, off, never configured.
    job: tuple | None = None            # (version id, kind) of the rotation that is under way.
    last_job: str | None = None         # The version of the last rotation that was begun.

    def holder(self, label):
        return dict(self.labels).get(label)

    def labels_of(self, version):
        return frozenset(label for label, holder in self.labels if holder == version)

    def value(self, version):
        return dict(self.versions).get(version)

    def has(self, version):
        return version in dict(self.versions)

    def labelled(self, holders):
        return dataclasses.replace(self, labels=frozenset(holders.items()))

    def with_version(self, version, value):
        versions = {**dict(self.versions), version: value}
        return dataclasses.replace(self, versions=frozenset(versions.items()))


class Refused(Exception):
    """The call changes nothing and is answered with this code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def policy_text(text):
    """A policy without the freedom that JSON leaves."""
    return json.dumps(json.loads(text), sort_keys=True)


def rotated_value(token):
    """What the rotation function makes of a token; see rotate.sh."""
    return f"SecretString: rotated {token}"


# ---- labels --------------------------------------------------------------------------------------

def _attach_current(holders, version):
    if CURRENT in holders and holders[CURRENT] != version:
        holders[PREVIOUS] = holders[CURRENT]
    holders[CURRENT] = version


def _after_put(secret, version, stages, is_first):
    stages = stages or [CURRENT]
    before, holders = dict(secret.labels), dict(secret.labels)
    for label in stages:
        if label != CURRENT:
            holders[label] = version
    if is_first or CURRENT in stages:
        if before.get(PENDING) != version and PENDING not in stages:
            holders.pop(PENDING, None)
        _attach_current(holders, version)
    return secret.labelled(holders)


def _after_move(secret, label, move_to, remove_from):
    holders = dict(secret.labels)
    holder = holders.get(label)
    if move_to is None:
        if remove_from is None or holder != remove_from or label == CURRENT:
            raise Refused(BAD_PARAMETER)
        del holders[label]
    elif remove_from is not None and holder != remove_from:
        raise Refused(BAD_PARAMETER)
    elif remove_from is None and holder is not None and holder != move_to:
        raise Refused(BAD_PARAMETER)
    elif label == CURRENT:
        _attach_current(holders, move_to)
    else:
        holders[label] = move_to
    return secret.labelled(holders)


def _is_incomplete(secret):
    pending = secret.holder(PENDING)
    return pending is not None and pending != secret.holder(CURRENT)


# ---- changes -------------------------------------------------------------------------------------

def _present(secret):
    if secret is None:
        raise Refused(NOT_FOUND)
    return secret


def _active(secret):
    if _present(secret).is_deleted:
        raise Refused(BAD_REQUEST)
    return secret


def _create(secret, given):
    value, token = value_of(given), given["ClientRequestToken"]
    if secret is not None:
        if secret.is_deleted:
            raise Refused(BAD_REQUEST)
        if value is not None and secret.value(token) == value:
            return secret, {"ARN": secret.arn, "VersionId": token}
        raise Refused(EXISTS)
    made = Secret(description=given.get("Description", ""), tags=_tags(given.get("Tags", [])),
                  key=given.get("KmsKeyId"))
    if value is None:
        return made, {"ARN": None, "VersionId": None}
    made = _after_put(made.with_version(token, value), token, None, is_first=True)
    return made, {"ARN": None, "VersionId": token}


def _tags(pairs):
    return frozenset((tag["Key"], tag["Value"]) for tag in pairs)


def _after_new_value(secret, token):
    """A write from outside ends a rotation that is under way."""
    is_of_interest = token in (secret.holder(CURRENT), secret.holder(PENDING))
    if secret.job and secret.job[0] != token and is_of_interest:
        return dataclasses.replace(secret, job=None)
    return secret


def _with_value(secret, token, value, stages):
    """None when the token has been used for this very value."""
    if secret.value(token) == value:
        return None
    if secret.value(token) is not None:
        raise Refused(EXISTS)
    is_first = secret.holder(CURRENT) is None
    secret = _after_put(secret.with_version(token, value), token, stages, is_first)
    return _after_new_value(secret, token)


def _put(secret, given):
    token = given["ClientRequestToken"]
    changed = _with_value(_active(secret), token, value_of(given), given.get("VersionStages"))
    changed = changed or secret
    return changed, {"ARN": secret.arn, "VersionId": token, "labels": changed.labels_of(token)}


def _update(secret, given):
    changed, value, token = _active(secret), value_of(given), given.get("ClientRequestToken")
    if "Description" in given:
        changed = dataclasses.replace(changed, description=given["Description"])
    if "KmsKeyId" in given:
        changed = dataclasses.replace(changed, key=given["KmsKeyId"] or None)
    if value is None:
        return changed, {"ARN": secret.arn, "VersionId": None}
    if secret.has(token) and secret.value(token) is None:
        raise Refused(EXISTS)
    changed = _with_value(changed, token, value, None) or changed
    return changed, {"ARN": secret.arn, "VersionId": token}


def _move(secret, given):
    label = given["VersionStage"]
    move_to, remove_from = given.get("MoveToVersionId"), given.get("RemoveFromVersionId")
    _active(secret)
    for version in (move_to, remove_from):
        if version is not None and not secret.has(version):
            raise Refused(NOT_FOUND)
    if label == CURRENT and move_to is not None and secret.value(move_to) is None:
        raise Refused(NOT_FOUND)
    changed = _after_move(secret, label, move_to, remove_from)
    if changed.job and changed.job[0] not in (changed.holder(CURRENT), changed.holder(PENDING)):
        changed = dataclasses.replace(changed, job=None)
    return changed, {"ARN": secret.arn}


def _without_rotation(secret):
    off = None if secret.rotation is None else False
    return dataclasses.replace(secret, rotation=off, job=None)


def _delete(secret, given):
    if secret is not None and secret.replicas:
        raise Refused(BAD_PARAMETER)
    if given.get("ForceDeleteWithoutRecovery"):
        return None, {"ARN": secret.arn if secret else None}
    if _present(secret).is_deleted:
        raise Refused(BAD_REQUEST)
    changed = dataclasses.replace(_without_rotation(secret), is_deleted=True)
    return changed, {"ARN": secret.arn}


def _restore(secret, _):
    return dataclasses.replace(_present(secret), is_deleted=False), {"ARN": secret.arn}


def _tag(secret, given):
    tags = {**dict(_active(secret).tags), **dict(_tags(given["Tags"]))}
    return dataclasses.replace(secret, tags=frozenset(tags.items())), {}


def _untag(secret, given):
    kept = frozenset(tag for tag in _active(secret).tags if tag[0] not in given["TagKeys"])
    return dataclasses.replace(secret, tags=kept), {}


def _put_policy(secret, given):
    policy = policy_text(given["ResourcePolicy"])
    return dataclasses.replace(_active(secret), policy=policy), {"ARN": secret.arn}


def _delete_policy(secret, _):
    return dataclasses.replace(_active(secret), policy=None), {"ARN": secret.arn}


def _replicate(secret, given):
    asked = frozenset(replica["Region"] for replica in given["AddReplicaRegions"])
    changed = dataclasses.replace(_active(secret), replicas=secret.replicas | asked)
    return changed, {"ARN": secret.arn, "replicas": changed.replicas}


def _remove_replicas(secret, given):
    left = _active(secret).replicas - frozenset(given["RemoveReplicaRegions"])
    return dataclasses.replace(secret, replicas=left), {"ARN": secret.arn, "replicas": left}


def _rotate(secret, given):
    token = given["ClientRequestToken"]
    kind = ROTATE if given.get("RotateImmediately", True) else TEST
    reply = {"ARN": _active(secret).arn, "VersionId": token if kind == ROTATE else None}
    if "RotationLambdaARN" not in given and secret.rotation is None:
        raise Refused(BAD_REQUEST)
    if token in (secret.holder(PENDING), secret.holder(CURRENT), secret.last_job):
        return secret, reply
    if secret.has(token) or _is_incomplete(secret):
        raise Refused(BAD_REQUEST)
    secret = secret.with_version(token, None)
    secret = secret.labelled({**dict(secret.labels), PENDING: token})
    return dataclasses.replace(secret, rotation=True, job=(token, kind), last_job=token), reply


def _cancel(secret, _):
    if _active(secret).rotation is None:
        raise Refused(BAD_REQUEST)
    pending = secret.holder(PENDING) if _is_incomplete(secret) else None
    return _without_rotation(secret), {"ARN": secret.arn, "VersionId": pending}


# ---- reads ---------------------------------------------------------------------------------------

def _describe(secret, _):
    _present(secret)
    return secret, {"ARN": secret.arn, "labels": secret.labels, "Description": secret.description,
                    "tags": secret.tags, "KmsKeyId": secret.key, "is_deleted": secret.is_deleted,
                    "RotationEnabled": secret.rotation, "replicas": secret.replicas}


def _list_versions(secret, _):
    versions = frozenset(version for version, _ in _present(secret).versions)
    return secret, {"ARN": secret.arn, "labels": secret.labels, "versions": versions}


def _get(secret, given):
    version = given.get("VersionId") or _active(secret).holder(given.get("VersionStage", CURRENT))
    value = _active(secret).value(version)
    if value is None:
        raise Refused(NOT_FOUND)
    return secret, {"ARN": secret.arn, "VersionId": version, "value": value,
                    "labels": secret.labels_of(version)}


def _get_policy(secret, _):
    return secret, {"ARN": _active(secret).arn, "policy": secret.policy}


OPERATIONS = {
    "CreateSecret": _create, "PutSecretValue": _put, "UpdateSecret": _update,
    "UpdateSecretVersionStage": _move, "DeleteSecret": _delete, "RestoreSecret": _restore,
    "TagResource": _tag, "UntagResource": _untag, "PutResourcePolicy": _put_policy,
    "DeleteResourcePolicy": _delete_policy, "RotateSecret": _rotate, "CancelRotateSecret": _cancel,
    "DescribeSecret": _describe, "ListSecretVersionIds": _list_versions, "GetSecretValue": _get,
    "GetResourcePolicy": _get_policy, "ReplicateSecretToRegions": _replicate,
    "RemoveRegionsFromReplication": _remove_replicas,
}


# ---- the interface of a model --------------------------------------------------------------------

INITIAL = None


def apply(secret, call):
    """The next state and what the reply must say; throws Refused."""
    return OPERATIONS[call.operation](secret, call.arguments)


def learn(secret, call, facts):
    """What a reply tells that nobody could foresee; None when it contradicts what is known."""
    arn = facts.get("ARN")
    if secret is None or arn is None or secret.arn == arn:
        return secret
    return dataclasses.replace(secret, arn=arn) if secret.arn is None else None


def background(secret):
    """The states that a rotation under way may reach by its next step."""
    if secret is None or secret.job is None:
        return []
    token, kind = secret.job
    is_promoted = secret.holder(CURRENT) == token
    ended = dataclasses.replace(secret, job=None)
    if secret.holder(PENDING) != token and not is_promoted:
        return [ended]
    if kind == TEST:
        current = secret.value(secret.holder(CURRENT))
        if secret.value(token) is None and current is not None:
            return [_filled(secret, token, current)]
        kept = {label: holder for label, holder in ended.labels
                if (label, holder) != (PENDING, token)}
        return [ended.labelled(kept)]
    if is_promoted:
        return [ended]
    if secret.value(token) is None:
        return [_filled(secret, token, rotated_value(token))]
    return [_after_move(secret, CURRENT, token, secret.holder(CURRENT))]


def _filled(secret, token, value):
    return _with_value(secret, token, value, [PENDING])


def _in_sync(reply):
    """`coffer verify` says whether that is true."""
    return frozenset(entry["Region"] for entry in reply.get("ReplicationStatus", [])
                     if entry["Status"] == "InSync")


def facts_of(operation, reply):
    """What a reply says, as the functions above word it."""
    facts = {"ARN": reply.get("ARN"), "VersionId": reply.get("VersionId"),
             "replicas": _in_sync(reply)}
    if operation == "PutSecretValue":
        facts["labels"] = frozenset(reply["VersionStages"])
    elif operation == "DescribeSecret":
        stages = reply.get("VersionIdsToStages", {})
        facts |= {"labels": frozenset((label, version) for version, labels in stages.items()
                                      for label in labels),
                  "Description": reply.get("Description", ""), "tags": _tags(reply.get("Tags", [])),
                  "KmsKeyId": reply.get("KmsKeyId"), "is_deleted": "DeletedDate" in reply,
                  "RotationEnabled": reply.get("RotationEnabled")}
    elif operation == "ListSecretVersionIds":
        facts |= {"versions": frozenset(version["VersionId"] for version in reply["Versions"]),
                  "labels": frozenset((label, version["VersionId"]) for version in reply["Versions"]
                                      for label in version.get("VersionStages", []))}
    elif operation == "GetSecretValue":
        facts |= {"value": value_of(reply), "labels": frozenset(reply.get("VersionStages", []))}
    elif operation == "GetResourcePolicy":
        policy = reply.get("ResourcePolicy")
        facts["policy"] = policy and policy_text(policy)
    return facts
