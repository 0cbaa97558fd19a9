"""Checks a secret that several clients change at once.

Nobody knows in which order the server took calls that overlap, so each part of the secret is looked
at by itself, as a register: what it holds at the end must have been written by a call that no
acknowledged call is known to have followed. Calls may not vanish, and nothing may be there that
nobody wrote.
"""

import dataclasses

from calls import Fate, value_of
from secret_model import CURRENT, PREVIOUS, policy_text

FOREVER = float("inf")


@dataclasses.dataclass(frozen=True)
class Seen:
    """What reads found when nothing was going on."""

    exists: bool = False
    arn: str | None = None
    labels: frozenset = frozenset()     # (label, version id)
    values: tuple = ()                  # (version id, value), of all versions
    description: str = ""
    tags: frozenset = frozenset()
    policy: str | None = None

    def registers(self):
        """All that a secret is made of, by name."""
        if not self.exists:
            return {"existence": None}
        return {"existence": self.arn, "description": self.description, "policy": self.policy,
                **{f"label {label}": version for label, version in self.labels},
                **{f"tag {key}": value for key, value in self.tags},
                **{f"version {version}": value for version, value in self.values}}


@dataclasses.dataclass(frozen=True)
class Write:
    register: str
    value: object
    begin: float
    end: float           # FOREVER while nobody knows that it has happened.
    is_certain: bool     # Acknowledged.
    why: object = None


# The value of a register of a secret that is gone, or that nothing was written to.
BLANK = {"description": ""}
# ARNs are drawn by the server: a call that was cut may have made any.
ANY = object()


def _created(given, reply):
    yield "existence", reply.get("ARN", ANY)
    yield "description", given.get("Description", "")
    for tag in given.get("Tags", []):
        yield f"tag {tag['Key']}", tag["Value"]
    yield from _put({**given, "VersionStages": None}, reply)


def _put(given, _):
    token, value = given.get("ClientRequestToken"), value_of(given)
    if value is not None:
        yield f"version {token}", value
        for label in given.get("VersionStages") or [CURRENT]:
            yield f"label {label}", token


def _updated(given, reply):
    if "Description" in given:
        yield "description", given["Description"]
    yield from _put(given, reply)


EFFECTS = {
    "CreateSecret": _created,
    "PutSecretValue": _put,
    "UpdateSecret": _updated,
    "UpdateSecretVersionStage":
        lambda given, _: [(f"label {given['VersionStage']}", given.get("MoveToVersionId"))],
    "DeleteSecret": None,            # By force alone: it is looked at as a removal.
    "TagResource": lambda given, _: [(f"tag {tag['Key']}", tag["Value"]) for tag in given["Tags"]],
    "UntagResource": lambda given, _: [(f"tag {key}", None) for key in given["TagKeys"]],
    "PutResourcePolicy":
        lambda given, _: [("policy", policy_text(given["ResourcePolicy"]))],
    "DeleteResourcePolicy": lambda given, _: [("policy", None)],
}


def is_removal(call):
    return (call.operation == "DeleteSecret"
            and bool(call.arguments.get("ForceDeleteWithoutRecovery")))


def check(before, calls, after):
    """What is wrong with `after`, when the secret was as `before` and these calls were made."""
    effective = _once(before, [call for call in calls if call.fate is not Fate.REFUSED
                               and call.operation in EFFECTS])
    removals = [call for call in effective if is_removal(call)]
    writes = _writes(before, [call for call in effective if not is_removal(call)])
    problems = _forms(after)
    problems += [text for register, value in _final(after, writes).items()
                 for text in _register(register, value, writes.get(register, []), removals)]
    if not problems:
        problems += _previous(after, writes.get(f"label {CURRENT}", []), removals)
    return problems


def _once(before, calls):
    """Calls with one token have one effect: at the earliest when the first of them began, and at
    the latest when one was acknowledged. It may have been before all these calls."""
    kept, by_token = [], {}
    old = set() if any(is_removal(call) for call in calls) else set(dict(before.values))
    for call in calls:
        token = call.arguments.get("ClientRequestToken")
        if token in old:
            continue
        known = by_token.get(token) if token else None
        if known is None:
            call = by_token[token] = dataclasses.replace(call)
            kept.append(call)
        elif call.fate is Fate.ACKNOWLEDGED and _end(call) < _end(known):
            known.fate, known.end, known.reply = call.fate, call.end, call.reply
    return kept


