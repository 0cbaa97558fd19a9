"""Rotation and the end of keys of KMS, with boto3 and the test clock."""

import datetime
import json
import pathlib
import sqlite3
import subprocess

import pytest

from conftest import new_account
from support import BINARY, REGION, eventually, refused, without_metadata

NO_ACCESS = "Access to KMS is not allowed"
DAY = 86400


@pytest.fixture
def kms(server, account):
    return server.client(key=account, service="kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]


def state_of(kms, key):
    return kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]


def date_of(server):
    return datetime.datetime.fromtimestamp(server.now(), datetime.timezone.utc)


def days_between(earlier, later):
    return round((later - earlier).total_seconds() / DAY, 2)


# --- Deletion ---

def test_a_key_waits_for_its_deletion(server, account, kms, key):
    client = server.client(key=account)
    client.create_secret(Name="x", SecretString="value", KmsKeyId=key["Arn"])
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m")["CiphertextBlob"]

    reply = without_metadata(kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7))

    assert set(reply) == {"KeyId", "DeletionDate", "KeyState", "PendingWindowInDays"}
    assert (reply["KeyId"], reply["KeyState"]) == (key["Arn"], "PendingDeletion")
    assert reply["PendingWindowInDays"] == 7
    assert days_between(date_of(server), reply["DeletionDate"]) == 7
    shown = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (shown["KeyState"], shown["Enabled"]) == ("PendingDeletion", False)
    assert shown["DeletionDate"] == reply["DeletionDate"]
    pending = f"{key['Arn']} is pending deletion."
    for call, members in [
            (kms.encrypt, {"Plaintext": b"m"}), (kms.enable_key, {}), (kms.disable_key, {}),
            (kms.generate_data_key, {"KeySpec": "AES_256"}), (kms.schedule_key_deletion, {}),
            (kms.enable_key_rotation, {}), (kms.disable_key_rotation, {}),
            (kms.rotate_key_on_demand, {}), (kms.update_key_description, {"Description": "d"}),
            (kms.tag_resource, {"Tags": [{"TagKey": "k", "TagValue": "v"}]}),
            (kms.untag_resource, {"TagKeys": ["k"]})]:
        with refused("KMSInvalidStateException", pending):
            call(KeyId=key["KeyId"], **members)
    with refused("KMSInvalidStateException", pending):
        kms.decrypt(CiphertextBlob=blob)
    with refused("KMSInvalidStateException", pending):
        kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
    with refused("DecryptionFailure"):
        client.get_secret_value(SecretId="x")
    with refused("EncryptionFailure"):
        client.put_secret_value(SecretId="x", SecretString="new")
    with refused("EncryptionFailure"):
        client.create_secret(Name="y", SecretString="new", KmsKeyId=key["Arn"])
    [failure] = client.batch_get_secret_value(SecretIdList=["x"])["Errors"]
    assert failure["ErrorCode"] == "DecryptionFailure"
    client.describe_secret(SecretId="x")


def test_a_deletion_is_cancelled(server, account, kms, key):
    client = server.client(key=account)
    client.create_secret(Name="x", SecretString="value", KmsKeyId=key["Arn"])
    with refused("KMSInvalidStateException", f"{key['Arn']} is not pending deletion."):
        kms.cancel_key_deletion(KeyId=key["KeyId"])
    default = kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert default["PendingWindowInDays"] == 30

    assert kms.cancel_key_deletion(KeyId=key["Arn"])["KeyId"] == key["Arn"]

    shown = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert shown["KeyState"] == "Disabled" and "DeletionDate" not in shown
    with refused("DecryptionFailure"):
        client.get_secret_value(SecretId="x")
    with refused("DisabledException", f"{key['Arn']} is disabled."):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m")
    kms.enable_key(KeyId=key["KeyId"])
    assert client.get_secret_value(SecretId="x")["SecretString"] == "value"


@pytest.mark.parametrize("days", [6, 31, 366])
def test_windows_that_are_refused(kms, key, days):
    with refused("ValidationException"):
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=days)
    assert state_of(kms, key) == "Enabled"


def bytes_of(data):
    """What the database's files hold."""
    return b"".join(file.read_bytes() for file in sorted(pathlib.Path(data).glob("coffer.db*")))


def stored(data, folder, query):
    """The rows of a query, of a copy: nobody else may open the database of a running server."""
    for file in pathlib.Path(data).glob("coffer.db*"):
        (folder / file.name).write_bytes(file.read_bytes())
    with sqlite3.connect(folder / "coffer.db") as database:
        return database.execute(query).fetchall()


