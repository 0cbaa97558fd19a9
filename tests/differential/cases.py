"""Random cases for policy evaluators, in the format of tests/data/policy/decisions.json.

A case is built towards a decision: layers that allow, then perhaps a Deny or one fault. Most of its
conditions thus decide, where random policies would be denied for want of an Allow. Whether the aim
was met is not claimed: that is what the evaluators say.
"""

import collections
import random

import world
from conditions import ConditionMaker, Deck
from differences import DIFFERENCES
from families import RARELY
from parts import as_list

# Of so many cases, one may be about a difference that is known: enough to show it, too few to hide
# another.
CASES_FOR_A_DIFFERENCE = 500
AIMS = {"allow": 42, "explicit": 31, "implicit": 27}
VERSIONS = ["2012-10-17"] * 9 + ["2008-10-17", None]


class CaseMaker:
    """Makes one case."""

    def __init__(self, rng, deck):
        self._rng = rng
        self._caller = self._pick(world.CALLERS)
        self._operation = rng.choice([*world.ACTIONS] * 3 + world.ACCOUNT_ACTIONS)
        is_about_account = self._operation in world.ACCOUNT_ACTIONS
        self._resource = "*" if is_about_account else rng.choice(world.SECRETS)
        owner = (self._caller.account or world.OWNER) if is_about_account else world.OWNER
        self._case = {"principal": self._caller.arn, "action": f"secretsmanager:{self._operation}",
                      "resource": self._resource, "resourceAccount": owner}
        if self._caller.kind == "session":
            self._case["roleArn"] = self._caller.parent
        self._conditions = ConditionMaker(rng, deck, self._context())
        self._layers = {"identity": []}

    def make(self):
        aim = self._pick(AIMS)
        self._grant(faulty=aim == "implicit")
        if aim == "explicit":
            self._deny()
        for layer in self._layers:
            if self._rng.random() < 0.5:
                self._add_bystander(layer)
        if self._rng.random() < 0.08:
            self._disturb()
        return self._finish(aim)

    def _pick(self, weights):
        return self._rng.choices(list(weights), list(weights.values()))[0]

    def _context(self):
        context = {"aws:SecureTransport": "true", "aws:RequestedRegion": "us-east-1",
                   "aws:CurrentTime": "2026-01-15T12:00:00Z", "aws:SourceIp": "203.0.113.10",
                   "aws:ViaAWSService": "false", "aws:UserAgent": "aws-cli/2",
                   "aws:ResourceAccount": self._case["resourceAccount"]}
        own = world.ACTIONS.get(self._operation, {})
        return context | self._caller.context() | {
            key: value for key, value in own.items() if self._rng.random() < 0.5}

    # What must allow, so that the request is allowed. One thing of it is wrong, if faulty.
    def _grant(self, faulty):
        needed = self._needed_layers()
        if self._rng.random() < 0.25:
            needed.setdefault("boundary", None)
        has_session = self._caller.kind in ("session", "federated")
        # A federated user mostly has one: without, he may do nothing.
        often = 0.95 if self._caller.kind == "federated" else 0.35
        if has_session and self._rng.random() < often:
            needed.setdefault("session", None)
        if self._caller.kind == "service":
            needed = {layer: needed[layer] for layer in needed if layer == "resource"}
        fault = self._rng.choice(list(needed)) if faulty else None
        for layer, grade in needed.items():
            self._layers.setdefault(layer, []).append(
                self._statement("Allow", layer, grade, faulty=layer == fault))

    # Each layer with how a resource policy names the caller.
    def _needed_layers(self):
        grades = self._caller.grades()
        if self._caller.kind == "service":
            return {"resource": self._rng.choice(grades)}
        if self._caller.account != self._case["resourceAccount"]:
            return {"identity": None, "resource": self._rng.choice(grades)}
        grade = self._rng.choice([None, None, *grades])
        if self._resource == "*" or grade is None:
            return {"identity": None}
        if grade == "account" or self._rng.random() < 0.2:
            return {"identity": None, "resource": grade}
        return {"resource": grade}

    def _deny(self):
        layers = [*self._layers, self._rng.choice(["identity", "resource", "boundary"])]
        layer = self._rng.choice(layers)
        if self._caller.kind == "service" or (layer == "resource" and self._resource == "*"):
            layer = "resource" if self._caller.kind == "service" else "identity"
        grade = self._rng.choice(self._caller.grades()) if layer == "resource" else None
        self._layers.setdefault(layer, []).append(self._statement("Deny", layer, grade))

    # A statement that is not needed: mostly a Deny that one false condition keeps from applying.
    def _add_bystander(self, layer):
        effect = "Deny" if self._rng.random() < 0.75 else "Allow"
        grade = self._rng.choice(self._caller.grades()) if layer == "resource" else None
        self._layers[layer].append(self._statement(effect, layer, grade, faulty=True))

    def _statement(self, effect, layer, grade, faulty=False):
        faults = ["condition"] * 6 + ["action", "resource"] + ["principal"] * (layer == "resource")
        fault = self._rng.choice(faults) if faulty else None
        count = self._rng.choice([0, 1, 2, 3, 3, 4]) if fault != "condition" else self._rng.randint(1, 4)
        statement = {"Effect": effect}
        if layer == "resource":
            statement |= self._principal(effect, grade, fault != "principal")
        statement |= self._scope("Action", world.actions_for, self._operation, fault != "action")
        statement |= self._scope("Resource", world.resources_for, self._resource, fault != "resource")
        if count:
            statement["Condition"] = self._conditions.make(count, holds=fault != "condition")
        return statement

    def _scope(self, element, texts_for, name, fits):
        if self._rng.random() < 0.12:
            return {f"Not{element}": texts_for(self._rng, name, not fits)}
        texts = texts_for(self._rng, name, fits)
        if element == "Resource" and self._rng.random() < 0.1:
            texts = [self._conditions.with_variable(text) if ":secret:" in text else text
                     for text in texts]
        if self._rng.random() < 0.15:
            texts += texts_for(self._rng, name, False)
        return {element: texts if len(texts) > 1 or self._rng.random() < 0.3 else texts[0]}

    def _principal(self, effect, grade, fits):
        if effect == "Deny" and self._rng.random() < 0.2:
            return {"NotPrincipal": self._not_principal(not fits)}
        if not fits:
            return {"Principal": self._rng.choice(world.OTHERS)}
        entry = self._rng.choice(self._caller.entries(grade))
        if entry != "*" and self._rng.random() < 0.15:
            other = self._rng.choice(world.OTHERS)
            entry = {kind: [*as_list(other.get(kind, [])), *as_list(entry.get(kind, []))]
                     for kind in entry | other}
        return {"Principal": entry}

    # A caller is spared when everything that he is is listed.
    def _not_principal(self, is_spared):
        caller = self._caller
        if caller.kind == "service" or (not is_spared and self._rng.random() < 0.5):
            return self._rng.choice(world.OTHERS)
        names = [name for name in (f"arn:aws:iam::{caller.account}:root", caller.arn, caller.parent)
                 if name]
        if not is_spared:
            names.remove(self._rng.choice(names))
        return {"AWS": names}

    # Something that nobody aimed for.
    def _disturb(self):
        context = self._conditions.context
        if self._rng.random() < 0.5:
            context.pop(self._rng.choice(sorted(context)))
            return
        layer = self._rng.choice(list(self._layers))
        for statement in self._layers[layer]:
            statement["Effect"] = "Allow" if statement["Effect"] == "Deny" else "Deny"
            if statement["Effect"] == "Allow" and "NotPrincipal" in statement:
                statement["Principal"] = statement.pop("NotPrincipal")

    def _finish(self, aim):
        case = self._case | {"title": f"aims at {aim}", "context": self._conditions.context}
        identity = self._layers.pop("identity")
        cut = self._rng.randint(0, len(identity)) if self._rng.random() < 0.3 else len(identity)
        case["identity"] = [self._document(part) for part in (identity[:cut], identity[cut:]) if part]
        for layer, statements in self._layers.items():
            case["resourcePolicy" if layer == "resource" else layer] = self._document(statements)
        return case

    def _document(self, statements):
        self._rng.shuffle(statements)
        one = statements[0] if len(statements) == 1 and self._rng.random() < 0.2 else statements
        version = self._rng.choice(VERSIONS)
        # Variables came with the newer version.
        if "${" in str(statements) and self._rng.random() > RARELY:
            version = VERSIONS[0]
        return {"Version": version, "Statement": one} if version else {"Statement": one}


def make_cases(seed, count):
    rng = random.Random(seed)
    deck = Deck(rng)
    about = collections.Counter()
    made = 0
    while made < count:
        case = CaseMaker(rng, deck).make()
        known = [one.name for one in DIFFERENCES if one.applies(case)]
        if any(about[name] * CASES_FOR_A_DIFFERENCE > made for name in known):
            continue
        about.update(known)
        made += 1
        yield {"id": f"{seed}-{made:06d}", **case}
