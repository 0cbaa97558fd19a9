"""Conditions of generated cases: an operator, a key and values, made so that they hold or do not."""

import dataclasses
import re

from families import FAMILIES, RARELY, WORDS

NEGATIONS = {"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
             "StringNotLike": "StringLike", "NumericNotEquals": "NumericEquals",
             "DateNotEquals": "DateEquals", "NotIpAddress": "IpAddress", "ArnNotEquals": "ArnEquals",
             "ArnNotLike": "ArnLike"}
COMPARISONS = sorted([*FAMILIES, *NEGATIONS])
QUALIFIERS = ["", "ForAllValues:", "ForAnyValue:"]

# Keys of every request that are of a type; a tag can have any text.
TYPED_KEYS = {
    "Text": ["aws:RequestedRegion", "aws:UserAgent", "aws:userid", "aws:username", "aws:PrincipalType",
             "aws:PrincipalAccount", "aws:ResourceAccount", "aws:Referer", "aws:SourceVpce",
             "aws:PrincipalOrgID", "aws:SourceIdentity"],
    "Number": ["aws:MultiFactorAuthAge"],
    "Date": ["aws:CurrentTime", "aws:TokenIssueTime"],
    "Boolean": ["aws:SecureTransport", "aws:ViaAWSService", "aws:MultiFactorAuthPresent",
                "aws:PrincipalIsAWSService"],
    "Address": ["aws:SourceIp", "aws:VpcSourceIp"],
    "Arn": ["aws:PrincipalArn", "aws:SourceArn"],
    "Binary": [],
}
TYPED_KEYS["TextIgnoringCase"] = TYPED_KEYS["TextPattern"] = TYPED_KEYS["Text"]
# Keys that have a list.
LIST_KEYS = ["aws:TagKeys", "aws:CalledVia", "aws:PrincipalOrgPaths", "aws:ResourceOrgPaths",
             "aws:PrincipalServiceNamesList"]
TAGS = ["aws:PrincipalTag/", "aws:ResourceTag/", "aws:RequestTag/"]
# Who the caller is must not be changed for a condition's sake.
FIXED_KEYS = {"aws:PrincipalArn", "aws:PrincipalAccount", "aws:ResourceAccount", "aws:username",
              "aws:userid", "aws:PrincipalType"}


@dataclasses.dataclass(frozen=True)
class Operator:
    """`ForAllValues:StringNotLikeIfExists` in its parts."""

    qualifier: str
    comparison: str
    if_exists: bool = False
    has_variable: bool = False

    @property
    def name(self):
        return self.qualifier + self.comparison + "IfExists" * self.if_exists

    @property
    def form(self):
        """The name, with a mark when a policy variable is in its values."""
        return f"{self.name} ${{}}" if self.has_variable else self.name

    @property
    def is_negated(self):
        return self.comparison in NEGATIONS

    @property
    def family(self):
        return FAMILIES[NEGATIONS.get(self.comparison, self.comparison)]

    def holds_when_absent(self):
        if self.qualifier == "ForAllValues:" or self.if_exists:
            return True
        return self.qualifier == "" and self.is_negated


NULL = Operator("", "Null")


def all_operators():
    """Every operator in every form, the text operators also with a policy variable."""
    plain = [Operator(qualifier, comparison, if_exists) for comparison in COMPARISONS
             for qualifier in QUALIFIERS for if_exists in (False, True)]
    with_variable = [dataclasses.replace(one, has_variable=True) for one in plain
                     if one.family.takes_variables and one.qualifier == "" and not one.if_exists]
    return [*plain, *with_variable, NULL]


NAMES = {one.name.lower(): one.name for one in all_operators()}


class Deck:
    """Deals operators so that each comes equally often, and those with variables twice so often:
    not every value can have one."""

    def __init__(self, rng):
        self._rng = rng
        self._cards = []

    def deal(self):
        if not self._cards:
            self._cards = all_operators()
            self._cards += [one for one in self._cards if one.has_variable]
            self._rng.shuffle(self._cards)
        return self._cards.pop()


