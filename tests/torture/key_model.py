"""What KMS does to the keys and aliases of one client, in the manner of secret_model.py."""

import dataclasses

from secret_model import Refused

NOT_FOUND = "NotFoundException"


@dataclasses.dataclass(frozen=True)
class Corner:
    """All keys that one client has made, so that aliases can move between them."""

    keys: frozenset = frozenset()      # (id, is enabled, description); "?..." of one that was cut.
    tags: frozenset = frozenset()      # ((id, key), value)
    aliases: frozenset = frozenset()   # (alias, id)

    def changed(self, key, is_enabled=None, description=None):
        def change(row):
            if row[0] != key:
                return row
            return (key, row[1] if is_enabled is None else is_enabled,
                    row[2] if description is None else description)
        return dataclasses.replace(self, keys=frozenset(map(change, self.keys)))

    def renamed(self, old, new):
        keys = frozenset((new if row[0] == old else row[0], *row[1:]) for row in self.keys)
        return dataclasses.replace(self, keys=keys)

    def with_alias(self, alias, key):
        aliases = {**dict(self.aliases), alias: key}
        return dataclasses.replace(self, aliases=frozenset(
            (name, holder) for name, holder in aliases.items() if holder is not None))


def _tag(corner, given):
    tags = dict(corner.tags)
    tags |= {(given["KeyId"], tag["TagKey"]): tag["TagValue"] for tag in given["Tags"]}
    return dataclasses.replace(corner, tags=frozenset(tags.items())), {}


def _untag(corner, given):
    gone = {(given["KeyId"], key) for key in given["TagKeys"]}
    kept = frozenset(tag for tag in corner.tags if tag[0] not in gone)
    return dataclasses.replace(corner, tags=kept), {}


def _create_alias(corner, given):
    if given["AliasName"] in dict(corner.aliases):
        raise Refused("AlreadyExistsException")
    return corner.with_alias(given["AliasName"], given["TargetKeyId"]), {}


def _known(corner, alias):
    if alias not in dict(corner.aliases):
        raise Refused(NOT_FOUND)


def _update_alias(corner, given):
    _known(corner, given["AliasName"])
    return corner.with_alias(given["AliasName"], given["TargetKeyId"]), {}


def _delete_alias(corner, given):
    _known(corner, given["AliasName"])
    return corner.with_alias(given["AliasName"], None), {}


def _describe(corner, given):
    row = next(row for row in corner.keys if row[0] == given["KeyId"])
    return corner, {"key": row}


def _list_tags(corner, given):
    tags = frozenset((key, value) for (holder, key), value in corner.tags
                     if holder == given["KeyId"])
    return corner, {"tags": tags}


def _list_aliases(corner, given):
    return corner, {"aliases": frozenset(alias for alias, key in corner.aliases
                                         if key == given["KeyId"])}


def _find(corner, given):
    """No call of KMS: what all its keys together say about one description."""
    return corner, {"is_there": any(row[2] == given["Description"] for row in corner.keys)}


OPERATIONS = {
    "DisableKey": lambda corner, given: (corner.changed(given["KeyId"], is_enabled=False), {}),
    "EnableKey": lambda corner, given: (corner.changed(given["KeyId"], is_enabled=True), {}),
    "UpdateKeyDescription": lambda corner, given:
        (corner.changed(given["KeyId"], description=given["Description"]), {}),
    "TagResource": _tag, "UntagResource": _untag, "CreateAlias": _create_alias,
    "UpdateAlias": _update_alias, "DeleteAlias": _delete_alias, "DescribeKey": _describe,
    "ListResourceTags": _list_tags, "ListAliases": _list_aliases, "FindKey": _find,
}

INITIAL = Corner()


def apply(corner, call):
    if call.operation == "CreateKey":
        row = (f"?{call.begin}", True, call.arguments["Description"])
        return dataclasses.replace(corner, keys=corner.keys | {row}), {}
    return OPERATIONS[call.operation](corner, call.arguments)


def learn(corner, call, facts):
    if call.operation == "CreateKey":
        return corner.renamed(f"?{call.begin}", facts["key"][0])
    if call.operation == "FindKey" and facts["is_there"]:
        row = next(row for row in corner.keys if row[2] == call.arguments["Description"])
        return corner.renamed(row[0], facts["id"])
    return corner


def background(_):
    return []


def facts_of(operation, reply):
    if operation in ("CreateKey", "DescribeKey"):
        key = reply["KeyMetadata"]
        return {"key": (key["KeyId"], key["Enabled"], key["Description"])}
    if operation == "ListResourceTags":
        return {"tags": frozenset((tag["TagKey"], tag["TagValue"]) for tag in reply["Tags"])}
    if operation == "ListAliases":
        return {"aliases": frozenset(alias["AliasName"] for alias in reply["Aliases"])}
    if operation == "FindKey":
        return {"is_there": reply["KeyId"] is not None, "id": reply["KeyId"]}
    return {}
