"""The operations and members of the API, held against AWS's own model as botocore has it.

tests/data holds the lists of Coffer's tables; unit tests see to it that they are true.
"""

import botocore
import pytest
from botocore.loaders import Loader

from support import NOT_FOUND, REPOSITORY, SERVICE, new_token

# What this is about. What AWS adds later is told, and no failure.
NEWEST = (1, 44, 5)
# What the newest model adds and is not built; docs/compatibility.md says so.
OTHER_OPERATIONS = {"AssociateCrossAccountReplica", "DisassociateCrossAccountReplica",
                    "ListResourcePolicies"}
OTHER_MEMBERS = {"DescribeSecret output CrossAccountPrimary",
                 "DescribeSecret output CrossAccountReplicas"}
OTHER_MEMBERS |= {f"{verb}ResourcePolicy {side} PolicyName"
                  for verb in ("Get", "Put", "Delete") for side in ("input", "output")}
REFUSED_MEMBER = "CreateSecret input CrossAccountPrimaryARN"
# What a partner's own rotation is told, which is refused: there is nothing to show.
OTHER_MEMBERS |= {f"{place}ExternalSecretRotation{member}"
                  for place in ("DescribeSecret output ", "ListSecrets output SecretList.")
                  for member in ("Metadata", "RoleArn")}


@pytest.fixture(scope="module")
def model():
    return Loader().load_service_model(SERVICE, "service-2")


def lines_of(name):
    return (REPOSITORY / "tests/data" / name).read_text().splitlines()


def members(model, shape_name, prefix):
    shape = model["shapes"][shape_name]
    if shape["type"] == "list":
        yield from members(model, shape["member"]["shape"], prefix)
    for name, member in shape.get("members", {}).items():
        yield f"{prefix}{name}"
        yield from members(model, member["shape"], f"{prefix}{name}.")


def assert_complete(missing):
    version = tuple(int(part) for part in botocore.__version__.split("."))
    if missing and version > NEWEST:
        pytest.skip(f"botocore {botocore.__version__} has more: {sorted(missing)}")
    assert missing == set()


def test_every_operation_of_the_model(model):
    built = lines_of("operations.txt")

    assert len(built) == 23
    assert set(built) - set(model["operations"]) == set()
    assert_complete(set(model["operations"]) - set(built) - OTHER_OPERATIONS)


def test_every_member_of_the_model(model):
    expected = {line for name in lines_of("operations.txt") for side in ("input", "output")
                if side in model["operations"][name]
                for line in members(model, model["operations"][name][side]["shape"],
                                    f"{name} {side} ")}
    built = set(lines_of("members.txt"))

    assert len(built) > 200
    assert built - expected - {REFUSED_MEMBER} == set()
    assert_complete({line for line in expected - built
                     if not any(line == other or line.startswith(f"{other}.")
                                for other in OTHER_MEMBERS)})


def test_a_replica_of_another_account_is_not_made_an_ordinary_secret(raw, name):
    reply = raw("CreateSecret", {
        "Name": name, "ClientRequestToken": new_token(),
        "CrossAccountPrimaryARN": "arn:aws:secretsmanager:us-east-1:111122223333:secret:a-AbCdEf"})

    reply.expect_refusal("NotImplementedException")
    assert "CrossAccountPrimaryARN" in reply.message
    raw("DescribeSecret", {"SecretId": name}).expect_refusal("ResourceNotFoundException", NOT_FOUND)
