"""Bad ends of shared secrets, which the checker must find, and good ones, which must pass."""

import unittest

import shared
from calls import Call
from shared import Seen

A, B, D = "a" * 32, "b" * 32, "d" * 32
C, P = "AWSCURRENT", "AWSPREVIOUS"


def call(begin, end, operation, **given):
    """Acknowledged at `end`; cut without one."""
    made = Call(operation, {"SecretId": "s", **given}, begin, end)
    return made.cut() if end is None else made.acknowledged({"ARN": "arn"})


def put(begin, end, token, value="v", **given):
    return call(begin, end, "PutSecretValue", ClientRequestToken=token, SecretString=value, **given)


def make(begin, end, token=A):
    return call(begin, end, "CreateSecret", ClientRequestToken=token, SecretString="v")


def remove(begin, end):
    return call(begin, end, "DeleteSecret", ForceDeleteWithoutRecovery=True)


def move(begin, end, label, to, source=None):
    return call(begin, end, "UpdateSecretVersionStage", VersionStage=label, MoveToVersionId=to,
                RemoveFromVersionId=source)


def refused(made, code="ResourceExistsException"):
    return made.refused(code)


def seen(labels, versions=None, **members):
    """`versions` default to those with a label."""
    versions = dict.fromkeys(sorted({version for _, version in labels}), "SecretString: v") \
        if versions is None else versions
    return Seen(True, "arn", frozenset(labels), tuple(versions.items()), **members)


BEFORE = seen([(C, A)])
VALUES = {A: "SecretString: v", B: "SecretString: v"}
AFTER_B = [(C, B), (P, A)]
GONE = Seen()
TAGS = [{"Key": "k", "Value": "new"}]

BAD = {
    "an acknowledged version is lost": ([put(1, 2, B)], seen([(C, A)])),
    "its label is lost": ([put(1, 2, B)], seen([(C, A)], VALUES)),
    "two versions are current": ([put(1, 2, B)], seen([(C, A), (C, B)])),
    "none is current": ([put(1, 2, B)], seen([(P, A)], VALUES)),
    "a label is on a version that is not there": ([put(1, 2, B)], seen(AFTER_B, {A: VALUES[A]})),
    "half of a cut call: a version without a value":
        ([put(1, None, B)], seen([(C, A)], {A: VALUES[A], B: None})),
    "half of a cut call: AWSPREVIOUS did not follow": ([put(1, None, B)], seen([(C, B)], VALUES)),
    "a wrong value": ([put(1, 2, B, "mine")], seen(AFTER_B)),
    "a refused call left its version": ([refused(put(1, 2, B))], seen([(C, A)], VALUES)),
    "a refused call moved a label":
        ([put(1, 2, B, VersionStages=["blue"]),
          refused(move(3, 4, C, B, D), "InvalidParameterException")],
         seen([(C, B), (P, A), ("blue", B)])),
    "an overwritten value is back":
        ([put(1, 2, B), put(3, 4, D)], seen([(C, B), (P, A)], {**VALUES, D: VALUES[A]})),
    "AWSPREVIOUS is too old":
        ([put(1, 2, B), put(3, 4, D)], seen([(C, D), (P, A)], {**VALUES, D: VALUES[A]})),
    "AWSPREVIOUS is on the current version": ([put(1, 2, B)], seen([(C, B), (P, B)], VALUES)),
    "a token had a second effect":
        ([put(1, 2, B), put(3, 4, D), put(5, 6, B)],
         seen([(C, B), (P, D)], {**VALUES, D: VALUES[A]})),
    "a token of long ago had a second effect":
        ([put(1, 2, B), put(3, 4, A)], seen([(C, A), (P, B)], VALUES)),
    "a label is lost": ([move(1, 2, "blue", A)], BEFORE),
    "a removed label is back":
        ([move(1, 2, "blue", A), move(3, 4, "blue", None, A)], seen([(C, A), ("blue", A)])),
    "a tag is lost": ([call(1, 2, "TagResource", Tags=TAGS)], BEFORE),
    "a tag is back":
        ([call(1, 2, "TagResource", Tags=TAGS), call(3, 4, "UntagResource", TagKeys=["k"])],
         seen([(C, A)], tags=frozenset({("k", "new")}))),
    "a policy is lost": ([call(1, 2, "PutResourcePolicy", ResourcePolicy="{}")], BEFORE),
    "a description is lost": ([call(1, 2, "UpdateSecret", Description="new")], BEFORE),
    "a description that nobody wrote": ([], seen([(C, A)], description="new")),
    "a deleted secret is back": ([remove(1, 2)], BEFORE),
    "a version of the deleted secret is back":
        ([remove(1, 2), make(3, 4, B)], seen([(C, B), (P, A)], VALUES)),
    "a created secret is lost": ([remove(1, 2), make(3, 4, B)], GONE),
    "the secret is lost": ([], GONE),
    "another secret has its name":
        ([], Seen(True, "another arn", BEFORE.labels, BEFORE.values)),
}

GOOD = {
    "nothing happened": ([], BEFORE),
    "a value": ([put(1, 2, B)], seen(AFTER_B)),
    "a cut value that is there": ([put(1, None, B)], seen(AFTER_B)),
    "a cut value that is absent": ([put(1, None, B)], BEFORE),
    "two at once, either way": ([put(1, 4, B), put(2, 3, D)],
                                seen([(C, B), (P, D)], {**VALUES, D: VALUES[A]})),
    "a token of long ago": ([put(1, 2, B), put(3, 4, A)], seen(AFTER_B)),
    "a token that is sent again later":
        ([put(1, 2, B), put(3, 4, D), put(5, 6, B)],
         seen([(C, D), (P, B)], {**VALUES, D: VALUES[A]})),
    "a cut call that is sent again":
        ([put(1, None, B), put(5, 6, B)], seen(AFTER_B)),
    "a cut delete that has happened": ([remove(1, None)], GONE),
    "a cut delete that has not": ([remove(1, None)], BEFORE),
    "a delete and a value at once": ([remove(1, 4), put(2, 3, B)], GONE),
    "a new secret of the old name": ([remove(1, 2), make(3, 4, B)], seen([(C, B)])),
    "labels come back": ([put(1, 2, B), move(3, 4, C, A, B)], seen([(C, A), (P, B)])),
}


class SharedTest(unittest.TestCase):
    def test_finds_bad_ends(self):
        for name, (calls, after) in BAD.items():
            with self.subTest(name):
                self.assertNotEqual(shared.check(BEFORE, calls, after), [])

    def test_lets_good_ends_pass(self):
        for name, (calls, after) in GOOD.items():
            with self.subTest(name):
                self.assertEqual(shared.check(BEFORE, calls, after), [])


if __name__ == "__main__":
    unittest.main()
