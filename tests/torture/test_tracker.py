"""Bad histories, which the checker must find, and good ones, which it must let pass."""

import unittest

import identity_model
import key_model
import secret_model
import tracker
from calls import Call

NAME = {"SecretId": "s"}
ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32
ARN, OTHER_ARN = "arn:s-aaaaaa", "arn:s-bbbbbb"


def created():
    return Call("CreateSecret", {"Name": "s", "ClientRequestToken": ONE, "SecretString": "first"}
                ).acknowledged({"ARN": ARN, "VersionId": ONE})


def put(token, value, **members):
    return Call("PutSecretValue", {**NAME, "ClientRequestToken": token, "SecretString": value,
                                   **members})


def stored(call, *labels):
    return call.acknowledged({"ARN": ARN, "VersionId": call.arguments["ClientRequestToken"],
                              "VersionStages": list(labels or ["AWSCURRENT"])})


def ask(operation, **given):
    return Call(operation, {**NAME, **given})


def done(operation, **given):
    return ask(operation, **given).acknowledged({"ARN": ARN})


def described(stages, arn=ARN, **members):
    return ask("DescribeSecret").acknowledged({"ARN": arn, "VersionIdsToStages": stages, **members})


def listed(*versions):
    return ask("ListSecretVersionIds").acknowledged(
        {"ARN": ARN, "Versions": [{"VersionId": version, "VersionStages": list(labels)}
                                  for version, *labels in versions]})


def read(version, value, *labels):
    return ask("GetSecretValue", VersionId=version).acknowledged(
        {"ARN": ARN, "VersionId": version, "SecretString": value, "VersionStages": list(labels)})


def rotated(token=TWO, **given):
    return ask("RotateSecret", ClientRequestToken=token, RotationLambdaARN="f", **given)


def begun(**given):
    version = {} if given else {"VersionId": TWO}
    return rotated(**given).acknowledged({"ARN": ARN, **version})


C, P, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
MOVED = {ONE: [P], TWO: [C]}
TAG = {"Tags": [{"Key": "k", "Value": "v"}]}