def test_a_destroyed_key_is_gone_for_ever(make_server, tmp_path):
    server = make_server().start()
    kms, client = server.client(service="kms"), server.client()
    doomed = kms.create_key()["KeyMetadata"]
    kept = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/doomed", TargetKeyId=doomed["KeyId"])
    for secret, key in [("x", doomed), ("y", kept), ("z", doomed)]:
        client.create_secret(Name=secret, SecretString=f"value of {secret}", KmsKeyId=key["Arn"])
    blob = kms.encrypt(KeyId=doomed["KeyId"], Plaintext=b"m")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=doomed["KeyId"])
    # Three versions of two keys, wrapped; each is in the files now.
    wrapped = stored(server.data, tmp_path, "SELECT v.wrapped, k.name FROM key_versions v "
                                            "JOIN keys k USING(key_id)")
    of_doomed = [record for record, name in wrapped if name == doomed["KeyId"]]
    [of_kept] = [record for record, name in wrapped if name == kept["KeyId"]]
    assert len(of_doomed) == 2
    assert all(record in bytes_of(server.data) for record in [*of_doomed, of_kept])
    kms.schedule_key_deletion(KeyId=doomed["KeyId"], PendingWindowInDays=7)

    server.advance(days=6)
    assert state_of(kms, doomed) == "PendingDeletion"
    server.advance(days=1, seconds=1)

    def is_destroyed():
        return doomed["KeyId"] not in [key["KeyId"] for key in kms.list_keys()["Keys"]]

    eventually(is_destroyed, seconds=60)
    eventually(lambda: not any(record in bytes_of(server.data) for record in of_doomed), seconds=60)
    assert of_kept in bytes_of(server.data)

    missing = f"Key '{doomed['Arn']}' does not exist"
    for _ in range(2):
        for call in (kms.describe_key, kms.enable_key, kms.cancel_key_deletion):
            with refused("NotFoundException", missing):
                call(KeyId=doomed["KeyId"])
        with refused("AccessDeniedException"):
            kms.decrypt(CiphertextBlob=blob)
        assert kms.list_aliases()["Aliases"] == []
        for secret in ("x", "z"):
            with refused("AccessDeniedException", NO_ACCESS):
                client.get_secret_value(SecretId=secret)
        with refused("AccessDeniedException", NO_ACCESS):
            client.put_secret_value(SecretId="x", SecretString="new")
        with refused("AccessDeniedException", NO_ACCESS):
            client.create_secret(Name="w", SecretString="new", KmsKeyId=doomed["Arn"])
        listed = [secret["Name"] for secret in client.list_secrets()["SecretList"]]
        assert sorted(listed) == ["x", "y", "z"]
        assert client.describe_secret(SecretId="x")["KmsKeyId"] == doomed["Arn"]
        assert client.get_secret_value(SecretId="y")["SecretString"] == "value of y"
        server.restart()
        kms, client = server.client(service="kms"), server.client()

    # A secret can leave a lost key: with another one for what is put from now on.
    client.update_secret(SecretId="x", KmsKeyId=kept["Arn"], SecretString="new")
    assert client.get_secret_value(SecretId="x")["SecretString"] == "new"
    with refused("AccessDeniedException", NO_ACCESS):
        client.get_secret_value(SecretId="x", VersionStage="AWSPREVIOUS")
    client.delete_secret(SecretId="z", ForceDeleteWithoutRecovery=True)
    # What can never be opened again is no damage.
    assert server.stop() == 0
    verified = subprocess.run([BINARY, "verify", "--data", server.data], capture_output=True,
                              text=True, timeout=60)
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.parametrize("is_forced", [True, False])
def test_a_purged_secret_leaves_no_bytes(make_server, tmp_path, is_forced):
    server = make_server().start()
    client = server.client()
    for secret in ("doomed", "kept"):
        client.create_secret(Name=secret, SecretString=secret * 2000)
        client.put_secret_value(SecretId=secret, SecretString="short")
    rows = stored(server.data, tmp_path,
                  "SELECT s.name, v.wrapped_data_key, v.record FROM secret_versions v "
                  "JOIN secrets s USING(secret_id)")

    def remains(name):
        # A long record is in several pages: any of its pieces.
        files = bytes_of(server.data)
        return [piece for owner, *parts in rows if owner == name for part in parts
                for piece in (part[:64], part[-64:], part[len(part) // 2:][:64]) if piece in files]

    assert len(remains("doomed")) == len(remains("kept")) == 12
    if is_forced:
        client.delete_secret(SecretId="doomed", ForceDeleteWithoutRecovery=True)
    else:
        client.delete_secret(SecretId="doomed", RecoveryWindowInDays=7)
        server.advance(days=8)

    eventually(lambda: not remains("doomed"), seconds=60)
    assert len(remains("kept")) == 12


# --- Rotation ---

def test_a_schedule_is_set_and_ended(server, kms, key):
    def status():
        return without_metadata(kms.get_key_rotation_status(KeyId=key["KeyId"]))

    none = {"KeyId": key["KeyId"], "KeyRotationEnabled": False}
    assert status() == none
    kms.enable_key_rotation(KeyId=key["KeyId"])
    yearly = status()
    assert (yearly["KeyRotationEnabled"], yearly["RotationPeriodInDays"]) == (True, 365)
    assert days_between(date_of(server), yearly["NextRotationDate"]) == 365
    kms.enable_key_rotation(KeyId=key["Arn"])
    assert status() == yearly
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
    assert days_between(date_of(server), status()["NextRotationDate"]) == 90
    for days in (2561, 4000):
        with refused("ValidationException"):
            kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=days)
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert status() == none
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    assert status()["RotationPeriodInDays"] == 90
    with refused("DisabledException"):
        kms.disable_key_rotation(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    kms.disable_key_rotation(KeyId=key["KeyId"])
    assert status() == none


def test_rotation_on_demand(server, account, kms, key):
    client = server.client(key=account)
    client.create_secret(Name="x", SecretString="old", KmsKeyId=key["Arn"])
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"old")["CiphertextBlob"]

    assert kms.rotate_key_on_demand(KeyId=key["KeyId"])["KeyId"] == key["KeyId"]

    shown = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (shown["Arn"], shown["KeyId"]) == (key["Arn"], key["KeyId"])
    assert shown["CurrentKeyMaterialId"] != key["CurrentKeyMaterialId"]
    assert client.get_secret_value(SecretId="x")["SecretString"] == "old"
    opened = kms.decrypt(CiphertextBlob=blob)
    assert opened["Plaintext"] == b"old"
    assert opened["KeyMaterialId"] == key["CurrentKeyMaterialId"]
    client.put_secret_value(SecretId="x", SecretString="new")
    assert client.get_secret_value(SecretId="x")["SecretString"] == "new"
    made = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    assert made["KeyMaterialId"] == shown["CurrentKeyMaterialId"]

    [rotation] = kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]
    assert rotation["RotationType"] == "ON_DEMAND"
    assert rotation["KeyMaterialId"] == shown["CurrentKeyMaterialId"]
    assert "KeyMaterialState" not in rotation
    pages = list(kms.get_paginator("list_key_rotations").paginate(
        KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL",
        PaginationConfig={"PageSize": 1}))
    material = [entry for page in pages for entry in page["Rotations"]]
    assert [entry["KeyMaterialState"] for entry in material] == ["NON_CURRENT", "CURRENT"]
    assert [entry["KeyMaterialId"] for entry in material] == [
        key["CurrentKeyMaterialId"], shown["CurrentKeyMaterialId"]]


def test_a_key_is_rotated_on_demand_so_often(kms, key):
    for _ in range(25):
        kms.rotate_key_on_demand(KeyId=key["KeyId"])
    with refused("LimitExceededException"):
        kms.rotate_key_on_demand(KeyId=key["KeyId"])
    assert len(kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]) == 25


