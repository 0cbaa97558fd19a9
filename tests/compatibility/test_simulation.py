"""SimulateCustomPolicy and SimulatePrincipalPolicy: what policies would decide, and what they ask for."""

import json

import pytest

from iam_support import document, not_found
from support import refused

READ = "secretsmanager:GetSecretValue"
LIST = "secretsmanager:ListSecrets"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-AbCdEf"


def conditioned(operator, key, value, effect="Allow"):
    return json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": effect, "Action": "*", "Resource": "*", "Condition": {operator: {key: value}}}})


def decisions(reply):
    return [(result["EvalActionName"], result["EvalResourceName"], result["EvalDecision"])
            for result in reply["EvaluationResults"]]


def test_custom_policies_decide_for_each_action_and_resource(lone_account):
    reply = lone_account.iam.simulate_custom_policy(
        PolicyInputList=[document(READ, resource=SECRET), document(LIST),
                         document(READ, effect="Deny", resource=SECRET.replace("app/db-AbCdEf", "other*"))],
        ActionNames=[READ, LIST], ResourceArns=[SECRET, SECRET.replace("app/db", "other")])
    other = SECRET.replace("app/db", "other")
    assert decisions(reply) == [(READ, SECRET, "allowed"), (READ, other, "explicitDeny"),
                                (LIST, SECRET, "allowed"), (LIST, other, "allowed")]
    assert reply["IsTruncated"] is False


def test_statements_are_named_with_their_place(lone_account):
    """The example of AWS's CLI reference, with its positions."""
    text = ('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*",'
            '"Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":'
            '"2018-08-16T12:00:00Z"}}}}')
    (result,) = lone_account.iam.simulate_custom_policy(
        PolicyInputList=[text], ActionNames=["dynamodb:CreateBackup"],
        ContextEntries=[{"ContextKeyName": "aws:CurrentTime", "ContextKeyType": "date",
                         "ContextKeyValues": ["2019-04-25T11:00:00Z"]}])["EvaluationResults"]
    assert result["EvalDecision"] == "allowed" and result["EvalResourceName"] == "*"
    (matched,) = result["MatchedStatements"]
    assert matched["SourcePolicyId"] == "PolicyInputList.1"
    assert matched["StartPosition"] == {"Line": 1, "Column": 38}
    assert matched["EndPosition"] == {"Line": 1, "Column": 167}
    assert result["MissingContextValues"] == []


@pytest.mark.parametrize("operator, value, entries, decision, missing", [
    ("StringEquals", "blue", [], "implicitDeny", ["aws:ResourceTag/team"]),
    ("StringEquals", "blue", [("string", ["blue"])], "allowed", []),
    ("StringEquals", "blue", [("string", ["red"])], "implicitDeny", []),
    ("ForAnyValue:StringEquals", "blue", [("stringList", ["red", "blue"])], "allowed", []),
    ("StringNotEquals", "blue", [], "allowed", ["aws:ResourceTag/team"]),
    ("NumericLessThan", "5", [("numeric", ["4"])], "allowed", []),
])
def test_context_is_what_is_given(lone_account, operator, value, entries, decision, missing):
    (result,) = lone_account.iam.simulate_custom_policy(
        PolicyInputList=[conditioned(operator, "aws:ResourceTag/team", value)], ActionNames=[READ],
        ContextEntries=[{"ContextKeyName": "AWS:resourcetag/team", "ContextKeyType": kind,
                         "ContextKeyValues": values} for kind, values in entries]
    )["EvaluationResults"]
    assert (result["EvalDecision"], result["MissingContextValues"]) == (decision, missing)


