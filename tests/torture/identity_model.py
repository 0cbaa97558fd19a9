"""What IAM does to one user, in the manner of secret_model.py."""

import dataclasses
import json
import urllib.parse

import protocols
from secret_model import Refused

NOT_FOUND = "NoSuchEntity"
MAX_KEYS = 2


@dataclasses.dataclass(frozen=True)
class User:
    arn: str | None = None             # The user's unique id.
    keys: frozenset = frozenset()      # (access key id, is active); "?..." of one that was cut.
    policies: frozenset = frozenset()  # (name, document)
    tags: frozenset = frozenset()

    def with_key(self, key, is_active):
        kept = frozenset(pair for pair in self.keys if pair[0] != key)
        return dataclasses.replace(self, keys=kept | {(key, is_active)})


def document_text(text):
    return json.dumps(json.loads(text), sort_keys=True)


def _present(user):
    if user is None:
        raise Refused(NOT_FOUND)
    return user


def _create(user, _):
    if user is not None:
        raise Refused("EntityAlreadyExists")
    return User(), {"ARN": None}


def _delete(user, _):
    if _present(user).keys or user.policies:
        raise Refused("DeleteConflict")
    return None, {}


def _delete_key(user, given):
    key = given["AccessKeyId"]
    if key not in dict(_present(user).keys):
        raise Refused(NOT_FOUND)
    return dataclasses.replace(user, keys=frozenset(k for k in user.keys if k[0] != key)), {}


def _update_key(user, given):
    key = given["AccessKeyId"]
    if key not in dict(_present(user).keys):
        raise Refused(NOT_FOUND)
    return user.with_key(key, given["Status"] == "Active"), {}


def _put_policy(user, given):
    policies = dict(_present(user).policies)
    policies[given["PolicyName"]] = document_text(given["PolicyDocument"])
    return dataclasses.replace(user, policies=frozenset(policies.items())), {}


def _delete_policy(user, given):
    if given["PolicyName"] not in dict(_present(user).policies):
        raise Refused(NOT_FOUND)
    kept = frozenset(pair for pair in user.policies if pair[0] != given["PolicyName"])
    return dataclasses.replace(user, policies=kept), {}


def _get_policy(user, given):
    document = dict(_present(user).policies).get(given["PolicyName"])
    if document is None:
        raise Refused(NOT_FOUND)
    return user, {"document": document}


def _tag(user, given):
    tags = {**dict(_present(user).tags),
            given["Tags.member.1.Key"]: given["Tags.member.1.Value"]}
    return dataclasses.replace(user, tags=frozenset(tags.items())), {}


def _untag(user, given):
    kept = frozenset(tag for tag in _present(user).tags if tag[0] != given["TagKeys.member.1"])
    return dataclasses.replace(user, tags=kept), {}


def _get(user, _):
    return user, {"ARN": _present(user).arn, "tags": user.tags}


def _who(user, given):
    """A call that is signed with one of the user's keys."""
    if user is None or not dict(user.keys).get(given["AccessKeyId"]):
        raise Refused("InvalidClientTokenId")
    return user, {"ARN": user.arn}


OPERATIONS = {
    "CreateUser": _create, "DeleteUser": _delete, "DeleteAccessKey": _delete_key,
    "UpdateAccessKey": _update_key, "PutUserPolicy": _put_policy,
    "DeleteUserPolicy": _delete_policy, "TagUser": _tag, "UntagUser": _untag,
    "GetUser": _get, "GetUserPolicy": _get_policy, "GetCallerIdentity": _who,
    "ListAccessKeys": lambda user, _: (_present(user), {}),
    "ListUserPolicies":
        lambda user, _: (user, {"names": frozenset(dict(_present(user).policies))}),
}

INITIAL = None


def apply(user, call):
    if call.operation == "CreateAccessKey":
        if len(_present(user).keys) >= MAX_KEYS:
            raise Refused("LimitExceeded")
        return user.with_key(f"?{call.begin}", True), {}
    return OPERATIONS[call.operation](user, call.arguments)


def learn(user, call, facts):
    if user is None:
        return None
    if call.operation == "CreateAccessKey":
        keys = {(facts["key"] if key == f"?{call.begin}" else key, is_active)
                for key, is_active in user.keys}
        return dataclasses.replace(user, keys=frozenset(keys))
    if call.operation == "ListAccessKeys":
        return _with_listed(user, facts["keys"])
    arn = facts.get("ARN")
    if arn is None or user.arn == arn:
        return user
    return dataclasses.replace(user, arn=arn) if user.arn is None else None


def _with_listed(user, listed):
    known = {pair for pair in user.keys if not pair[0].startswith("?")}
    found = listed - known
    # A key whose answer was cut is active: nobody could name it to say otherwise.
    if not known <= listed or len(found) != len(user.keys) - len(known):
        return None
    return dataclasses.replace(user, keys=listed) if all(active for _, active in found) else None


def background(_):
    return []


def facts_of(operation, reply):
    facts = {"ARN": next(iter(protocols.texts(reply, "UserId")), None)}
    if operation == "CreateAccessKey":
        facts["key"] = protocols.texts(reply, "AccessKeyId")[0]
    elif operation == "ListAccessKeys":
        states = (status == "Active" for status in protocols.texts(reply, "Status"))
        facts["keys"] = frozenset(zip(protocols.texts(reply, "AccessKeyId"), states))
    elif operation == "GetUserPolicy":
        facts["document"] = document_text(
            urllib.parse.unquote(protocols.texts(reply, "PolicyDocument")[0]))
    elif operation == "ListUserPolicies":
        facts["names"] = frozenset(protocols.texts(reply, "member"))
    elif operation == "GetUser":
        facts["tags"] = frozenset(zip(protocols.texts(reply, "Key"),
                                      protocols.texts(reply, "Value")))
    return facts
