"""Makes the cases that two evaluators disagree about small."""

from parts import LAYERS, at, conditions, document_paths, without

ROUNDS = 60


def _removable(case):
    """Paths of all that can be left out, the larger things first."""
    yield from ((layer,) for layer in LAYERS if layer in case)
    documents = list(document_paths(case))
    yield from (path for path in documents if path[0] == "identity")
    for path in documents:
        inside = at(case, path)["Statement"]
        if isinstance(inside, list) and len(inside) > 1:
            yield from ((*path, "Statement", i) for i in range(len(inside)))
    for condition in conditions(case):
        element = (*condition.statement, "Condition")
        operator = (*element, condition.operator)
        keys = at(case, operator)
        if len(at(case, element)) == 1 and len(keys) == 1:
            yield element
        yield operator if len(keys) == 1 else (*operator, condition.key)
        if len(condition.values) > 1:
            yield from ((*operator, condition.key, i) for i in range(len(condition.values)))
    yield from (("context", key) for key in case["context"])


def shrink(cases, remains):
    """`remains` maps cases to whether each is still not understood. It is asked for all at once: a
    program starts once a round."""
    for _ in range(ROUNDS):
        asked = [(i, without(case, path)) for i, case in enumerate(cases) for path in _removable(case)]
        smaller = {}
        for (i, candidate), does in zip(asked, remains([case for _, case in asked]), strict=True):
            if does:
                smaller.setdefault(i, candidate)
        if not smaller:
            break
        cases = [smaller.get(i, case) for i, case in enumerate(cases)]
    return cases
