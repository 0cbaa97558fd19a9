"""Which conditions decide a case: with the one condition true, the decision is another than with it
false."""

import collections
import copy
import json

from conditions import NAMES
from parts import at, conditions

# False in every request.
NEVER = {"StringEquals": {"coffer:NeverThere": "x"}}


def with_true(case, asked):
    """The case as if these of its conditions were true."""
    changed = copy.deepcopy(case)
    for condition in asked:
        del at(changed, condition.statement)["Condition"][condition.operator][condition.key]
    return changed


def with_false(case, asked):
    """The case as if these of its conditions were false."""
    changed = copy.deepcopy(case)
    for condition in asked:
        at(changed, condition.statement)["Condition"] = NEVER
    return changed


def form_of(condition):
    """As conditions.Operator.form."""
    has_variable = condition.takes_variables and "${" in json.dumps(condition.values)
    name = NAMES[condition.operator.lower()]
    return f"{name} ${{}}" if has_variable else name


def count_decisive(cases, decisions, decide):
    """Counter of (form, whether the condition held). `decide` maps cases to their decisions."""
    asked = [(case, decision, condition)
             for case, decision in zip(cases, decisions, strict=True) for condition in conditions(case)]
    decided = iter(decide(change(case, [condition]) for case, _, condition in asked
                          for change in (with_true, with_false)))
    counts = collections.Counter()
    for _, decision, condition in asked:
        if_true, if_false = next(decided), next(decided)
        if if_true != if_false:
            counts[form_of(condition), decision == if_true] += 1
    return counts
