"""Resource policies: stored, checked and shown in the service's own form."""

import json

import pytest

from support import NOT_FOUND, let_the_clock_tick, refused, without_metadata

SYNTAX_ERROR = "This resource policy contains a syntax error."

STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
             "Action": "secretsmanager:GetSecretValue", "Resource": "*"}


def document(*statements, **members):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members})


def changed(**members):
    """A policy whose one statement is good except for these members; None leaves one out."""
    statement = {**STATEMENT, **members}
    return document({key: value for key, value in statement.items() if value is not None})


@pytest.fixture
def secret(client, name):
    client.create_secret(Name=name, SecretString="value")
    return name


def test_no_policy_is_no_member(client, secret):
    reply = without_metadata(client.get_resource_policy(SecretId=secret))

    assert set(reply) == {"ARN", "Name"}


def test_put_get_and_delete(client, secret):
    put = without_metadata(client.put_resource_policy(SecretId=secret, ResourcePolicy=changed()))
    shown = without_metadata(client.get_resource_policy(SecretId=secret))
    deleted = without_metadata(client.delete_resource_policy(SecretId=secret))

    assert set(put) == set(deleted) == {"ARN", "Name"}
    assert set(shown) == {"ARN", "Name", "ResourcePolicy"}
    assert json.loads(shown["ResourcePolicy"]) == json.loads(changed())
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=secret)


def test_put_replaces(client, secret):
    client.put_resource_policy(SecretId=secret, ResourcePolicy=changed())
    client.put_resource_policy(SecretId=secret, ResourcePolicy=changed(Effect="Deny"))

    shown = json.loads(client.get_resource_policy(SecretId=secret)["ResourcePolicy"])

    assert shown["Statement"][0]["Effect"] == "Deny"


def test_deleting_no_policy_succeeds(client, secret):
    client.delete_resource_policy(SecretId=secret)


PRETTY = """{
  "Version" : "2012-10-17",
  "Id" : "mine",
  "Statement" : [ {
    "Sid" : "first",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : [ "arn:aws:iam::000000000000:root", "111111111111" ]
    },
    "Action" : "secretsmanager:*",
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "secretsmanager:VersionStage" : "AWSCURRENT"
      }
    }
  }, {
    "Resource" : "*",
    "Action" : [ "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret" ],
    "Principal" : "*",
    "Effect" : "Deny"
  } ]
}"""


@pytest.mark.parametrize("submitted", [
    json.dumps(json.loads(PRETTY), separators=(",", ":")),
    json.dumps(json.loads(PRETTY), indent=7),
    PRETTY,
], ids=["compact", "spread", "as it is shown"])
def test_a_policy_is_shown_in_the_services_form(client, secret, submitted):
    client.put_resource_policy(SecretId=secret, ResourcePolicy=submitted)

    assert client.get_resource_policy(SecretId=secret)["ResourcePolicy"] == PRETTY


