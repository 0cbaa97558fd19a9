"""The parts of a case: its documents, statements and conditions, each with its path in the case."""

import copy
import dataclasses

LAYERS = ("boundary", "session", "resourcePolicy")
NEWER_VERSION = "2012-10-17"


def as_list(value):
    return value if isinstance(value, list) else [value]


def at(case, path):
    for step in path:
        case = case[step]
    return case


def without(case, path):
    """A copy that lacks what is at the path."""
    smaller = copy.deepcopy(case)
    del at(smaller, path[:-1])[path[-1]]
    return smaller


def document_paths(case):
    yield from (("identity", i) for i in range(len(case["identity"])))
    yield from ((layer,) for layer in LAYERS if layer in case)


def statement_paths(case):
    for path in document_paths(case):
        inside = at(case, path)["Statement"]
        if isinstance(inside, list):
            yield from ((*path, "Statement", i) for i in range(len(inside)))
        else:
            yield (*path, "Statement")


def statements(case):
    return [at(case, path) for path in statement_paths(case)]


@dataclasses.dataclass(frozen=True)
class Condition:
    """One key under one operator."""

    statement: tuple  # Path.
    operator: str
    key: str  # As the policy has it.
    values: list
    given: list | None  # What the request has; None when it lacks the key.
    takes_variables: bool  # By the document's version.

    @property
    def is_negated(self):
        return "not" in self.operator.lower()

    def is_of(self, *kinds):
        """Whether the operator's name has one of the kinds, such as `Date`, in it."""
        return any(kind.lower() in self.operator.lower() for kind in kinds)


def conditions(case):
    held = {key.lower(): as_list(value) for key, value in case["context"].items()}
    for path in statement_paths(case):
        document = at(case, path[:2] if path[0] == "identity" else path[:1])
        for operator, keys in at(case, path).get("Condition", {}).items():
            for key, values in keys.items():
                yield Condition(path, operator, key, as_list(values), held.get(key.lower()),
                                document.get("Version") == NEWER_VERSION)