def test_keys_are_rotated_by_the_clock(make_server):
    server = make_server().start()
    kms, client = server.client(service="kms"), server.client()
    yearly, never = (kms.create_key()["KeyMetadata"] for _ in range(2))
    kms.enable_key_rotation(KeyId=yearly["KeyId"])
    for secret, key in [("yearly", yearly["Arn"]), ("never", never["Arn"]), ("default", None)]:
        client.create_secret(Name=secret, SecretString="of year 0",
                             **({"KmsKeyId": key} if key else {}))
    default = kms.describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]
    status = kms.get_key_rotation_status(KeyId=default["KeyId"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    blobs = [kms.encrypt(KeyId=yearly["KeyId"], Plaintext=b"of year 0")["CiphertextBlob"]]

    def rotations(key):
        return kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]

    for year in (1, 2):
        planned = kms.get_key_rotation_status(KeyId=yearly["KeyId"])["NextRotationDate"]
        server.advance(days=366 * year)  # A restart ends what the clock was moved by.
        eventually(lambda: len(rotations(yearly)) == len(rotations(default)) == year, seconds=60)
        last = rotations(yearly)[-1]
        assert last["RotationType"] == "AUTOMATIC"
        assert days_between(planned, last["RotationDate"]) == pytest.approx(1, abs=0.1)
        following = kms.get_key_rotation_status(KeyId=yearly["KeyId"])["NextRotationDate"]
        assert days_between(last["RotationDate"], following) == 365
        for secret in ("yearly", "never", "default"):
            assert client.get_secret_value(SecretId=secret)["SecretString"] == f"of year {year - 1}"
            client.put_secret_value(SecretId=secret, SecretString=f"of year {year}")
        for age, blob in enumerate(blobs):
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == f"of year {age}".encode()
        blobs.append(kms.encrypt(KeyId=yearly["KeyId"], Plaintext=f"of year {year}".encode())[
            "CiphertextBlob"])
        server.restart()
        kms, client = server.client(service="kms"), server.client()
    assert rotations(never) == []
    assert kms.describe_key(KeyId=yearly["KeyId"])["KeyMetadata"]["Arn"] == yearly["Arn"]
    for age, blob in enumerate(blobs):
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == f"of year {age}".encode()


def test_the_services_key_is_not_managed(server, account, kms):
    server.client(key=account).create_secret(Name="x", SecretString="value")
    default = kms.describe_key(KeyId="alias/aws/secretsmanager")["KeyMetadata"]["KeyId"]
    for call in (kms.enable_key_rotation, kms.disable_key_rotation, kms.rotate_key_on_demand,
                 kms.schedule_key_deletion, kms.disable_key):
        with refused("AccessDeniedException"):
            call(KeyId=default)


# --- Others ---

def test_a_terraform_key(kms, account):
    """The calls of an aws_kms_key, with enable_key_rotation and tags, from apply to destroy."""
    key = kms.create_key(Description="of terraform", KeyUsage="ENCRYPT_DECRYPT",
                         CustomerMasterKeySpec="SYMMETRIC_DEFAULT", MultiRegion=False,
                         BypassPolicyLockoutSafetyCheck=False,
                         Tags=[{"TagKey": "team", "TagValue": "blue"}])["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    assert policy["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "team", "TagValue": "blue"}]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Enabled"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_aliases_have_dates(server, kms, key):
    kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
    [made] = kms.list_aliases(KeyId=key["KeyId"])["Aliases"]
    assert made["CreationDate"] == made["LastUpdatedDate"]
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName="alias/a", TargetKeyId=other)
    [moved] = kms.list_aliases(KeyId=other)["Aliases"]
    assert moved["CreationDate"] == made["CreationDate"] < moved["LastUpdatedDate"]


