"""Messages under keys of KMS, with boto3: Encrypt, Decrypt, ReEncrypt, data keys, random bytes."""

import base64
import json
import re
import secrets

import pytest

from conftest import new_account
from support import REGION, refused
from test_strict_profile import make_strict, root_key  # noqa: F401 (a fixture)

CONTEXT = {"purpose": "test", "department": "10103.0"}
UNSEEN = ("The ciphertext refers to a customer master key that does not exist, does not exist in "
          "this region, or you are not allowed to access.")
DRY_RUN = "The request would have succeeded, but the DryRun option is set."


@pytest.fixture
def kms(server, account):
    return server.client(key=account, service="kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]


def test_a_message_comes_back(kms, key, account):
    kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
    alias_arn = f"arn:aws:kms:{REGION}:{account}:alias/a"
    for name in (key["KeyId"], key["Arn"], "alias/a", alias_arn):
        sealed = kms.encrypt(KeyId=name, Plaintext=b"a message", EncryptionContext=CONTEXT,
                             GrantTokens=["token"])
        assert sealed["KeyId"] == key["Arn"]
        assert sealed["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
        blob = sealed["CiphertextBlob"]
        assert len(blob) <= 6144 and b"a message" not in blob
        # The order of the context does not matter.
        for more in ({}, {"KeyId": name}, {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}):
            opened = kms.decrypt(CiphertextBlob=blob, **more,
                                 EncryptionContext=dict(reversed(CONTEXT.items())))
            assert opened["Plaintext"] == b"a message"
            assert opened["KeyId"] == key["Arn"]
            assert opened["KeyMaterialId"] == key["CurrentKeyMaterialId"]


@pytest.mark.parametrize("size", [1, 4096])
def test_sizes(kms, key, size):
    plaintext = secrets.token_bytes(size)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=plaintext)["CiphertextBlob"]
    assert len(blob) <= 6144
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext


def test_a_message_may_be_too_long_or_empty(raw, kms, key):
    for plaintext in (b"", b"x" * 4097):
        raw("TrentService.Encrypt", {"KeyId": "alias/none",
                                     "Plaintext": base64.b64encode(plaintext).decode()},
            service="kms").expect_refusal("ValidationException")


@pytest.mark.parametrize("context", [
    {}, {"purpose": "test"}, {**CONTEXT, "department": "10103.1"}, {**CONTEXT, "more": "m"},
    {"Purpose": "test", "department": "10103.0"}])
def test_another_context_opens_nothing(kms, key, context):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m", EncryptionContext=CONTEXT)[
        "CiphertextBlob"]
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    with refused("InvalidCiphertextException"):
        kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=context,
                       DestinationKeyId=key["KeyId"])


def test_a_refused_ciphertext_has_no_text(server, account, kms, key):
    blob = bytearray(kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m")["CiphertextBlob"])
    blob[-1] ^= 1
    for broken in (blob, blob[:-1], b"x", b"x" * 200):
        reply = server.raw(key=account)(
            "TrentService.Decrypt", {"CiphertextBlob": base64.b64encode(broken).decode()},
            service="kms")
        assert reply.status == 400
        assert reply.json == {"__type": "InvalidCiphertextException"}


def test_a_blob_names_its_key(server, kms, key):
    other = kms.create_key()["KeyMetadata"]
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m")["CiphertextBlob"]
    with refused("IncorrectKeyException", "The key ID in the request does not identify a CMK that "
                                          "can perform this operation."):
        kms.decrypt(CiphertextBlob=blob, KeyId=other["KeyId"])
    # Neither another account nor another region is told anything about the key.
    with refused("AccessDeniedException", UNSEEN):
        server.client(key=new_account(), service="kms").decrypt(CiphertextBlob=blob)
    with refused("AccessDeniedException", UNSEEN):
        server.client(key=key["AWSAccountId"], service="kms", region="eu-west-1").decrypt(
            CiphertextBlob=blob)


def test_re_encrypt(kms, key):
    other = kms.create_key()["KeyMetadata"]
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m", EncryptionContext=CONTEXT)[
        "CiphertextBlob"]

    moved = kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=CONTEXT,
                           DestinationKeyId=other["KeyId"],
                           DestinationEncryptionContext={"a": "b"})

    assert (moved["SourceKeyId"], moved["KeyId"]) == (key["Arn"], other["Arn"])
    assert moved["SourceKeyMaterialId"] == key["CurrentKeyMaterialId"]
    assert moved["DestinationKeyMaterialId"] == other["CurrentKeyMaterialId"]
    opened = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert (opened["Plaintext"], opened["KeyId"]) == (b"m", other["Arn"])
    with refused("IncorrectKeyException"):
        kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=CONTEXT,
                       SourceKeyId=other["KeyId"], DestinationKeyId=other["KeyId"])


@pytest.mark.parametrize("members, size", [
    ({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1}, 1),
    ({"NumberOfBytes": 1024}, 1024)])
def test_a_data_key_comes_back(kms, key, members, size):
    made = kms.generate_data_key(KeyId=key["KeyId"], EncryptionContext=CONTEXT, **members)
    assert len(made["Plaintext"]) == size
    assert made["KeyId"] == key["Arn"]
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)[
        "Plaintext"] == made["Plaintext"]

    sealed = kms.generate_data_key_without_plaintext(KeyId=key["KeyId"], **members)
    assert "Plaintext" not in sealed
    assert len(kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"]) == size


def test_a_data_key_has_one_size(kms, key):
    for members in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}):
        for generate in (kms.generate_data_key, kms.generate_data_key_without_plaintext):
            with refused("ValidationException",
                         "Please specify either number of bytes or key spec."):
                generate(KeyId=key["KeyId"], **members)


