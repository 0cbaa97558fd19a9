"""Checks the history of an object that one client at a time changes.

What the object may look like is a list of possible states. Most of the time it has one entry. A
call that was cut leaves two: with the call's effect and without; there is none for half of it. A
rotation under way adds the states that it may have reached. Each answer strikes out the states that
would have given another one, and when no state is left the server has done what it must not.
"""

import collections

from calls import Fate, Violation
from secret_model import Refused

# What is left of the history for a report.
KEPT = 400


class Tracker:
    def __init__(self, name, model):
        self.name = name
        self.model = model
        self.states = [model.INITIAL]
        self.history = collections.deque(maxlen=KEPT)

    def add(self, call):
        """Takes an ended call into account; throws Violation. Calls come in the order of their
        ends, one at a time."""
        self.history.append(call)
        possible = self.possible()
        self.states = distinct(after for state in possible for after in self._after(state, call))
        if not self.states:
            self.states = possible
            raise Violation(f"{self.name}: no possible state explains {call}; possible were "
                            f"{[self._expected(state, call) for state in possible]}", self.history)
        if call.fate is Fate.FAULT:
            raise Violation(f"{self.name}: a fault of the server: {call}", self.history)

    def possible(self):
        """All states that the object may be in by now."""
        states, fresh = list(self.states), list(self.states)
        while fresh:
            fresh = [state for state in distinct(after for state in fresh
                                                 for after in self.model.background(state))
                     if state not in states]
            states += fresh
        return states

    def belief(self):
        """One of the possible states."""
        return self.states[0]

    def _after(self, state, call):
        try:
            after, expected = self.model.apply(state, call)
        except Refused as refusal:
            # A cut call that would have been refused has changed nothing either.
            is_so = call.fate in (Fate.CUT, Fate.FAULT) or call.code == refusal.code
            return [state] if is_so and call.fate is not Fate.ACKNOWLEDGED else []
        if call.fate in (Fate.CUT, Fate.FAULT):
            return [state, after]
        if call.fate is Fate.REFUSED:
            return []
        facts = self.model.facts_of(call.operation, call.reply)
        if any(expected[name] != facts.get(name) for name in expected
               if expected[name] is not None or name != "ARN"):
            return []
        learnt = self.model.learn(after, call, facts)
        return [] if learnt is None and after is not None else [learnt]

    def _expected(self, state, call):
        try:
            after, expected = self.model.apply(state, call)
        except Refused as refusal:
            return f"{refusal.code} by {state}"
        return f"{expected} by {after}"


def distinct(states):
    return list(dict.fromkeys(states))


def check(name, model, history):
    """The first violation in a history, as text; None when it has none."""
    tracker = Tracker(name, model)
    try:
        for call in history:
            tracker.add(call)
    except Violation as violation:
        return str(violation)
    return None