def test_a_boundary_bounds_and_says_so(lone_account):
    (result,) = lone_account.iam.simulate_custom_policy(
        PolicyInputList=[document("*")], ActionNames=[READ],
        PermissionsBoundaryPolicyInputList=[document(LIST)])["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny" and result["MatchedStatements"] == []
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_a_resource_policy_takes_part_when_it_is_given(lone_account):
    caller = lone_account.arn("user", "alice")
    resource_policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": caller}, "Action": READ, "Resource": "*"}]})
    own = SECRET.replace("111122223333", lone_account.id)
    options = {"PolicyInputList": [document(LIST)], "ActionNames": [READ],
               "ResourcePolicy": resource_policy}
    results = lone_account.iam.simulate_custom_policy(
        ResourceArns=[own, SECRET], CallerArn=caller, **options)
    assert decisions(results) == [(READ, own, "allowed"), (READ, SECRET, "implicitDeny")]
    (matched,) = results["EvaluationResults"][0]["MatchedStatements"]
    assert matched["SourcePolicyId"] == "ResourcePolicy"
    with refused("InvalidInput", "CallerArn is needed when there is a ResourcePolicy."):
        lone_account.iam.simulate_custom_policy(ResourceArns=[own], **options)


def test_a_principal_has_all_of_his_own_policies(lone_account):
    iam = lone_account.iam
    iam.create_group(GroupName="devs")
    iam.put_group_policy(GroupName="devs", PolicyName="list", PolicyDocument=document(LIST))
    lone_account.add_user("alice", "devs", Tags=[{"Key": "team", "Value": "blue"}])
    attached = lone_account.add_policy("reading", conditioned(
        "StringEquals", "aws:PrincipalTag/team", "blue"))
    iam.attach_user_policy(UserName="alice", PolicyArn=attached)
    iam.put_user_policy(UserName="alice", PolicyName="no",
                        PolicyDocument=document("kms:*", effect="Deny"))
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": lone_account.id}, "Action": "sts:AssumeRole"}]})
    iam.create_role(RoleName="lister", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="lister", PolicyName="p", PolicyDocument=document(LIST))

    def simulate(kind, name, *actions):
        return iam.simulate_principal_policy(PolicySourceArn=lone_account.arn(kind, name),
                                             ActionNames=list(actions))["EvaluationResults"]

    read, listing, key = simulate("user", "alice", READ, LIST, "kms:Decrypt")
    assert [r["EvalDecision"] for r in (read, listing, key)] == [
        "allowed", "allowed", "explicitDeny"]
    assert [m["SourcePolicyId"] for m in read["MatchedStatements"]] == ["reading"]
    assert [m["SourcePolicyId"] for m in listing["MatchedStatements"]] == [
        "reading", "group_devs_list"]
    assert [m["SourcePolicyId"] for m in key["MatchedStatements"]] == ["user_alice_no"]
    assert [r["EvalDecision"] for r in simulate("group", "devs", READ, LIST)] == [
        "implicitDeny", "allowed"]
    assert [r["EvalDecision"] for r in simulate("role", "lister", READ, LIST)] == [
        "implicitDeny", "allowed"]


def test_results_come_in_pages(lone_account):
    actions = [f"secretsmanager:Do{i}" for i in range(7)]
    pages = list(lone_account.iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[document("*")], ActionNames=actions,
        PaginationConfig={"PageSize": 3}))
    assert [len(page["EvaluationResults"]) for page in pages] == [3, 3, 1]
    assert [r["EvalActionName"] for page in pages for r in page["EvaluationResults"]] == actions


def test_a_page_ends_early_when_there_is_much_to_tell(lone_account):
    """IAM may return fewer results than were asked for; all of them come in the end."""
    actions = [f"secretsmanager:Do{i}" for i in range(40)]
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Statement": [statement] * 1000})
    pages = list(lone_account.iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[policy], ActionNames=actions, PaginationConfig={"PageSize": 1000}))
    assert len(pages) > 1
    assert [r["EvalActionName"] for page in pages for r in page["EvaluationResults"]] == actions
    assert {len(r["MatchedStatements"]) for page in pages for r in page["EvaluationResults"]} == {
        1000}


def test_what_takes_too_long_to_compare_is_refused(lone_account):
    long_pattern = conditioned("StringLike", "aws:UserAgent", "*" + "a" * 50_000 + "b")
    with refused("InvalidInput", "The policies and the context are too large to be simulated "
                                 "together."):
        lone_account.iam.simulate_custom_policy(
            PolicyInputList=[long_pattern], ActionNames=[READ], ContextEntries=[{
                "ContextKeyName": "aws:UserAgent", "ContextKeyType": "string",
                "ContextKeyValues": ["a" * 100_000]}])


def test_a_custom_policy_is_nobodys(lone_account):
    (result,) = lone_account.iam.simulate_custom_policy(
        PolicyInputList=[conditioned("StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::1:user/a")],
        ActionNames=[READ])["EvaluationResults"]
    assert result["MissingContextValues"] == ["aws:PrincipalArn"]


