"""Who calls, for what, in generated cases; and how a policy may name either."""

import dataclasses

OWNER = "111122223333"
STRANGER = "444455556666"
SECRETS = [f"arn:aws:secretsmanager:us-east-1:{OWNER}:secret:{name}" for name in
           ("app/db-a1B2c3", "app/db-x-a1B2c3", "users/alice/k-a1B2c3", "plain-Zz9Yy8")]
SECRETS.append(f"arn:aws:secretsmanager:eu-west-1:{OWNER}:secret:app/db-a1B2c3")

# Actions about a secret, with keys of their own; and those about the account.
ACTIONS = {
    "GetSecretValue": {"secretsmanager:VersionStage": "AWSCURRENT", "secretsmanager:VersionId": "v-1"},
    "DescribeSecret": {},
    "PutSecretValue": {},
    "CreateSecret": {"secretsmanager:Name": "app/db", "secretsmanager:Description": "x y"},
    "TagResource": {},
    "UntagResource": {},
    "DeleteSecret": {"secretsmanager:RecoveryWindowInDays": "7",
                     "secretsmanager:ForceDeleteWithoutRecovery": "false"},
    "PutResourcePolicy": {"secretsmanager:BlockPublicPolicy": "true"},
    "RotateSecret": {"secretsmanager:RotateImmediately": "true",
                     "secretsmanager:RotationLambdaARN":
                         f"arn:aws:lambda:us-east-1:{OWNER}:function:rotate"},
    "ReplicateSecretToRegions": {"secretsmanager:AddReplicaRegions": ["eu-west-1", "eu-central-1"]},
}
ACCOUNT_ACTIONS = ["ListSecrets", "GetRandomPassword", "BatchGetSecretValue"]


@dataclasses.dataclass(frozen=True)
class Caller:
    kind: str  # user, session, federated, root or service
    arn: str
    account: str = OWNER
    parent: str | None = None

    def context(self):
        if self.kind == "service":
            return {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": self.arn,
                    "aws:SourceAccount": OWNER}
        types = {"user": "User", "session": "AssumedRole", "federated": "FederatedUser",
                 "root": "Account"}
        name = self.arn.rsplit("/", 1)[-1]
        context = {"aws:PrincipalIsAWSService": "false", "aws:PrincipalAccount": self.account,
                   "aws:PrincipalType": types[self.kind],
                   "aws:PrincipalArn": self.parent if self.kind == "session" else self.arn}
        if self.kind == "user":
            context |= {"aws:username": name, "aws:userid": f"AIDA{name.upper()}"}
        elif self.kind == "root":
            context["aws:userid"] = self.account
        else:
            issuer = self.account if self.kind == "federated" else "AROAAPPROLE"
            context |= {"aws:userid": f"{issuer}:{name}", "aws:TokenIssueTime": "2026-01-15T11:00:00Z"}
        return context

    def entries(self, grade):
        """Principal elements that name the caller: by `any`, `self`, `parent` or `account`."""
        if grade == "any":
            return ["*", {"AWS": "*"}, {"AWS": ["*"]}]
        if grade == "self":
            return [{"Service" if self.kind == "service" else "AWS": self.arn}]
        if grade == "parent":
            return [{"AWS": self.parent}]
        return [{"AWS": self.account}, {"AWS": f"arn:aws:iam::{self.account}:root"}]

    def grades(self):
        if self.kind == "service":
            return ["any", "self"]
        if self.kind == "root":
            return ["any", "account"]
        return ["any", "self", "account"] + (["parent"] if self.parent else [])


def _session(account, role, name):
    return Caller("session", f"arn:aws:sts::{account}:assumed-role/{role}/{name}", account,
                  f"arn:aws:iam::{account}:role/{role}")


# With how often each calls.
CALLERS = {
    Caller("user", f"arn:aws:iam::{OWNER}:user/alice"): 30,
    Caller("user", f"arn:aws:iam::{OWNER}:user/team/eve"): 10,
    _session(OWNER, "AppRole", "sess1"): 20,
    _session(OWNER, "AppRole", "sess2"): 5,
    Caller("federated", f"arn:aws:sts::{OWNER}:federated-user/alice", OWNER,
           f"arn:aws:iam::{OWNER}:user/alice"): 8,
    Caller("user", f"arn:aws:iam::{STRANGER}:user/bob", STRANGER): 12,
    _session(STRANGER, "XRole", "sess9"): 8,
    Caller("service", "ecs.amazonaws.com", ""): 4,
    Caller("root", f"arn:aws:iam::{OWNER}:root"): 2,
    Caller("root", f"arn:aws:iam::{STRANGER}:root", STRANGER): 1,
}

# Principal elements of others.
OTHERS = [{"AWS": f"arn:aws:iam::{OWNER}:user/mallory"}, {"AWS": f"arn:aws:iam::{OWNER}:user/Alice"},
          {"AWS": f"arn:aws:iam::{OWNER}:role/OtherRole"}, {"AWS": "777788889999"},
          {"AWS": f"arn:aws:sts::{OWNER}:assumed-role/AppRole/sess3"},
          {"Service": "lambda.amazonaws.com"},
          {"AWS": [f"arn:aws:iam::{STRANGER}:user/carol", f"arn:aws:iam::{OWNER}:user/eve"]}]


def random_case(rng, text):
    return "".join(rng.choice([c.upper(), c.lower()]) for c in text)


def with_wildcards(rng, text):
    """A pattern that `text` fits."""
    begin = rng.randint(0, len(text))
    end = rng.randint(begin, len(text))
    return text[:begin] + rng.choice(["*", "?" * (end - begin), "*"]) + text[end:]


def actions_for(rng, operation, fits):
    """Texts of an Action element, of which one fits the action or none does."""
    others = ["secretsmanager:PutSecretValueX", "s3:GetObject", "kms:*", "secretsmanager:Cancel*",
              "secretsmanager:?", "s3:*", "secretsmanager:GetRandomPasswor"]
    if not fits:
        return rng.sample(others, rng.randint(1, 2))
    name = f"secretsmanager:{operation}"
    return [rng.choice([name, random_case(rng, name), "secretsmanager:*", "*",
                        f"secretsmanager:{with_wildcards(rng, operation)}"])]


def resources_for(rng, resource, fits):
    """Texts of a Resource element, of which one fits the resource or none does."""
    others = [f"arn:aws:secretsmanager:us-east-1:{OWNER}:secret:other-??????",
              "arn:aws:s3:::bucket/*", f"arn:aws:secretsmanager:us-west-2:{OWNER}:secret:*",
              f"arn:aws:secretsmanager:us-east-1:{STRANGER}:secret:*"]
    if not fits:
        return rng.sample(others, rng.randint(1, 2))
    if resource == "*":
        return ["*"]
    *leading, kind, name = resource.split(":")
    return [rng.choice([
        resource, "*", "*", "**", ":".join([*leading[:3], "*", "*", "secret:*"]),
        ":".join([*leading, kind, with_wildcards(rng, name)]),
        ":".join([*leading, with_wildcards(rng, f"{kind}:{name}")]),
        ":".join(resource.split(":")[:rng.randint(1, 5)]) + rng.choice(["*", ":*"]),
        ":".join([*(with_wildcards(rng, segment) for segment in leading), kind, name])])]
