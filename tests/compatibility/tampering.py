"""What the tests of edited databases share: a stopped server's database, and calls that are quick."""

import contextlib
import json
import sqlite3

from support import ACCOUNT, new_token

REGION = "us-east-1"


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


def body_of(row):
    return json.loads(row["body"])