BAD = {
    "an acknowledged create is lost": [created(), ask("DescribeSecret").refused(
        "ResourceNotFoundException")],
    "an acknowledged value is lost": [created(), stored(put(TWO, "b")), described({ONE: [C]})],
    "only the version of it is there, without its labels":
        [created(), put(TWO, "b").cut(), listed((ONE, C), (TWO,))],
    "only the labels of it are there, without the version":
        [created(), put(TWO, "b").cut(), described(MOVED), listed((ONE, P))],
    "half of a cut call: a label moved without its twin":
        [created(), put(TWO, "b").cut(), described({ONE: [], TWO: [C]})],
    "half of a cut call: the value, but not its description":
        [created(), ask("UpdateSecret", ClientRequestToken=TWO, SecretString="b",
                        Description="new").cut(), described(MOVED)],
    "two versions are current": [created(), stored(put(TWO, "b")), described({ONE: [C], TWO: [C]})],
    "no version is current": [created(), stored(put(TWO, "b")), described({ONE: [P]})],
    "the previous version kept its place":
        [created(), stored(put(TWO, "b")), stored(put(THREE, "c")),
         described({ONE: [P], THREE: [C]})],
    "a token had two effects: the replay moved AWSPREVIOUS":
        [created(), stored(put(TWO, "b")), stored(put(TWO, "b")), described({TWO: [C, P]})],
    "a token had two effects: the replay made another version":
        [created(), stored(put(TWO, "b")), stored(put(TWO, "b")),
         listed((ONE, P), (TWO, C), (THREE,))],
    "a replayed create made another secret":
        [created(), created().acknowledged({"ARN": OTHER_ARN, "VersionId": ONE})],
    "a replay is refused": [created(), put(TWO, "b").cut(),
                            put(TWO, "b").refused("ResourceExistsException")],
    "a replay with another value is accepted": [created(), stored(put(ONE, "other"))],
    "a refused call left something":
        [created(), put(ONE, "other").refused("ResourceExistsException"), read(ONE, "other", C)],
    "a refused call left its version":
        [created(), ask("UpdateSecretVersionStage", VersionStage=C, MoveToVersionId=TWO).refused(
            "ResourceNotFoundException"), listed((ONE, C), (TWO,))],
    "a wrong value is read": [created(), read(ONE, "second", C)],
    "a value is read in a version that is gone":
        [created(), stored(put(TWO, "b")),
         ask("GetSecretValue", VersionId=ONE).refused("ResourceNotFoundException")],
    "a deleted secret is back":
        [created(), done("DeleteSecret", ForceDeleteWithoutRecovery=True), described({ONE: [C]})],
    "a deleted secret can be read":
        [created(), done("DeleteSecret"), read(ONE, "first", C)],
    "a restored secret is still deleted":
        [created(), done("DeleteSecret"), done("RestoreSecret"),
         described({ONE: [C]}, DeletedDate=1)],
    "the old secret is there under the new one's name":
        [created(), done("DeleteSecret", ForceDeleteWithoutRecovery=True),
         created().acknowledged({"ARN": OTHER_ARN, "VersionId": ONE}), described({ONE: [C]})],
    "a tag is lost": [created(), done("TagResource", **TAG), described({ONE: [C]})],
    "a tag is back": [created(), done("TagResource", **TAG), done("UntagResource", TagKeys=["k"]),
                      described({ONE: [C]}, **TAG)],
    "a policy is lost":
        [created(), done("PutResourcePolicy", ResourcePolicy="{}"), done("GetResourcePolicy")],
    "a policy is back":
        [created(), done("PutResourcePolicy", ResourcePolicy="{}"), done("DeleteResourcePolicy"),
         ask("GetResourcePolicy").acknowledged({"ARN": ARN, "ResourcePolicy": "{ }"})],
    "a rotation is forgotten": [created(), begun(), described({ONE: [C]}, RotationEnabled=True)],
    "a rotation's settings are lost": [created(), begun(), described({ONE: [C], TWO: [PENDING]})],
    "a rotation's version is current without a value":
        [created(), begun(), described({ONE: [P], TWO: [C, PENDING]}, RotationEnabled=True),
         ask("GetSecretValue").refused("ResourceNotFoundException")],
    "a rotation takes the wrong value":
        [created(), begun(), read(TWO, "anything", C, PENDING)],
    "a cancelled rotation goes on":
        [created(), begun(), described({ONE: [C], TWO: [PENDING]}, RotationEnabled=True),
         done("CancelRotateSecret").acknowledged({"ARN": ARN, "VersionId": TWO}),
         described({ONE: [P], TWO: [C, PENDING]}, RotationEnabled=False)],
    "the replay of a rotation begins another":
        [created(), begun(), begun(), listed((ONE, C), (TWO,), (THREE, PENDING))],
    "a test of a rotation changes the value":
        [created(), begun(RotateImmediately=False),
         described({ONE: [P], TWO: [C]}, RotationEnabled=True)],
    "a fault": [created(), Call("PutSecretValue", put(TWO, "b").arguments,
                                fate=tracker.Fate.FAULT, code="InternalServiceError")],
}

GOOD = {
    "a cut call that is absent": [created(), put(TWO, "b").cut(), described({ONE: [C]})],
    "a cut call that is there": [created(), put(TWO, "b").cut(), described(MOVED),
                                 listed((ONE, P), (TWO, C)), read(TWO, "b", C)],
    "a cut call that is absent, and sent again":
        [created(), put(TWO, "b").cut(), described({ONE: [C]}), stored(put(TWO, "b")),
         described(MOVED)],
    "a cut call that is there, and sent again":
        [created(), put(TWO, "b").cut(), described(MOVED), stored(put(TWO, "b")), described(MOVED)],
    "a cut create":
        [created().cut(), described({ONE: [C]}, arn=OTHER_ARN),
         described({ONE: [C]}, arn=OTHER_ARN)],
    "labels come back": [created(), stored(put(TWO, "b")),
                         done("UpdateSecretVersionStage", VersionStage=C, MoveToVersionId=ONE,
                              RemoveFromVersionId=TWO), described({ONE: [C], TWO: [P]})],
    "a rotation in steps":
        [created(), begun(), described({ONE: [C], TWO: [PENDING]}, RotationEnabled=True),
         read(TWO, f"rotated {TWO}", PENDING),
         described({ONE: [P], TWO: [C, PENDING]}, RotationEnabled=True)],
    "a value that abandons a rotation":
        [created(), begun(), stored(put(THREE, "c")),
         described({ONE: [P], THREE: [C]}, RotationEnabled=True)],
    "a test of a rotation":
        [created(), begun(RotateImmediately=False),
         described({ONE: [C]}, RotationEnabled=True), read(TWO, "first")],
}

USER = {"UserName": "u"}


def xml(operation, text="", **given):
    return Call(operation, {**USER, **given}).acknowledged({"xml": text})


