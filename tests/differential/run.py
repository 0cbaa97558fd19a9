"""Decides random cases with Coffer and with @cloud-copilot/iam-simulate and compares:
./dev differential. docs/development.md says more."""

import argparse
import collections
import json
import pathlib
import sys
import time

from cases import make_cases
from conditions import all_operators
from deciders import Deciders, install_simulator, node_is_missing, outcome
from decisive import count_decisive, with_false, with_true
from differences import DIFFERENCES
from shrink import shrink

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DECISIONS = REPOSITORY / "tests/data/policy/decisions.json"
SHOWN = 10  # Disagreements that are not understood.
# What so many cases must have, so that an agreement means something.
FULL_SIZE = 20_000
LEAST_SHARE = 0.25
LEAST_DECISIVE = 200


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=int, nargs="?", default=FULL_SIZE)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", type=pathlib.Path, help="Coffer's decide_policies",
                        default=REPOSITORY / "build/release/tests/differential/decide_policies")
    parser.add_argument("--folder", type=pathlib.Path, help="where the simulator is installed",
                        default=REPOSITORY / "build/differential")
    return parser.parse_args()


class Comparison:
    """Sorts disagreements into understood ones and others."""

    def __init__(self, deciders):
        self._deciders = deciders
        self.understood = collections.Counter()  # Name of a difference -> cases.
        self.unexplained = []  # (case, our decision, their decision)

    def add(self, cases, ours, theirs):
        remaining = []
        for case, our, their in zip(cases, ours, theirs, strict=True):
            if outcome(our) == outcome(their) != "Error":
                continue
            difference = self._about_case(case, is_error=outcome(their) == "Error")
            if difference is None or outcome(our) == "Error":
                remaining.append((case, our, their))
            else:
                self.understood[difference.name] += 1
        self._add_by_condition(remaining)

    @staticmethod
    def _about_case(case, is_error):
        return next((one for one in DIFFERENCES
                     if one.about_case and one.is_error == is_error and one.applies(case)), None)

    # Understood are those that are agreed about once the conditions in question are decided.
    def _add_by_condition(self, disagreements):
        differences, decided = [], []
        for case, _, _ in disagreements:
            found = [one for one in DIFFERENCES if one.conditions_in(case)]
            about = {(condition.statement, condition.operator, condition.key): condition
                     for one in found for condition in one.conditions_in(case)}.values()
            differences.append(found)
            decided += [with_true(case, about), with_false(case, about)]
        remain = iter(self._deciders.disagree(decided))
        for disagreement, found in zip(disagreements, differences, strict=True):
            still_disagree = [next(remain), next(remain)]
            is_error = "Error" in map(outcome, disagreement[1:])
            if found and not is_error and not any(still_disagree):
                self.understood[found[0].name] += 1
            else:
                self.unexplained.append(disagreement)


def print_shares(ours):
    counts = collections.Counter(map(outcome, ours))
    print("decisions: " + ", ".join(f"{name} {count} ({count / len(ours):.0%})"
                                    for name, count in counts.most_common()))
    return [f"fewer than {LEAST_SHARE:.0%} are {name}" for name in ("Allow", "Explicit")
            if counts[name] < LEAST_SHARE * len(ours)]


def print_decisive(counts):
    """One row for each comparison, one column for each form."""
    columns = ["", "IfExists", "ForAllValues:", "ForAllValues:IfExists", "ForAnyValue:",
               "ForAnyValue:IfExists", "${}"]
    rows = collections.defaultdict(dict)
    for one in all_operators():
        column = "${}" if one.has_variable else one.qualifier + "IfExists" * one.if_exists
        rows[one.comparison][column] = counts[one.form, True], counts[one.form, False]
    print("\nhow many cases each condition decided, being true/being false (..: with IfExists):")
    print(" " * 28 + "".join(f"{title:>13}" for title in
                             ["", "..", "ForAllValues", "..", "ForAnyValue", "..", "${}"]))
    for comparison, cells in rows.items():
        print(f"  {comparison:26}" + "".join(
            f"{'/'.join(map(str, cells[column])) if column in cells else '':>13}" for column in columns))
    return [f"{one.form} decided fewer than {LEAST_DECISIVE} cases" for one in all_operators()
            if counts[one.form, True] + counts[one.form, False] < LEAST_DECISIVE]


def print_understood(comparison):
    print("\nunderstood differences:")
    for one in DIFFERENCES:
        print(f"  {comparison.understood[one.name]:4}  {one.name}: the simulator {one.simulator}\n"
              f"        {one.page}")
    return [f"the difference {one.name!r} did not show itself" for one in DIFFERENCES
            if not comparison.understood[one.name]]


def print_unexplained(comparison, deciders):
    if not comparison.unexplained:
        return []
    print("\nnot understood (Coffer | simulator, and a smallest case):")
    shown = comparison.unexplained[:SHOWN]
    def remains(cases):
        again = Comparison(deciders)
        again.add(cases, deciders.coffer(cases), deciders.simulator(cases))
        left = {id(case) for case, _, _ in again.unexplained}
        return [id(case) in left for case in cases]

    smallest = shrink([case for case, _, _ in shown], remains)
    for (case, our, their), small in zip(shown, smallest, strict=True):
        print(f"  {case['id']}: {our} | {their}\n    {json.dumps(small)}")
    return [f"{len(comparison.unexplained)} disagreements are not understood"]


def main():
    arguments = parse_arguments()
    if reason := node_is_missing():
        print(f"skipped: the differential test {reason}", file=sys.stderr)
        return 0
    install_simulator(arguments.folder)
    deciders = Deciders(arguments.program.resolve(strict=True), arguments.folder.resolve())

    cases = [*make_cases(arguments.seed, arguments.cases), *json.loads(DECISIONS.read_text())]
    ours = deciders.coffer(cases)
    begin = time.monotonic()
    theirs = deciders.simulator(cases)
    speed = len(cases) / (time.monotonic() - begin)
    print(f"{arguments.cases} cases of seed {arguments.seed} and the {len(cases) - arguments.cases} "
          f"of {DECISIONS.name}; the simulator decided {speed:.0f} a second")
    comparison = Comparison(deciders)
    comparison.add(cases, ours, theirs)

    weaknesses = print_shares(ours)
    weaknesses += print_decisive(
        count_decisive(cases, ours, lambda changed: deciders.coffer(changed, "changed")))
    weaknesses += print_understood(comparison)
    faults = print_unexplained(comparison, deciders)
    if arguments.cases >= FULL_SIZE:
        faults += weaknesses
    understood = sum(comparison.understood.values())
    print(f"\n{len(cases) - understood - len(comparison.unexplained)} agreed, {understood} differences "
          f"understood, {len(comparison.unexplained)} not")
    for fault in faults:
        print(f"differential test: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
