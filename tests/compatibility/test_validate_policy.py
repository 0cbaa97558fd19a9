"""ValidateResourcePolicy: what it finds, and that it changes nothing."""

import json
import re

import pytest

from support import INVALID_NAME, MARKED_FOR_DELETION, NOT_FOUND, refused, without_metadata

BROAD_ACCESS = "You can't attach a resource-based policy that allows broad access to the secret."
PASSED = {"PolicyValidationPassed": True, "ValidationErrors": []}


def policy(**members):
    """A policy of one statement for everybody, but for these members."""
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue",
         "Resource": "*", **members}]})


PUBLIC = policy()
CLOSED = policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})


@pytest.fixture
def secret(client, name):
    client.create_secret(Name=name, SecretString="value")
    return name


@pytest.fixture(params=["on a secret", "on none"])
def validate(request, client, name):
    """Validates a policy for a secret or without one."""
    def call(text):
        return without_metadata(client.validate_resource_policy(ResourcePolicy=text, **members))

    members = {}
    if request.param == "on a secret":
        client.create_secret(Name=name, SecretString="value")
        members["SecretId"] = name
    return call


def test_a_policy_that_passes(validate):
    assert validate(CLOSED) == PASSED


def test_a_public_policy(validate):
    reply = validate(PUBLIC)

    assert reply["PolicyValidationPassed"] is False
    [error] = reply["ValidationErrors"]
    assert set(error) == {"CheckName", "ErrorMessage"}
    assert error["CheckName"] == "BlockPublicPolicyCheck"
    assert error["ErrorMessage"].startswith(BROAD_ACCESS)
    assert "Statement 1" in error["ErrorMessage"]


def test_what_aws_accepts_without_a_word_passes(validate):
    assert validate(policy(Principal={"AWS": "111111111111"}, Action="secretsmanager:NoSuchAction",
                           Condition={"StringEquals": {"aws:NoSuchKey": "x"}})) == PASSED


@pytest.mark.parametrize("text, message", [
    ("not json", "This resource policy contains a syntax error."),
    (policy(Effect="Permit"), "This resource policy contains a syntax error."),
    (policy(Principal={"AWS": "arn:aws:iam::000000000000:group/readers"}),
     "This resource policy contains an unsupported principal."),
    (policy(Principal={"Service": "nowhere"}),
     "This resource policy contains an unsupported service principal."),
])
def test_a_malformed_policy(validate, text, message):
    with refused("MalformedPolicyDocumentException", message):
        validate(text)


def test_the_log_says_where_a_syntax_error_is(server, client):
    text = '{\n  "Statement": {\n    "Effect": "NoSuchEffect"\n  }\n}'
    with refused("MalformedPolicyDocumentException"):
        client.validate_resource_policy(ResourcePolicy=text)

    assert re.search(r"policy\.finding check=SyntaxCheck message=\"Line 3, column 15: ", server.log)


def test_a_policy_for_another_secret_opens_nothing_here(client, secret):
    elsewhere = policy(Resource="arn:aws:secretsmanager:*:*:secret:elsewhere-??????")

    on_it = client.validate_resource_policy(SecretId=secret, ResourcePolicy=elsewhere)
    on_any = client.validate_resource_policy(ResourcePolicy=elsewhere)

    assert on_it["PolicyValidationPassed"] is True
    assert on_any["PolicyValidationPassed"] is False


def test_nothing_is_stored(client, raw, secret):
    client.put_resource_policy(SecretId=secret, ResourcePolicy=CLOSED)
    before = raw("DescribeSecret", {"SecretId": secret}).json

    client.validate_resource_policy(SecretId=secret, ResourcePolicy=PUBLIC)

    shown = client.get_resource_policy(SecretId=secret)["ResourcePolicy"]
    assert json.loads(shown) == json.loads(CLOSED)
    assert raw("DescribeSecret", {"SecretId": secret}).json == before


def test_blocking_public_policies_agrees(client, secret):
    client.put_resource_policy(SecretId=secret, ResourcePolicy=CLOSED, BlockPublicPolicy=True)
    with refused("PublicPolicyException", BROAD_ACCESS):
        client.put_resource_policy(SecretId=secret, ResourcePolicy=PUBLIC, BlockPublicPolicy=True)


def test_secrets_that_cannot_be(client, secret):
    with refused("ResourceNotFoundException", NOT_FOUND):
        client.validate_resource_policy(SecretId=secret + "-missing", ResourcePolicy=CLOSED)
    with refused("ValidationException", INVALID_NAME):
        client.validate_resource_policy(SecretId="a b", ResourcePolicy=CLOSED)
    client.delete_secret(SecretId=secret)
    with refused("InvalidRequestException", MARKED_FOR_DELETION):
        client.validate_resource_policy(SecretId=secret, ResourcePolicy=CLOSED)


def test_a_secret_of_another_account(client):
    arn = "arn:aws:secretsmanager:us-east-1:111111111111:secret:app/db-a1B2c3"

    with refused("AccessDeniedException",
                 re.compile(".* to perform: secretsmanager:ValidateResourcePolicy on .*")):
        client.validate_resource_policy(SecretId=arn, ResourcePolicy=CLOSED)


@pytest.mark.parametrize("members", [
    {}, {"ResourcePolicy": ""}, {"ResourcePolicy": " " * 20481},
    {"SecretId": "", "ResourcePolicy": CLOSED}, {"SecretId": "x" * 2049, "ResourcePolicy": CLOSED},
], ids=["no policy", "empty policy", "long policy", "empty id", "long id"])
def test_constraints(raw, members):
    raw("ValidateResourcePolicy", members).expect_refusal("ValidationException")