class ConditionMaker:
    """Makes the conditions of one case, and its context with them."""

    def __init__(self, rng, deck, context):
        self._rng = rng
        self._deck = deck
        self.context = context
        self._tags = 0
        self._lists = {}  # Key -> the family of its texts.

    def make(self, count, holds=True):
        """A Condition element of so many conditions. All hold, or all but one."""
        element = {}
        failing = None if holds else self._rng.randrange(count)
        for i in range(count):
            one = self._deck.deal()
            key, values = self._make_one(one, i != failing)
            name = one.name
            if self._rng.random() < RARELY:
                name = self._rng.choice([name.lower(), name.upper()])
            element.setdefault(name, {}).setdefault(key, values)
        return element

    def _make_one(self, one, holds):
        if one is NULL:
            return self._make_null(holds)
        key, is_absent = self._pick_key(one, holds)
        if is_absent:
            return key, self._noise(one, 1)
        has_list = key in LIST_KEYS
        if key not in self.context:
            given = [one.family.given(self._rng) for _ in range(self._rng.choice([1, 1, 2, 3]))]
            self.context[key] = given if has_list else given[0]
            if has_list and self._rng.random() < RARELY:
                self.context[key] = []
        given = (self.context[key] or WORDS[:1]) if has_list else [self.context[key]]
        values = self._values(one, given, holds)
        if one.has_variable or (one.family.takes_variables and self._rng.random() < 0.05):
            values[0] = self.with_variable(values[0])
        values = [self._as_scalar(value) for value in values]
        return self._letter_case(key), values[0] if len(values) == 1 else values

    def _make_null(self, holds):
        is_absent = self._rng.random() < 0.5
        free = [key for key in LIST_KEYS if key not in self.context]
        if free and is_absent and self._rng.random() < 0.1:
            self.context[free[0]] = []
            return free[0], "true" if holds else "false"
        key = self._fresh_tag() if is_absent else self._rng.choice(sorted(self.context))
        return key, "true" if is_absent == holds else "false"

    # A key, and whether the request lacks it. One key can be in several conditions, unless a tag.
    def _pick_key(self, one, holds):
        is_disputed = one.qualifier == "ForAnyValue:" and one.if_exists
        often = RARELY if is_disputed else 0.2
        if holds == one.holds_when_absent() and self._rng.random() < often:
            return self._fresh_tag(), True
        # Without a qualifier, a key with a list fits nothing.
        if self._rng.random() < (0.8 if one.qualifier else RARELY):
            list_key = self._pick_list_key(type(one.family))
            if list_key is not None:
                return list_key, False
        typed = [key for key in TYPED_KEYS[type(one.family).__name__]
                 if key in self.context or key not in FIXED_KEYS]
        if typed and self._rng.random() < 0.5:
            return self._rng.choice(typed), False
        return self._fresh_tag(), False

    # One that is free, or has texts of the family.
    def _pick_list_key(self, family):
        good = [key for key in LIST_KEYS if self._lists.get(key, family) is family]
        if not good:
            return None
        key = self._rng.choice(good)
        self._lists[key] = family
        return key

    def _fresh_tag(self):
        self._tags += 1
        family = "secretsmanager:ResourceTag/" if self._rng.random() < RARELY else self._rng.choice(TAGS)
        return f"{family}{self._rng.choice('abcXYZ')}{self._tags}"

    def _letter_case(self, key):
        return self._rng.choice([key.upper(), key.lower()]) if self._rng.random() < 0.1 else key

    # A policy may have JSON's numbers and booleans for texts.
    def _as_scalar(self, value):
        if self._rng.random() < 0.8 or not isinstance(value, str):
            return value
        if value in ("true", "false"):
            return value == "true"
        return int(value) if re.fullmatch(r"0|-?[1-9][0-9]{0,8}", value) else value

    def _noise(self, one, count):
        return [one.family.given(self._rng) for _ in range(count)]

    # Values of the policy under which the condition holds for the given ones, or does not. Whether
    # all given ones must fit a value, none, or some, follows from the qualifier and the negation.
    def _values(self, one, given, holds):
        family, rng = one.family, self._rng
        each_fits = holds != one.is_negated
        decided_by_all = (one.qualifier == "ForAllValues:") == holds or one.qualifier == ""
        if each_fits:
            fitted = given if decided_by_all else [rng.choice(given)]
            values = [family.fitting(rng, text) for text in fitted]
            if rng.random() < 0.3:
                values += self._noise(one, 1)
        elif decided_by_all or len(given) == 1:
            values = [family.missing(rng, given) for _ in range(rng.choice([1, 1, 2]))]
        else:
            left_out = rng.choice(given)
            values = [family.fitting(rng, text) for text in given if text != left_out]
            values = values or [family.missing(rng, given)]
        rng.shuffle(values)
        return values

    # The same value, a part of it said by a policy variable.
    def with_variable(self, value):
        if not isinstance(value, str) or not value:
            return value
        begin = 0 if ":" not in value else value.rindex(":") + 1
        begin = self._rng.randint(begin, len(value) - 1) if begin < len(value) else 0
        end = self._rng.randint(begin + 1, len(value))
        part = value[begin:end]
        if any(c in part for c in "*?$"):
            return value if self._rng.random() < 0.5 else value.replace("*", "${*}", 1)
        if self._rng.random() < 0.2 and "'" not in part and "," not in part:
            return f"{value[:begin]}${{{self._fresh_tag()}, '{part}'}}{value[end:]}"
        same = [key for key, held in self.context.items() if held == part]
        key = self._rng.choice(sorted(same)) if same else self._fresh_tag()
        chance = self._rng.random()
        if chance > 0.05:
            self.context.setdefault(key, part if chance > 0.1 else self._rng.choice(WORDS))
        return f"{value[:begin]}${{{key}}}{value[end:]}"