def test_a_secret_under_a_key_of_another_account(server):
    owner, user = new_account(), new_account()
    kms = server.client(key=owner, service="kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    client = server.client(key=user)
    with refused("AccessDeniedException", NO_ACCESS):
        client.create_secret(Name="x", SecretString="value", KmsKeyId=key)

    grants = [{"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:*", "Resource": "*"}
              for who in (owner, user)]
    kms.put_key_policy(KeyId=key, Policy=json.dumps({"Version": "2012-10-17", "Statement": grants}))

    client.create_secret(Name="x", SecretString="value", KmsKeyId=key)
    assert client.get_secret_value(SecretId="x")["SecretString"] == "value"
    [version] = client.list_secret_version_ids(SecretId="x")["Versions"]
    assert version["KmsKeyIds"] == [key]
    kms.put_key_policy(KeyId=key, Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": grants[:1]}))
    with refused("AccessDeniedException", NO_ACCESS):
        client.get_secret_value(SecretId="x")


def test_the_default_key_is_never_for_other_accounts(server):
    owner, reader = new_account(), new_account()
    client = server.client(key=owner)
    arn = client.create_secret(Name="x", SecretString="value")["ARN"]
    client.put_resource_policy(SecretId="x", ResourcePolicy=json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": reader},
                                                "Action": "*", "Resource": "*"}}))
    with refused("InvalidRequestException",
                 "You can't access a secret from a different AWS account if you encrypt the secret "
                 "with the default KMS service key."):
        server.client(key=reader).get_secret_value(SecretId=arn)
    alias = f"arn:aws:kms:{REGION}:{owner}:alias/aws/secretsmanager"
    with refused("AccessDeniedException", NO_ACCESS):
        server.client(key=reader).create_secret(Name="y", SecretString="v", KmsKeyId=alias)
