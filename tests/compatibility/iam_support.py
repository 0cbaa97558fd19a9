"""What the tests of IAM share: documents, users with keys, and a server whose policies decide."""

import json

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY_CLIENT = "arn:aws:iam::aws:policy/AWSSecretsManagerClientReadOnlyAccess"


def document(*actions, effect="Allow", resource="*"):
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Action": list(actions), "Resource": resource}]})


READ = document("secretsmanager:GetSecretValue")


def not_found(kind, name):
    return f"The {kind} with name {name} cannot be found."


class Account:
    """An account of its own on a server: its root user's clients, and users with theirs."""

    def __init__(self, server, account):
        self.server = server
        self.id = account
        self.iam = server.client(key=account, service="iam")
        self.secrets = server.client(key=account)

    def arn(self, kind, name, path="/"):
        return f"arn:aws:iam::{self.id}:{kind}{path}{name}"

    def add_policy(self, name, policy_document=READ, **options):
        return self.iam.create_policy(PolicyName=name, PolicyDocument=policy_document,
                                      **options)["Policy"]["Arn"]

    def add_user(self, name, *groups, **options):
        self.iam.create_user(UserName=name, **options)
        for group in groups:
            self.iam.add_user_to_group(GroupName=group, UserName=name)

    def client_of(self, user, service="secretsmanager"):
        """A client that signs with a new key of the user."""
        key = self.iam.create_access_key(UserName=user)["AccessKey"]
        return self.server.client(key["AccessKeyId"], key["SecretAccessKey"], service=service)