@pytest.mark.parametrize("policy", [
    changed(),
    changed(Principal="*"),
    changed(Principal={"AWS": "*"}),
    changed(Principal={"AWS": "111111111111"}),
    changed(Principal={"AWS": ["arn:aws:iam::222222222222:role/path/reader",
                               "arn:aws:iam::222222222222:user/jane"]}),
    changed(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::000000000000:root"}, Effect="Deny"),
    changed(Action=None, NotAction="secretsmanager:DeleteSecret"),
    changed(Action=["secretsmanager:*", "secretsmanager:Get*"]),
    changed(Action="*"),
    changed(Sid="AllowReading"),
    changed(Condition={"StringEquals": {"aws:PrincipalAccount": ["111111111111"]},
                       "Bool": {"aws:SecureTransport": "true"}}),
    changed(Condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a/r-b/*"}}),
    json.dumps({"Version": "2008-10-17", "Statement": STATEMENT}),
    json.dumps({"Statement": [STATEMENT]}),
    document(STATEMENT, {**STATEMENT, "Effect": "Deny"}, Id="both"),
    changed(Action="secretsmanager:NoSuchAction"),
])
def test_policies_that_are_accepted(client, secret, policy):
    client.put_resource_policy(SecretId=secret, ResourcePolicy=policy)

    shown = client.get_resource_policy(SecretId=secret)["ResourcePolicy"]
    assert json.loads(shown) == json.loads(policy)


@pytest.mark.parametrize("policy", [
    "not json", "{", "[]", '"text"', "{}", "null",
    json.dumps({"Version": "2012-10-17"}),
    json.dumps({"Version": "2012-10-18", "Statement": [STATEMENT]}),
    json.dumps({"Version": 20121017, "Statement": [STATEMENT]}),
    json.dumps({"Version": "2012-10-17", "Statement": []}),
    json.dumps({"Version": "2012-10-17", "Statement": "text"}),
    json.dumps({"version": "2012-10-17", "Statement": [STATEMENT]}),
    document(STATEMENT, Colour="red"),
    changed(Effect="allow"),
    changed(Effect="Permit"),
    changed(Effect=None),
    changed(Principal=None),
    changed(Action=None),
    changed(Action=[]),
    changed(Action=5),
    changed(Action="GetSecretValue"),
    changed(Resource=None),
    changed(NotAction="secretsmanager:DeleteSecret"),
    changed(NotPrincipal="*"),
    changed(NotResource="*"),
    changed(Colour="red"),
    changed(Condition={"StringAlike": {"aws:PrincipalAccount": "1"}}),
    changed(Condition="text"),
    changed() + " trailing",
    changed().replace('"Effect"', '"Effect": "Deny", "Effect"'),
])
def test_policies_with_a_syntax_error(client, secret, policy):
    with refused("MalformedPolicyDocumentException", SYNTAX_ERROR):
        client.put_resource_policy(SecretId=secret, ResourcePolicy=policy)

    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=secret)


@pytest.mark.parametrize("principal", [
    {"AWS": "arn:aws:iam::000000000000:group/readers"},
    {"AWS": "arn:aws:iam::000000000000:role/read*"},
    {"AWS": "someone"},
])
def test_principals_that_cannot_be(client, secret, principal):
    with refused("MalformedPolicyDocumentException",
                 "This resource policy contains an unsupported principal."):
        client.put_resource_policy(SecretId=secret, ResourcePolicy=changed(Principal=principal))


def test_a_public_policy_is_refused_when_asked(client, secret):
    public = changed(Principal="*")

    with refused("PublicPolicyException"):
        client.put_resource_policy(SecretId=secret, ResourcePolicy=public, BlockPublicPolicy=True)

    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=secret)
    client.put_resource_policy(SecretId=secret, ResourcePolicy=public, BlockPublicPolicy=False)


def test_a_policy_for_accounts_is_not_public(client, secret):
    client.put_resource_policy(SecretId=secret, ResourcePolicy=changed(), BlockPublicPolicy=True)


def test_the_length_of_a_policy(client, raw, secret):
    def padded(length):
        return changed() + " " * (length - len(changed()))

    client.put_resource_policy(SecretId=secret, ResourcePolicy=padded(20480))
    raw("PutResourcePolicy", {"SecretId": secret, "ResourcePolicy": padded(20481)}).expect_refusal(
        "ValidationException")


@pytest.mark.parametrize("change", [
    lambda client, name: client.put_resource_policy(SecretId=name, ResourcePolicy=changed()),
    lambda client, name: client.delete_resource_policy(SecretId=name)], ids=["put", "delete"])
def test_a_policy_is_a_change_of_the_secret(client, secret, change):
    client.put_resource_policy(SecretId=secret, ResourcePolicy=changed())
    before = client.describe_secret(SecretId=secret)["LastChangedDate"]
    let_the_clock_tick()

    change(client, secret)

    assert client.describe_secret(SecretId=secret)["LastChangedDate"] > before


def test_a_missing_secret(client, name):
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.put_resource_policy(SecretId=name, ResourcePolicy=changed())
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.get_resource_policy(SecretId=name)
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.delete_resource_policy(SecretId=name)