def test_random_bytes(kms):
    drawn = {kms.generate_random(NumberOfBytes=64)["Plaintext"] for _ in range(3)}
    assert len(drawn) == 3 and {len(random) for random in drawn} == {64}
    with refused("ValidationException"):
        kms.generate_random()
    with refused("UnsupportedOperationException"):
        kms.generate_random(NumberOfBytes=1, CustomKeyStoreId="cks-1")


def test_a_dry_run_does_nothing(kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m")["CiphertextBlob"]
    for call, members in [
            (kms.encrypt, {"KeyId": key["KeyId"], "Plaintext": b"m"}),
            (kms.decrypt, {"CiphertextBlob": blob}),
            (kms.re_encrypt, {"CiphertextBlob": blob, "DestinationKeyId": key["KeyId"]}),
            (kms.generate_data_key, {"KeyId": key["KeyId"], "KeySpec": "AES_256"}),
            (kms.generate_data_key_without_plaintext,
             {"KeyId": key["KeyId"], "KeySpec": "AES_256"})]:
        with refused("DryRunOperationException", DRY_RUN):
            call(**members, DryRun=True)
    kms.disable_key(KeyId=key["KeyId"])
    with refused("DisabledException"):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m", DryRun=True)


def test_what_is_not_done(kms, key):
    recipient = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": b"x"}
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m")["CiphertextBlob"]
    with refused("UnsupportedOperationException"):
        kms.decrypt(CiphertextBlob=blob, Recipient=recipient)
    with refused("UnsupportedOperationException"):
        kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", Recipient=recipient)
    with refused("InvalidKeyUsageException"):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m", EncryptionAlgorithm="RSAES_OAEP_SHA_1")


def test_the_services_key_is_for_the_service(server, account, kms):
    server.client(key=account).create_secret(Name="x", SecretString="value")
    with refused("AccessDeniedException"):
        kms.encrypt(KeyId="alias/aws/secretsmanager", Plaintext=b"m")


def test_across_accounts_the_keys_policy_decides(server, account, kms, key):
    other = new_account()
    foreign = server.client(key=other, service="kms")
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"m")["CiphertextBlob"]
    with refused("AccessDeniedException"):
        foreign.encrypt(KeyId=key["Arn"], Plaintext=b"m")

    grants = [{"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:*", "Resource": "*"}
              for who in (account, other)]
    kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": grants}))

    assert foreign.decrypt(CiphertextBlob=blob)["Plaintext"] == b"m"
    sealed = foreign.generate_data_key(KeyId=key["Arn"], KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"] == sealed["Plaintext"]
    # To use it is all that it can be let do.
    with refused("AccessDeniedException"):
        foreign.schedule_key_deletion(KeyId=key["Arn"])
    with refused("AccessDeniedException"):
        foreign.rotate_key_on_demand(KeyId=key["Arn"])


def test_policies_see_the_encryption_context(make_strict):  # noqa: F811
    server = make_strict().start()
    root = root_key(server)
    iam = server.client(**root, service="iam")
    kms = server.client(**root, service="kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    iam.create_user(UserName="bob")
    made = iam.create_access_key(UserName="bob")["AccessKey"]
    bob = server.client(key=made["AccessKeyId"], secret=made["SecretAccessKey"], service="kms")

    def allow(*actions, **condition):
        iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": actions, "Resource": key,
                          "Condition": condition}}))

    blob = kms.encrypt(KeyId=key, Plaintext=b"m", EncryptionContext=CONTEXT)["CiphertextBlob"]

    def decrypt(**members):
        return bob.decrypt(CiphertextBlob=blob, **members)["Plaintext"]

    allow("kms:Encrypt")
    with refused("AccessDeniedException", UNSEEN):
        decrypt(EncryptionContext=CONTEXT)
    # Who names the key is told what he lacks.
    with refused("AccessDeniedException", re.compile(
            r"User: \S+ is not authorized to perform: kms:Decrypt on resource: " + key + " .*")):
        decrypt(EncryptionContext=CONTEXT, KeyId=key)

    allow("kms:Decrypt", StringEquals={"kms:EncryptionContext:purpose": "test"})
    assert decrypt(EncryptionContext=CONTEXT) == b"m"
    with refused("AccessDeniedException", UNSEEN):
        decrypt(EncryptionContext={**CONTEXT, "purpose": "other"})
    # Allowed, but not what it was sealed with.
    with refused("InvalidCiphertextException"):
        decrypt(EncryptionContext={"purpose": "test"})

    allow("kms:Decrypt", **{"ForAllValues:StringEquals": {
        "kms:EncryptionContextKeys": ["purpose", "department"]}})
    assert decrypt(EncryptionContext=CONTEXT) == b"m"
    with refused("AccessDeniedException", UNSEEN):
        decrypt(EncryptionContext={**CONTEXT, "more": "m"})

    allow("kms:GenerateDataKey")
    bob.generate_data_key(KeyId=key, KeySpec="AES_256")
    with refused("AccessDeniedException"):
        bob.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256")
    with refused("AccessDeniedException"):
        bob.generate_random(NumberOfBytes=1)
    allow("kms:ReEncryptFrom")
    with refused("AccessDeniedException"):
        bob.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=CONTEXT, DestinationKeyId=key)
    allow("kms:ReEncrypt*")
    bob.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=CONTEXT, DestinationKeyId=key)
