"""Ways to edit the database of a stopped server, for test_record_binding.py: what is filled in
before, what is edited, and how the server that then runs has to refuse it."""

import json

from iam_support import READ
from rotation_support import function
from support import eventually, new_token
from tampering import REGION, Caller, identity_rows, put_row, secret_row

SEALED = ("wrapped_data_key", "record")


class Case:
    """One way to edit the database. `fill` makes more than the place has anyway, `edit` gets the
    database, `check` looks at the server that runs with it."""

    reported = None  # How `coffer verify` names what was edited; the first secret without it.

    def fill(self, place):
        pass

    def edit(self, place, database):
        raise NotImplementedError

    harms_the_account = False  # Whether nothing in the account can be read any more.

    def check(self, place):
        place.assert_refused(place.root.get(place.first))


def exchange_columns(database, one, other, columns):
    """Each of two versions gets what the other has in these columns."""
    for source, target in ((one, other), (other, one)):
        sets = ", ".join(f"{column} = ?" for column in columns)
        database.execute(f"UPDATE secret_versions SET {sets} "
                         "WHERE secret_id = ? AND version_id = ?",
                         [*(source[column] for column in columns), target["secret_id"],
                          target["version_id"]])


class ExchangeOfVersions(Case):
    """Columns of two versions of one secret."""

    def __init__(self, *columns):
        self.columns = columns

    def edit(self, place, database):
        exchange_columns(database, place.version(database, number=0), place.version(database),
                         self.columns)

    def check(self, place):
        for version in place.first_versions:
            place.assert_refused(place.root.get(place.first, VersionId=version))


class ExchangeOfSecrets(ExchangeOfVersions):
    """Columns of the current versions of two secrets."""

    def edit(self, place, database):
        exchange_columns(database, place.version(database, "first"),
                         place.version(database, "second"), self.columns)

    def check(self, place):
        for arn in (place.first, place.second):
            place.assert_refused(place.root.get(arn))


class OfAnotherPlace(Case):
    """A secret of the same name and value in another region or account gives its sealed value."""

    def __init__(self, *columns, region=REGION, account=None):
        self.columns = columns
        self.region = region
        self.account = account

    def fill(self, place):
        other = Caller(place.server, self.account or place.account, self.region)
        other.create(f"{place.account}/first", "first 1")
        other.put(f"{place.account}/first", "first 2")

    def edit(self, place, database):
        other = secret_row(database, self.account or place.account, f"{place.account}/first",
                           self.region)
        versions = database.execute("SELECT * FROM secret_versions WHERE secret_id = ? "
                                    "ORDER BY ordinal", [other["secret_id"]]).fetchall()
        sets = ", ".join(f"{column} = ?" for column in self.columns)
        mine = place.version(database)
        database.execute(f"UPDATE secret_versions SET {sets} "
                         "WHERE secret_id = ? AND version_id = ?",
                         [*(versions[-1][column] for column in self.columns), mine["secret_id"],
                          mine["version_id"]])


class WholeVersionElsewhere(Case):
    """A row of the second secret, copied into the first under the id that it is asked for by."""

    def edit(self, place, database):
        stolen = dict(place.version(database, "second"))
        mine = place.version(database)
        put_row(database, "secret_versions",
                {**stolen, "secret_id": mine["secret_id"], "version_id": mine["version_id"]})


class AddedVersion(Case):
    """A row of the second secret, added to the first as one version more."""

    def edit(self, place, database):
        stolen = dict(place.version(database, "second"))
        self.reported = place.second_versions[1]
        put_row(database, "secret_versions",
                {**stolen, "secret_id": place.secret(database)["secret_id"]})

    def check(self, place):
        reply = place.root.get(place.first, VersionId=place.second_versions[1])
        place.assert_refused(reply, place.second_versions[1])
        assert place.root.value(place.first) == "first 2"


class LabelMoved(Case):
    def edit(self, place, database):
        old, new = (version.encode() for version in place.first_versions)
        labels = place.secret(database)["labels"]
        moved = labels.replace(old, b"#" * 36).replace(new, old).replace(b"#" * 36, new)
        assert moved != labels
        database.execute("UPDATE secrets SET labels = ? WHERE secret_id = ?",
                         [moved, place.secret(database)["secret_id"]])


class VersionRemoved(Case):
    """Of the version that AWSCURRENT names: there is an answer for the other one."""

    def edit(self, place, database):
        row = place.version(database)
        database.execute("DELETE FROM secret_versions WHERE secret_id = ? AND version_id = ?",
                         [row["secret_id"], row["version_id"]])

    def check(self, place):
        place.assert_refused(place.root.get(place.first))
        assert place.root.value(place.first, VersionStage="AWSPREVIOUS") == "first 1"