def _writes(before, calls):
    writes = {}
    previous = dict(before.labels).get(PREVIOUS)
    if previous:
        earlier = Write(f"label {CURRENT}", previous, -4, -3, True, "what was there before")
        writes[earlier.register] = [earlier]
    for register, value in before.registers().items():
        write = Write(register, value, -2, -1, True, "what was there before")
        writes.setdefault(register, []).append(write)
    for call in calls:
        is_certain = call.fate is Fate.ACKNOWLEDGED
        end = call.end if is_certain else FOREVER
        for register, value in EFFECTS[call.operation](call.arguments, call.reply or {}):
            write = Write(register, value, call.begin, end, is_certain, call)
            writes.setdefault(register, []).append(write)
    return writes


def _final(after, writes):
    """All registers that were ever written, or hold something now."""
    held = after.registers()
    names = [*dict.fromkeys([*writes, *held])]
    return {name: held.get(name, BLANK.get(name) if after.exists else None) for name in names}


def _register(register, value, writes, removals):
    """Labels that calls take away as a side effect are looked at by _previous."""
    if register == f"label {PREVIOUS}":
        return []
    if value is None or value == BLANK.get(register):
        if _may_be_blank(register, writes, removals):
            return []
        last = [write for write in writes if write.is_certain][-1]
        return [f"{register} is lost, which was {last.value!r}: {last.why}"]
    matching = [write for write in writes if write.value is ANY or write.value == value]
    if not matching:
        return [f"{register} is {value!r}, which nobody wrote"]
    if any(not _is_followed(write, writes, removals) for write in matching):
        return []
    return [f"{register} is {value!r}, which was written over: {matching[-1].why}"]


def _may_be_blank(register, writes, removals):
    blank = BLANK.get(register)
    writers = [write for write in writes if write.value is not None and write.value != blank]
    wipers = [write for write in writes if write.value is None or write.value == blank]
    def is_wiped(write):
        return (any(wipe.end > write.begin for wipe in wipers)
                or any(_end(removal) > write.begin for removal in removals))
    return all(is_wiped(write) for write in writers if write.is_certain)


def _is_followed(write, writes, removals):
    """Whether an acknowledged call is known to have taken its place."""
    if any(removal.fate is Fate.ACKNOWLEDGED and removal.begin > write.end for removal in removals):
        return True
    if write.register.startswith("version "):
        return False  # Versions do not change.
    return any(other.is_certain and other.begin > write.end and other.value != write.value
               for other in writes)


def _end(call):
    return call.end if call.fate is Fate.ACKNOWLEDGED else FOREVER


def _forms(after):
    """What must be true of every secret at every moment."""
    if not after.exists:
        return []
    labels = [label for label, _ in after.labels]
    values = dict(after.values)
    problems = [f"{label} is on {labels.count(label)} versions" for label in sorted(set(labels))
                if labels.count(label) > 1]
    problems += [f"{label} is on version {version}, which is not there"
                 for label, version in sorted(after.labels) if version not in values]
    problems += [f"version {version} has no value" for version, value in after.values
                 if value is None]
    if len(values) != len(after.values):
        problems.append("a version is listed twice")
    if values and CURRENT not in labels:
        problems.append("no version is AWSCURRENT")
    holders = dict(after.labels)
    if PREVIOUS in holders and holders[PREVIOUS] == holders.get(CURRENT):
        problems.append("AWSPREVIOUS is on the current version")
    return problems


def _previous(after, writes, removals):
    """AWSPREVIOUS is on the version that was current before: at most one change came since."""
    holders = dict(after.labels)
    current, previous = holders.get(CURRENT), holders.get(PREVIOUS)
    if not after.exists or current is None:
        return []
    if previous is None:
        return _lost_previous(current, writes, removals)
    for write in (write for write in writes if write.value == previous):
        later = {other.value for other in writes if other.is_certain and other.begin > write.end}
        is_removed = any(removal.fate is Fate.ACKNOWLEDGED and removal.begin > write.end
                         for removal in removals)
        if len(later - {previous}) <= 1 and not is_removed:
            return []
    return [f"AWSPREVIOUS is on {previous}, which was not current before {current}"]


def _lost_previous(current, writes, removals):
    """Once two versions have been current, one of them is the previous one."""
    others = [write for write in writes if write.value != current and write.is_certain
              and not any(_end(removal) > write.begin for removal in removals)]
    return [f"AWSPREVIOUS is lost: {others[-1].why}"] if others else []
