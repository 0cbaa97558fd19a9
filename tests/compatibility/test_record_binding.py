"""Every record is bound to its place: what somebody moves, edits or adds in the database file is
refused, reported in the log with the object's name, and takes nothing else down.

All cases share one server, each in an account of its own: it is filled, stopped, its database is
edited, and it is started again.
"""

import json
import subprocess

import pytest

from iam_support import READ, Account, document
from rotation_support import Functions, function
from support import BINARY, Server, eventually, new_token
from tampering import REGION, Caller, database_of, identity_rows, put_row, secret_row

REFUSALS = {(400, "DecryptionFailure"), (500, "InternalServiceError")}
SEALED = ("wrapped_data_key", "record")


class Place:
    """An account of one case, and what it was filled with."""

    def __init__(self, server, number):
        self.server = server
        self.account = str(200_000_000_000 + number)
        self.root = Caller(server, self.account)
        self.iam = Account(server, self.account)
        self.log_begins = 0
        for name in ("first", "second", "bystander"):
            arn, version = self.root.create(f"{self.account}/{name}", f"{name} 1")
            setattr(self, name, arn)
            setattr(self, f"{name}_versions", [version, self.root.put(arn, f"{name} 2")])

    def secret(self, database, name="first"):
        return secret_row(database, self.account, f"{self.account}/{name}")

    def version(self, database, name="first", number=1):
        return database.execute(
            "SELECT * FROM secret_versions WHERE secret_id = ? AND version_id = ?",
            [self.secret(database, name)["secret_id"], getattr(self, f"{name}_versions")[number]]
        ).fetchone()

    def keys(self, database):
        return database.execute("SELECT * FROM keys WHERE account = ? ORDER BY created_at",
                                [self.account]).fetchall()

    def user(self, policy=READ):
        """A user with a key and a policy: a caller that is the user."""
        self.iam.add_user("user")
        key = self.iam.iam.create_access_key(UserName="user")["AccessKey"]
        self.iam.iam.put_user_policy(UserName="user", PolicyName="policy", PolicyDocument=policy)
        self.user_key = key["AccessKeyId"]
        return Caller(self.server, self.account, key=key["AccessKeyId"],
                      secret=key["SecretAccessKey"])

    def log(self):
        """What was logged since the edit that has to do with this account."""
        return [line for line in self.server.log.splitlines() if self.account in line]

    def assert_refused(self, reply, *words):
        """Refused as an altered record is, and the log says which."""
        assert (reply.status, reply.code) in REFUSALS, reply
        text = "\n".join(line for line in self.server.log.splitlines() if " error " in line)
        for word in words or [f"{self.account}/first"]:
            assert word in text, word

    def assert_unharmed(self, name="bystander"):
        assert self.root.value(getattr(self, name)) == f"{name} 2"
        reply = self.root("ListSecrets")
        assert getattr(self, name) in [secret["ARN"] for secret in reply.expect_success()["SecretList"]]


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
        database.execute(f"UPDATE secret_versions SET {sets} WHERE secret_id = ? AND version_id = ?",
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
        database.execute(f"UPDATE secret_versions SET {sets} WHERE secret_id = ? AND version_id = ?",
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


CASES = {
    "values of two versions": ExchangeOfVersions(*SEALED),
    "values and keys of two versions": ExchangeOfVersions(*SEALED, "key_id", "key_version"),
    "records of two versions": ExchangeOfVersions("record"),
    "data keys of two versions": ExchangeOfVersions("wrapped_data_key"),
    "values of two secrets": ExchangeOfSecrets(*SEALED),
    "values of two secrets with their MACs": ExchangeOfSecrets(*SEALED, "row_mac"),
    "records of two secrets": ExchangeOfSecrets("record"),
    "data keys of two secrets": ExchangeOfSecrets("wrapped_data_key"),
    "value of another region": OfAnotherPlace(*SEALED, region="eu-west-1"),
    "value and key of another region": OfAnotherPlace(*SEALED, "key_id", "key_version", "row_mac",
                                                      region="eu-west-1"),
    "value of another account": OfAnotherPlace(*SEALED, account="345678901234"),
    "value and key of another account": OfAnotherPlace(*SEALED, "key_id", "key_version", "row_mac",
                                                       account="345678901234"),
    "version of another secret": WholeVersionElsewhere(),
    "version added": AddedVersion(),
    "AWSCURRENT moved": LabelMoved(),
    "current version removed": VersionRemoved(),
    "value emptied": ValueEmptied(),
    "policy widened": PolicyWidened(),
    "policy removed": SecretColumn("resource_policy", "{}"),
    "tags": SecretColumn("tags", b"\0\0\0\0"),
    "description": SecretColumn("description", "another"),
    "suffix of the ARN": SecretColumn("arn_suffix", "AAAAAA"),
    "key of the secret": SecretColumn("kms_key_id", "alias/another"),
    "generation": SecretColumn("generation", 1),
    "MAC of another secret": SecretColumn(
        "row_mac", lambda place, database: place.secret(database, "second")["row_mac"]),
    "MAC cut off": SecretColumn("row_mac", b""),
    "secret copied": CopiedSecret(),
    "deletion forged": DeletionForged(),
    "deletion undone": DeletionUndone(),
    "key in another region": KeyEdited("UPDATE keys SET region = 'eu-west-1' WHERE key_id = :key"),
    "key of another name": KeyEdited("UPDATE keys SET name = 'another' WHERE key_id = :key"),
    "wrapped key flipped": KeyEdited("UPDATE key_versions SET wrapped = zeroblob(88) "
                                     "WHERE key_id = :key"),
    "key version removed": KeyEdited("DELETE FROM key_versions WHERE key_id = :key"),
    "wrapped keys of two accounts": KeyExchanged(["wrapped"]),
    "wrapped keys of two accounts with MACs": KeyExchanged(["wrapped", "row_mac"]),
    "disabled key enabled": DisabledKeyEnabled(),
    "alias moved": AliasMoved(),
    "policy of a user": IdentityEdited("user", more_rights,
                                       policy=document("secretsmanager:GetSecretValue",
                                                       resource="arn:aws:nowhere:*")),
    "access key switched on": IdentityEdited(
        "access_key", lambda row: {"body": row["body"].replace('"Active":false', '"Active":true')}),
    "access key of another user": IdentityEdited(
        "access_key", lambda row: {"owner": "AIDAANOTHERUSER"}),
    "user of another account": IdentityEdited(
        "user", lambda row: {"account": "456789012345"}),
    "rotation brought forward": RotationEdited("rotations", lambda row: {"due_at": 1}),
    "rotation of another function": RotationEdited(
        "rotations", lambda row: {"body": row["body"].replace(":failing", ":finisher")}),
    "attempt of a rotation brought forward": RotationEdited(
        "rotation_jobs", lambda row: {"wake_at": 1}),
    "attempt of another function": RotationEdited(
        "rotation_jobs", lambda row: {"body": row["body"].replace(":failing", ":finisher")}),
    "attempt said to be over": RotationEdited("rotation_jobs", lambda row: {"state": 3}),
}


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Case → its place, on the server that runs with the edited database."""
    folder = tmp_path_factory.mktemp("binding")
    functions = Functions(folder / "functions")
    functions.add("failing", command=["/bin/false"])
    server = Server(folder / "server", arguments=functions.arguments("--enforce-iam")).start(60)
    try:
        found = {}
        for number, (name, case) in enumerate(CASES.items()):
            found[name] = Place(server, number)
            case.fill(found[name])
        assert server.stop() == 0
        with database_of(server) as database:
            for name, case in CASES.items():
                case.edit(found[name], database)
        found["verify"] = subprocess.run([BINARY, "verify", "--data", server.data],
                                         capture_output=True, text=True)
        server.start(60)
        yield found
    finally:
        server.stop()


def test_an_older_row_is_taken_for_what_it_was(make_server, name):
    """What is not noticed, as docs/security-model.md says: a row of the same secret from before. It
    gives what was right then, and nothing else."""
    server = make_server().start()
    caller = Caller(server, "500000000000")
    caller.create(name, "1")
    caller.put(name, "2")
    server.stop()
    with database_of(server) as database:
        older = secret_row(database, caller.account, name)
    server.start()
    third = caller.put(name, "3")
    server.stop()
    with database_of(server) as database:
        put_row(database, "secrets", older)
    server.start()

    assert caller.value(name) == "2"
    assert caller.value(name, VersionStage="AWSPREVIOUS") == "1"
    assert caller.get(name, VersionId=third).status == 200  # It has lost its label alone.


def test_verify_reports_edits(places):
    """Offline, before anybody reads what was edited."""
    result = places["verify"]

    assert result.returncode == 65, result
    assert [name for name, case in CASES.items()
            if (case.reported or f"{places[name].account}/first") not in result.stdout] == []
    lines = [line for line in result.stdout.splitlines() if "bystander" in line]
    assert all(case.harms_the_account for name, case in CASES.items()
               for line in lines if places[name].account in line), lines


@pytest.mark.parametrize("name", CASES)
def test_what_was_edited_is_refused(places, name):
    CASES[name].check(places[name])


@pytest.mark.parametrize("name", CASES)
def test_an_edit_harms_nothing_else(places, name):
    if not CASES[name].harms_the_account:
        places[name].assert_unharmed()