class ValueEmptied(Case):
    def edit(self, place, database):
        row = place.version(database)
        database.execute("UPDATE secret_versions SET wrapped_data_key = NULL, record = NULL "
                         "WHERE secret_id = ? AND version_id = ?",
                         [row["secret_id"], row["version_id"]])


class SecretColumn(Case):
    """One column of a secret's row."""

    def __init__(self, column, value):
        self.column = column
        self.value = value

    def edit(self, place, database):
        value = self.value(place, database) if callable(self.value) else self.value
        database.execute(f"UPDATE secrets SET {self.column} = ? WHERE secret_id = ?",
                         [value, place.secret(database)["secret_id"]])


class PolicyWidened(Case):
    """A resource policy that lets another account in."""

    def fill(self, place):
        self.stranger = Caller(place.server, str(int(place.account) + 500))

    def edit(self, place, database):
        policy = {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
        database.execute("UPDATE secrets SET resource_policy = ? WHERE secret_id = ?",
                         [json.dumps(policy), place.secret(database)["secret_id"]])

    def check(self, place):
        reply = self.stranger.get(place.first)
        assert reply.status in (400, 500) and "SecretString" not in reply.json, reply
        place.assert_refused(place.root.get(place.first))


class CopiedSecret(Case):
    """A whole row of a secret under another name, with its versions."""

    def edit(self, place, database):
        row = dict(place.secret(database))
        self.reported = f"{place.account}/copy"
        row |= {"secret_id": 900_000, "name": f"{place.account}/copy"}
        put_row(database, "secrets", row)
        put_row(database, "secret_versions",
                {**dict(place.version(database)), "secret_id": 900_000})

    def check(self, place):
        place.assert_refused(place.root.get(f"{place.account}/copy"), f"{place.account}/copy")
        assert place.root.value(place.first) == "first 2"
        place.root.good("DeleteSecret", SecretId=place.first, RecoveryWindowInDays=7)


class DeletionForged(Case):
    """A secret that was never deleted is due for it, in the queue and by its own word."""

    def edit(self, place, database):
        database.execute("UPDATE secrets SET deleted_at = 1, purge_at = 2 WHERE secret_id = ?",
                         [place.secret(database)["secret_id"]])

    def check(self, place):
        place.server.advance(seconds=1)
        place.assert_refused(place.root.get(place.first))
        place.assert_refused(place.root("RestoreSecret", {"SecretId": place.first}))


class DeletionUndone(Case):
    def fill(self, place):
        place.root.good("DeleteSecret", SecretId=place.first, RecoveryWindowInDays=30)

    def edit(self, place, database):
        database.execute("UPDATE secrets SET deleted_at = NULL, purge_at = NULL "
                         "WHERE secret_id = ?", [place.secret(database)["secret_id"]])


class KeyEdited(Case):
    """A row of the account's key."""

    def __init__(self, statement):
        self.statement = statement

    def edit(self, place, database):
        key = place.keys(database)[0]
        self.reported = f"key {key['key_id'].hex()}: "
        done = database.execute(self.statement, {"key": key["key_id"]}).rowcount
        assert done == 1

    def check(self, place):
        reply = place.root.get(place.first)
        place.assert_refused(reply, "key")

    harms_the_account = True


class KeyExchanged(KeyEdited):
    """The keys of two accounts, whole or only what is wrapped."""

    def __init__(self, columns):
        super().__init__("")
        self.columns = columns

    def fill(self, place):
        self.other = str(int(place.account) + 700)
        Caller(place.server, self.other).create("other", "other")

    def edit(self, place, database):
        mine, = place.keys(database)
        self.reported = f"key {mine['key_id'].hex()}: "
        other = database.execute("SELECT key_id FROM keys WHERE account = ?",
                                 [self.other]).fetchone()
        row = database.execute("SELECT * FROM key_versions WHERE key_id = ?",
                               [other["key_id"]]).fetchone()
        sets = ", ".join(f"{column} = ?" for column in self.columns)
        database.execute(f"UPDATE key_versions SET {sets} WHERE key_id = ?",
                         [*(row[column] for column in self.columns), mine["key_id"]])


class DisabledKeyEnabled(Case):
    """The state of a key that its owner disabled."""

    def fill(self, place):
        self.key = place.root.kms("CreateKey").expect_success()["KeyMetadata"]["KeyId"]
        place.root.good("UpdateSecret", SecretId=place.first, KmsKeyId=self.key)
        place.root.kms("DisableKey", KeyId=self.key).expect_success()

    def edit(self, place, database):
        key_id, = database.execute("SELECT key_id FROM keys WHERE account = ? AND name = ?",
                                   [place.account, self.key]).fetchone()
        self.reported = f"key {key_id.hex()}: "
        assert database.execute("UPDATE key_settings SET is_enabled = 1 WHERE key_id = ?",
                                [key_id]).rowcount == 1

    def check(self, place):
        place.assert_refused(place.root("PutSecretValue", {
            "SecretId": place.first, "SecretString": "x", "ClientRequestToken": new_token()}),
            "key_settings")


class AliasMoved(Case):
    """An alias names another key, as its owner never said."""

    def fill(self, place):
        for name in ("one", "two"):
            key = place.root.kms("CreateKey").expect_success()["KeyMetadata"]["KeyId"]
            place.root.kms("CreateAlias", AliasName=f"alias/{name}",
                           TargetKeyId=key).expect_success()

    def edit(self, place, database):
        self.reported = f"aliases of {place.account} in {REGION}: "
        one, two = database.execute("SELECT * FROM key_aliases WHERE account = ? ORDER BY alias",
                                    [place.account]).fetchall()
        database.execute("UPDATE key_aliases SET key_id = ? WHERE account = ? AND alias = ?",
                         [two["key_id"], place.account, one["alias"]])

    def check(self, place):
        reply = place.root("CreateSecret", {
            "Name": "with-alias", "SecretString": "x", "ClientRequestToken": new_token(),
            "KmsKeyId": "alias/one"})
        place.assert_refused(reply, "alias")


class ReplicasForged(Case):
    """A primary's list of replicas says something else, or is gone: neither is the secret deleted
    as one without replicas, nor are values sent where nobody wanted them."""

    def __init__(self, statement):
        self.statement = statement

    def fill(self, place):
        place.root.good("ReplicateSecretToRegions", SecretId=place.first,
                        AddReplicaRegions=[{"Region": "eu-west-1"}])

    def edit(self, place, database):
        secret_id = place.secret(database)["secret_id"]
        assert database.execute(self.statement, [secret_id]).rowcount == 1

    def check(self, place):
        for operation, members in (
                ("DescribeSecret", {}), ("DeleteSecret", {"ForceDeleteWithoutRecovery": True}),
                ("PutSecretValue", {"SecretString": "x", "ClientRequestToken": new_token()})):
            place.assert_refused(place.root(operation, {"SecretId": place.first, **members}),
                                 "replications")
        assert place.root.value(place.first) == "first 2"


class IdentityEdited(Case):
    """The policy of a user says more than it did; a key that was switched off is on; a user's row
    is another's. Nothing is allowed on their word."""

    def __init__(self, kind, edit, policy=READ):
        self.kind = kind
        self.edited = edit
        self.policy = policy

    def fill(self, place):
        self.user = place.user(self.policy)
        assert self.user.get(place.first).status == (200 if self.policy == READ else 400)
        if self.kind == "access_key":
            place.iam.iam.update_access_key(UserName="user", AccessKeyId=place.user_key,
                                            Status="Inactive")
            assert self.user.get(place.first).status == 400

    def edit(self, place, database):
        row, = identity_rows(database, place.account, self.kind)
        self.reported = f"identities: the row of {row['identity_id']} "
        edited = {**dict(row), **self.edited(row)}
        assert edited != dict(row)
        put_row(database, "identities", edited)

    def check(self, place):
        reply = self.user.get(place.first)
        assert reply.status in (400, 500) and "SecretString" not in reply.json, reply
        assert "identities: the row of" in place.server.log
        assert place.root.value(place.first) == "first 2"


class RotationEdited(Case):
    """What a rotation does is edited; it does not take place."""

    def __init__(self, table, edit):
        self.table = table
        self.edited = edit

    def fill(self, place):
        place.root.good("RotateSecret", SecretId=place.first, ClientRequestToken=new_token(),
                        RotationLambdaARN=function("failing", account=place.account),
                        RotationRules={"AutomaticallyAfterDays": 30})
        eventually(lambda: [line for line in place.log() if " RotationFailed " in line])

    def edit(self, place, database):
        secret_id = place.secret(database)["secret_id"]
        row, = database.execute(f"SELECT * FROM {self.table} WHERE secret_id = ?",
                                [secret_id]).fetchall()
        self.reported = f"{self.table}: the row of {row[0]} "
        edited = {**dict(row), **self.edited(row)}
        assert edited != dict(row)
        put_row(database, self.table, edited)

    def check(self, place):
        reply = place.root("RotateSecret", {"SecretId": place.first,
                                            "ClientRequestToken": new_token()})
        place.assert_refused(reply, f"{self.table}: the row of")
        assert place.root.value(place.first) == "first 2"


def more_rights(row):
    return {"body": row["body"].replace("GetSecretValue", "*")}
