"""The query protocol of IAM and STS, as botocore speaks it.

tests/unit/api/query_golden_test.cpp shows that the files of tests/data/query are what Coffer writes and
what it reads; here botocore, with its models of the two services, reads the replies and writes the
requests.
"""

import datetime

import botocore.handlers
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from support import REPOSITORY

GOLDEN = REPOSITORY / "tests/data/query"
REQUEST_ID = "01234567-89ab-4cde-8f01-23456789abcd"
NOON = datetime.datetime(2026, 1, 15, 12, tzinfo=datetime.timezone.utc)
DOCUMENT = {"Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*",
                           "Sid": "a+b%20é"}]}
DOCUMENT_TEXT = (
    '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Allow", "Action": '
    '"secretsmanager:*", "Resource": "*", "Sid": "a+b%20é"}]\n}'
)
ALICE = "arn:aws:iam::111122223333:user/alice"


def operation_of(name):
    """`iam.ListUsers.empty.xml` is about ListUsers of IAM."""
    service, operation = name.split(".")[:2]
    return botocore.session.get_session().get_service_model(service).operation_model(operation)


def parse(name, status=200, operation=None):
    model = operation or operation_of(name)
    response = {"status_code": status, "headers": {"content-type": "text/xml"},
                "body": (GOLDEN / name).read_bytes()}
    parsed = create_parser("query").parse(response, model.output_shape)
    assert parsed["ResponseMetadata"]["RequestId"] == REQUEST_ID
    del parsed["ResponseMetadata"]
    if model.service_model.service_name == "iam" and status == 200:
        # What a client of IAM does with percent-encoded documents.
        botocore.handlers.json_decode_policies(parsed, model)
    return parsed


REPLIES = {
    "sts.GetCallerIdentity.xml": {
        "UserId": "AIDA234567ABCDEFGHIJK", "Account": "111122223333", "Arn": ALICE},
    "sts.AssumeRole.xml": {
        "Credentials": {"AccessKeyId": "ASIA234567ABCDEFGHIJ", "SecretAccessKey": "abc/def+ghi",
                        "SessionToken": "token==&<>", "Expiration": NOON},
        "AssumedRoleUser": {"AssumedRoleId": "AROA234567ABCDEFGHIJK:s",
                            "Arn": "arn:aws:sts::111122223333:assumed-role/r/s"},
        "PackedPolicySize": 6},
    "iam.ListUsers.xml": {
        "Users": [
            {"Path": "/", "UserName": "alice", "Arn": ALICE, "CreateDate": NOON,
             "Tags": [{"Key": "team", "Value": "red & <blue>"}, {"Key": "empty", "Value": ""}]},
            {"Path": "/a'b\"c/", "UserName": "bob", "CreateDate": NOON,
             "Arn": "arn:aws:iam::111122223333:user/a'b\"c/bob"}],
        "IsTruncated": True, "Marker": "next"},
    "iam.ListUsers.empty.xml": {"Users": [], "IsTruncated": False},
    "iam.GetUserPolicy.xml": {
        "UserName": "alice", "PolicyName": "p", "PolicyDocument": DOCUMENT},
    "iam.GetRole.xml": {
        "Role": {"RoleName": "r", "AssumeRolePolicyDocument": {"Statement": []},
                 "Description": " first\r\nsecond\tthird\n", "MaxSessionDuration": 3600,
                 "RoleLastUsed": {}}},
    "iam.GetAccountSummary.xml": {"SummaryMap": {"Users": 3, "UsersQuota": 5000}},
    "iam.PutUserPolicy.xml": {},
}

ERRORS = {
    "iam.error.NoSuchEntity.xml": (404, {
        "Type": "Sender", "Code": "NoSuchEntity",
        "Message": "The user with name X cannot be found."}),
    "iam.error.ServiceFailure.xml": (500, {
        "Type": "Receiver", "Code": "ServiceFailure", "Message": "Try again."}),
    "sts.error.SignatureDoesNotMatch.xml": (403, {
        "Type": "Sender", "Code": "SignatureDoesNotMatch"}),
    "sts.error.IncompleteSignature.xml": (400, {
        "Type": "Sender", "Code": "IncompleteSignature",
        "Message": "'<a & \"b\">' not a valid key=value pair\ufffd\ufffd"}),
}

REQUESTS = {
    "sts.AssumeRole.txt": {
        "RoleArn": "arn:aws:iam::111122223333:role/r", "RoleSessionName": "a+b=c@d",
        "PolicyArns": [{"arn": "arn:aws:iam::111122223333:policy/p"}], "DurationSeconds": 900,
        "Tags": [{"Key": f"key {i}", "Value": f"é & {i}"} for i in range(11)],
        "TransitiveTagKeys": ["key 1"]},
    "iam.CreatePolicyVersion.txt": {
        "PolicyArn": "arn:aws:iam::111122223333:policy/p", "PolicyDocument": DOCUMENT_TEXT,
        "SetAsDefault": True},
    "iam.UntagUser.empty.txt": {"UserName": "alice", "TagKeys": []},
    "iam.SimulateCustomPolicy.txt": {
        "PolicyInputList": [DOCUMENT_TEXT], "ActionNames": ["s3:*", "iam:GetUser"],
        "ContextEntries": [
            {"ContextKeyName": "aws:x", "ContextKeyValues": ["1", "2"],
             "ContextKeyType": "numericList"},
            {"ContextKeyName": "aws:y", "ContextKeyValues": []}]},
}


def test_every_file_is_tried():
    assert {path.name for path in GOLDEN.iterdir()} == {*REPLIES, *ERRORS, *REQUESTS}


@pytest.mark.parametrize("name", REPLIES)
def test_botocore_reads_the_reply(name):
    assert parse(name) == REPLIES[name]


@pytest.mark.parametrize("name", ERRORS)
def test_botocore_reads_the_error(name):
    status, error = ERRORS[name]
    operation = operation_of({"iam": "iam.ListUsers", "sts": "sts.GetCallerIdentity"}[name[:3]])
    assert parse(name, status, operation) == {"Error": error}


@pytest.mark.parametrize("name", REQUESTS)
def test_botocore_writes_the_request(name):
    request = create_serializer("query").serialize_to_request(REQUESTS[name], operation_of(name))
    prepared = AWSRequest("POST", "http://localhost/", data=request["body"]).prepare()
    assert prepared.body == (GOLDEN / name).read_text()