def test_what_is_wrong_is_refused(lone_account):
    iam = lone_account.iam
    with refused("InvalidInput", "Invalid policy document PolicyInputList.2."):
        iam.simulate_custom_policy(PolicyInputList=[document("*"), "{"], ActionNames=[READ])
    with refused("InvalidInput"):
        iam.simulate_custom_policy(PolicyInputList=[document("*")], ActionNames=["nonsense"])
    root = f"arn:aws:iam::{lone_account.id}:root"
    with refused("InvalidInput", f"Invalid Entity Arn: {root} does not clearly define entity "
                                 "type and name."):
        iam.simulate_principal_policy(PolicySourceArn=root, ActionNames=[READ])
    with refused("NoSuchEntity", "The user with name ghost cannot be found.", status=404):
        iam.simulate_principal_policy(PolicySourceArn=lone_account.arn("user", "ghost"),
                                      ActionNames=[READ])


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_an_arn_with_another_path_or_letter_case_is_nobodys(strict_account, kind):
    """Or whoever may simulate what is in one path could do so for what is in another."""
    iam = strict_account.iam
    if kind == "role":
        iam.create_role(RoleName="it", AssumeRolePolicyDocument=json.dumps({"Statement": {
            "Effect": "Allow", "Principal": {"AWS": strict_account.id},
            "Action": "sts:AssumeRole"}}))
    elif kind == "group":
        iam.create_group(GroupName="it")
    else:
        iam.create_user(UserName="it")
    strict_account.add_user("alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(
        "iam:SimulatePrincipalPolicy",
        resource=[strict_account.arn(kind, "*", "/dev/"), strict_account.arn(kind, "IT")]))
    alice = strict_account.client_of("alice", "iam")
    for arn in (strict_account.arn(kind, "it", "/dev/"), strict_account.arn(kind, "IT")):
        with refused("NoSuchEntity", status=404):
            alice.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[READ])
    with refused("AccessDenied", status=403):
        alice.simulate_principal_policy(PolicySourceArn=strict_account.arn(kind, "it"),
                                        ActionNames=[READ])


def test_simulating_needs_its_own_permission(strict_account):
    strict_account.add_user("alice")
    strict_account.iam.put_user_policy(UserName="alice", PolicyName="p",
                                       PolicyDocument=document("iam:SimulateCustomPolicy"))
    iam = strict_account.client_of("alice", "iam")
    iam.simulate_custom_policy(PolicyInputList=[document("*")], ActionNames=[READ])
    with refused("AccessDenied", status=403):
        iam.simulate_principal_policy(PolicySourceArn=strict_account.arn("user", "alice"),
                                      ActionNames=[READ])


def test_context_keys_of_documents(lone_account):
    """The keys that have to be given to simulate them."""
    own_folder = document("s3:GetObject", resource="arn:aws:s3:::b/${aws:PrincipalTag/Team}/*")
    keys = lone_account.iam.get_context_keys_for_custom_policy(PolicyInputList=[
        own_folder, conditioned("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"),
        conditioned("StringLike", "AWS:currenttime", "${aws:username}-*")])["ContextKeyNames"]
    assert keys == ["aws:PrincipalTag/Team", "aws:CurrentTime", "aws:username"]
    assert lone_account.iam.get_context_keys_for_custom_policy(
        PolicyInputList=[document("*")])["ContextKeyNames"] == []
    with refused("InvalidInput", "Invalid policy document PolicyInputList.1."):
        lone_account.iam.get_context_keys_for_custom_policy(PolicyInputList=["{}"])


def test_context_keys_of_a_principal(lone_account):
    iam = lone_account.iam
    iam.create_group(GroupName="g")
    iam.put_group_policy(GroupName="g", PolicyName="p",
                         PolicyDocument=conditioned("StringEquals", "aws:Group", "1"))
    limit = lone_account.add_policy("limit", conditioned("StringEquals", "aws:Limit", "1"))
    attached = lone_account.add_policy("attached", conditioned("StringEquals", "aws:Attached", "1"))
    lone_account.add_user("u", "g", PermissionsBoundary=limit)
    iam.put_user_policy(UserName="u", PolicyName="p",
                        PolicyDocument=conditioned("StringEquals", "aws:Own", "1"))
    iam.attach_user_policy(UserName="u", PolicyArn=attached)

    def keys(kind, name, **more):
        return iam.get_context_keys_for_principal_policy(
            PolicySourceArn=lone_account.arn(kind, name), **more)["ContextKeyNames"]

    assert sorted(keys("user", "u")) == ["aws:Attached", "aws:Group", "aws:Limit", "aws:Own"]
    assert keys("group", "g") == ["aws:Group"]
    assert keys("group", "g", PolicyInputList=[
        conditioned("StringEquals", "aws:Given", "1")]) == ["aws:Group", "aws:Given"]
    with refused("NoSuchEntity", not_found("user", "ghost"), 404):
        keys("user", "ghost")
    with refused("InvalidInput"):
        keys("policy", "limit")
