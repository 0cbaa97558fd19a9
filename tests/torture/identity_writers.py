"""Clients that own users of IAM, and one that owns keys of KMS."""

import json

import identity_model
import key_model
import protocols
from calls import Call, Fate
from secret_writers import chosen
from tracker import Tracker
from wire import Request

POLICIES = ["readers", "writers"]
TAGS = ["team", "stage"]
MOST_KEYS = 6


def _create_user(_rng, name, _):
    return Call("CreateUser", {"UserName": name})


def _delete_user(_rng, name, _):
    return Call("DeleteUser", {"UserName": name})


def _create_key(_rng, name, _):
    return Call("CreateAccessKey", {"UserName": name})


def _some_key(rng, user):
    keys = sorted(key for key, _ in user.keys if not key.startswith("?"))
    return rng.choice(keys) if keys else "AKIAAAAAAAAAAAAAAAAA"


def _delete_key(rng, name, user):
    return Call("DeleteAccessKey", {"UserName": name, "AccessKeyId": _some_key(rng, user)})


def _update_key(rng, name, user):
    return Call("UpdateAccessKey", {"UserName": name, "AccessKeyId": _some_key(rng, user),
                                    "Status": rng.choice(["Active", "Inactive"])})


def _put_policy(rng, name, _):
    document = {"Version": "2012-10-17", "Statement": [
        {"Sid": f"n{rng.getrandbits(32)}", "Effect": "Allow", "Resource": "*",
         "Action": "secretsmanager:*"}]}
    return Call("PutUserPolicy", {"UserName": name, "PolicyName": rng.choice(POLICIES),
                                  "PolicyDocument": json.dumps(document)})


def _delete_policy(rng, name, _):
    return Call("DeleteUserPolicy", {"UserName": name, "PolicyName": rng.choice(POLICIES)})


def _tag(rng, name, _):
    return Call("TagUser", {"UserName": name, "Tags.member.1.Key": rng.choice(TAGS),
                            "Tags.member.1.Value": f"{rng.getrandbits(32)}"})


def _untag(rng, name, _):
    return Call("UntagUser", {"UserName": name, "TagKeys.member.1": rng.choice(TAGS)})


USERS = {_create_user: 1, _delete_user: 8, _create_key: 8, _delete_key: 9, _update_key: 5,
         _put_policy: 8, _delete_policy: 8, _tag: 4, _untag: 3}


class UserOwner:
    def __init__(self, name, slots):
        self.users = [Tracker(f"{name}-{slot}", identity_model) for slot in range(slots)]
        self.secrets = {}            # Of access keys whose answer came.

    def load(self, rng):
        while True:
            tracker = rng.choice(self.users)
            user = tracker.belief()
            make = _create_user if user is None else chosen(rng, USERS)
            call = yield Request(make(rng, tracker.name, user), tracker, "iam")
            if call.operation == "CreateAccessKey" and call.fate is Fate.ACKNOWLEDGED:
                key, secret = (protocols.texts(call.reply, name)[0]
                               for name in ("AccessKeyId", "SecretAccessKey"))
                self.secrets[key] = secret


class KeyOwner:
    def __init__(self, name):
        self.name = name
        self.generation = 0
        self.made = 0
        self.sleepers = []
        self.left = []               # As with secrets.
        self.corner = self._new()

    def _new(self):
        self.generation += 1
        return Tracker(f"{self.name}-{self.generation}", key_model)

    def take_left(self):
        left, self.left = self.left, []
        self.sleepers += left
        return left

    def _create(self):
        self.made += 1
        return Call("CreateKey", {"Description": f"{self.corner.name} {self.made}"})

    def load(self, rng):
        while True:
            corner = self.corner.belief()
            keys = sorted(key for key, _, _ in corner.keys if not key.startswith("?"))
            if not keys or rng.random() < 0.01:
                if len(keys) >= MOST_KEYS:
                    self.left.append(self.corner)
                    self.corner = self._new()
                call = self._create()
            else:
                call = self._change(rng, rng.choice(keys), corner)
            yield Request(call, self.corner, "kms")

    def _change(self, rng, key, corner):
        operation = rng.choice(["DisableKey", "EnableKey", "UpdateKeyDescription", "TagResource",
                                "UntagResource", "CreateAlias", "UpdateAlias", "DeleteAlias"])
        given = {"KeyId": key}
        if operation == "UpdateKeyDescription":
            given["Description"] = f"changed {rng.getrandbits(32)}"
        elif operation == "TagResource":
            given["Tags"] = [{"TagKey": rng.choice(TAGS), "TagValue": f"{rng.getrandbits(32)}"}]
        elif operation == "UntagResource":
            given["TagKeys"] = [rng.choice(TAGS)]
        elif operation.endswith("Alias"):
            alias = f"alias/{self.corner.name}-{rng.choice('abcd')}"
            given = {"AliasName": alias, "TargetKeyId": key}
            if operation == "DeleteAlias":
                del given["TargetKeyId"]
        return Call(operation, given)
