"""What the tests of edited databases share: a stopped server's database, and quick calls."""

import contextlib
import sqlite3

from iam_support import READ, Account
from support import new_token

REGION = "us-east-1"
REFUSALS = {(400, "DecryptionFailure"), (500, "InternalServiceError")}


class Caller:
    """Root of one account, through a plaintext connection that stays open."""

    def __init__(self, server, account, region=REGION, **credentials):
        self.server = server
        self.account = account
        self.region = region
        self.raw = server.raw(region=region, **(credentials or {"key": account, "secret": "test"}))
        self._connection = None
        self._starts = 0

    def __call__(self, operation, body=None, **signing):
        if self._starts != self.server.starts:
            self._connection = self.server.connect(plaintext=True)
            self._starts = self.server.starts
        return self.raw(operation, body, connection=self._connection, **signing)

    def good(self, operation, **body):
        return self(operation, body).expect_success()

    def kms(self, operation, **body):
        return self(f"TrentService.{operation}", body, service="kms")

    def create(self, name, value, **members):
        """Answers the ARN and the id of the version."""
        made = self.good("CreateSecret", Name=name, SecretString=value,
                         ClientRequestToken=new_token(), **members)
        return made["ARN"], made["VersionId"]

    def put(self, name, value):
        return self.good("PutSecretValue", SecretId=name, SecretString=value,
                         ClientRequestToken=new_token())["VersionId"]

    def get(self, name, **which):
        return self("GetSecretValue", {"SecretId": name, **which})

    def value(self, name, **which):
        return self.get(name, **which).expect_success()["SecretString"]


@contextlib.contextmanager
def database_of(server):
    """The database of a server that does not run; what is done to it is committed."""
    assert server.process is None or server.process.poll() is not None
    database = sqlite3.connect(server.data / "coffer.db")
    database.row_factory = sqlite3.Row
    try:
        yield database
        database.commit()
    finally:
        database.close()


def secret_row(database, account, name, region=REGION):
    return database.execute("SELECT * FROM secrets WHERE account = ? AND region = ? AND name = ?",
                            [account, region, name]).fetchone()


def put_row(database, table, row):
    """Writes a whole row, in the place of the one with its key."""
    names = row.keys()
    database.execute(f"INSERT OR REPLACE INTO {table}({', '.join(names)}) "
                     f"VALUES({', '.join('?' * len(names))})", tuple(row[name] for name in names))


def identity_rows(database, account, kind=None):
    rows = database.execute("SELECT * FROM identities WHERE account = ?", [account]).fetchall()
    return [row for row in rows if kind is None or row["kind"] == kind]


class Place:
    """An account of one case, and what it was filled with."""

    def __init__(self, server, number):
        self.server = server
        self.account = str(200_000_000_000 + number)
        self.root = Caller(server, self.account)
        self.iam = Account(server, self.account)
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
        listed = [secret["ARN"] for secret in reply.expect_success()["SecretList"]]
        assert getattr(self, name) in listed
