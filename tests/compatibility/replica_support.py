"""What the tests of replicas share: a secret in several regions, and AWS's texts."""

import json

import pytest

from support import new_token

PRIMARY, REPLICA, THIRD = "us-east-1", "eu-west-1", "us-west-2"
DEFAULT_KEY = "alias/aws/secretsmanager"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret",
     "Resource": "*"}]})

NOT_ON_REPLICA = (
    "Operation not permitted on a replica secret. Call must be made in primary secret's region."
)
INVALID_REGION = "Invalid replica region."
SUCCEEDED = "Replication succeeded"


def name_taken(name, region=REPLICA):
    return f"Replication failed: Secret name {name} already exists in region {region}."


def other_primary(name, region=REPLICA):
    return (f"Replication failed: Secret name {name} is currently replicated to {region} with a "
            "different arn")


def still_replicated(arn, *regions):
    return f"You can't delete secret {arn} that still has replica regions [{', '.join(regions)}]."


def regions(*names, **keys):
    """AddReplicaRegions; `keys` are those of regions whose dashes are written as underscores."""
    plain = [{"Region": name} for name in names]
    return plain + [{"Region": name.replace("_", "-"), "KmsKeyId": key}
                    for name, key in keys.items()]


def in_region(arn, region):
    """The ARN of the same secret in another region."""
    parts = arn.split(":")
    parts[3] = region
    return ":".join(parts)


def entry(region, key=DEFAULT_KEY, status="InSync", message=SUCCEEDED):
    return {"Region": region, "KmsKeyId": key, "Status": status, "StatusMessage": message}


class Replicated:
    """One name in the regions of one account, with a client for each."""

    def __init__(self, server, name, key="test", secret="test"):
        self.server = server
        self.name = name
        self.key = key
        self.secret = secret
        self._clients = {}
        self.arn = None

    def client(self, region=PRIMARY, service="secretsmanager"):
        place = (region, service)
        if place not in self._clients:
            self._clients[place] = self.server.client(self.key, self.secret, region,
                                                      service=service)
        return self._clients[place]

    def __getitem__(self, region):
        return self.client(region)

    def create(self, *replicas, value="one", **options):
        """Makes the primary with replicas, if any; answers the reply."""
        members = {"Name": self.name, "SecretString": value, **options}
        if replicas:
            members["AddReplicaRegions"] = regions(*replicas)
        reply = self[PRIMARY].create_secret(**members)
        self.arn = reply["ARN"]
        return reply

    def describe(self, region=PRIMARY):
        return self[region].describe_secret(SecretId=self.name)

    def status(self, region=REPLICA):
        """The entry of a region in the primary's list."""
        return {entry["Region"]: entry for entry in self.describe()["ReplicationStatus"]}[region]

    def value(self, region=PRIMARY, **selector):
        return self[region].get_secret_value(SecretId=self.name, **selector)["SecretString"]

    def put(self, value, region=PRIMARY, **options):
        return self[region].put_secret_value(SecretId=self.name, SecretString=value,
                                             ClientRequestToken=new_token(),
                                             **options)["VersionId"]

    def versions(self, region=PRIMARY):
        """Everything that ListSecretVersionIds shows, but for keys and reads."""
        listed = self[region].list_secret_version_ids(SecretId=self.name, IncludeDeprecated=True)
        return [(version["VersionId"], version["CreatedDate"], version.get("VersionStages"))
                for version in listed["Versions"]]

    def assert_follows(self, region=REPLICA):
        """The replica is as its primary, in everything that it has of it."""
        primary, replica = self.describe(), self.describe(region)
        shared = ("Name", "Description", "Tags", "LastChangedDate", "VersionIdsToStages", "Type")
        assert {key: replica.get(key) for key in shared} == {
            key: primary.get(key) for key in shared}
        assert replica["ARN"] == in_region(primary["ARN"], region)
        assert replica["PrimaryRegion"] == primary["PrimaryRegion"] == PRIMARY
        assert self.versions(region) == self.versions()
        policies = [self[place].get_resource_policy(SecretId=self.name).get("ResourcePolicy")
                    for place in (PRIMARY, region)]
        assert policies[0] == policies[1]
        for version_id, _, _ in self.versions():
            assert self.value(region, VersionId=version_id) == self.value(VersionId=version_id)


@pytest.fixture
def secret(server, name):
    return Replicated(server, name)


@pytest.fixture
def lone_secret(server, name, account):
    """In an account of its own."""
    return Replicated(server, name, key=account)