def new_user(identity="AIDA1"):
    return xml("CreateUser", f"<UserId>{identity}</UserId>")


def new_key(key="AKIA1"):
    return xml("CreateAccessKey", f"<AccessKeyId>{key}</AccessKeyId>")


def keys(*pairs):
    return xml("ListAccessKeys", "".join(
        f"<AccessKeyId>{key}</AccessKeyId><Status>{status}</Status>" for key, status in pairs))


def who(key="AKIA1"):
    return Call("GetCallerIdentity", {"AccessKeyId": key})


BAD_USERS = {
    "an access key is lost": [new_user(), new_key(), keys()],
    "an access key is back":
        [new_user(), new_key(), xml("DeleteAccessKey", AccessKeyId="AKIA1"),
         keys(("AKIA1", "Active"))],
    "an access key signs no more": [new_user(), new_key(), who().refused("InvalidClientTokenId")],
    "a key that was switched off signs":
        [new_user(), new_key(), xml("UpdateAccessKey", AccessKeyId="AKIA1", Status="Inactive"),
         who().acknowledged({"xml": "<UserId>AIDA1</UserId>"})],
    "one cut call made two keys":
        [new_user(), new_key().cut(), keys(("AKIA1", "Active"), ("AKIA2", "Active"))],
    "another user has the name":
        [new_user(), xml("GetUser", "<UserId>AIDA2</UserId>")],
    "a policy is lost": [new_user(), xml("PutUserPolicy", PolicyName="p", PolicyDocument="{}"),
                         xml("ListUserPolicies")],
}
GOOD_USERS = {
    "a cut key that is there": [new_user(), new_key().cut(), keys(("AKIA1", "Active"))],
    "a cut key that is absent": [new_user(), new_key().cut(), keys()],
}


def new_kms_key(description, key="k1"):
    metadata = {"KeyId": key, "Enabled": True, "Description": description}
    return Call("CreateKey", {"Description": description}).acknowledged({"KeyMetadata": metadata})


def of_key(operation, reply=None, **given):
    return Call(operation, {"KeyId": "k1", **given}).acknowledged(reply)


def shown(is_enabled, description="d"):
    return of_key("DescribeKey", {"KeyMetadata": {"KeyId": "k1", "Enabled": is_enabled,
                                                  "Description": description}})


ALIAS = {"AliasName": "alias/a", "TargetKeyId": "k1"}
BAD_KEYS = {
    "a key is enabled again": [new_kms_key("d"), of_key("DisableKey"), shown(True)],
    "a description is lost":
        [new_kms_key("d"), of_key("UpdateKeyDescription", Description="e"), shown(True)],
    "an alias is lost": [new_kms_key("d"), Call("CreateAlias", ALIAS).acknowledged(),
                         of_key("ListAliases", {"Aliases": []})],
    "an alias is on two keys":
        [new_kms_key("d"), new_kms_key("e", "k2"), Call("CreateAlias", ALIAS).acknowledged(),
         Call("UpdateAlias", {**ALIAS, "TargetKeyId": "k2"}).acknowledged(),
         of_key("ListAliases", {"Aliases": [{"AliasName": "alias/a"}]})],
    "a refused key is there":
        [Call("CreateKey", {"Description": "d"}).cut(),
         Call("FindKey", {"Description": "d"}).acknowledged({"KeyId": None}),
         Call("FindKey", {"Description": "d"}).acknowledged({"KeyId": "k1"})],
}


class TrackerTest(unittest.TestCase):
    def finds(self, model, histories):
        for name, history in histories.items():
            with self.subTest(name):
                # All but the last call are right: it is the last one that must not be.
                self.assertIsNone(tracker.check("s", model, history[:-1]))
                self.assertIsNotNone(tracker.check("s", model, history))

    def lets_pass(self, model, histories):
        for name, history in histories.items():
            with self.subTest(name):
                self.assertIsNone(tracker.check("s", model, history))

    def test_finds_bad_histories_of_secrets(self):
        self.finds(secret_model, BAD)

    def test_lets_good_histories_of_secrets_pass(self):
        self.lets_pass(secret_model, GOOD)

    def test_finds_bad_histories_of_users(self):
        self.finds(identity_model, BAD_USERS)

    def test_lets_good_histories_of_users_pass(self):
        self.lets_pass(identity_model, GOOD_USERS)

    def test_finds_bad_histories_of_keys(self):
        self.finds(key_model, BAD_KEYS)


if __name__ == "__main__":
    unittest.main()
