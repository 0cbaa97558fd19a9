"""AWS's caching client for Python works unchanged (walk-through W7)."""

import collections

import botocore.exceptions
import botocore.session
import pytest

caching = pytest.importorskip("aws_secretsmanager_caching")


@pytest.fixture
def counted_client(server, monkeypatch):
    """A client configured by the environment alone, and how often each operation was called."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_CA_BUNDLE", server.ca_bundle)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    calls = collections.Counter()
    client = botocore.session.get_session().create_client("secretsmanager",
                                                          region_name="us-east-1")
    client.meta.events.register("before-call.secrets-manager.*",
                                lambda model, **_: calls.update([model.name]))
    return client, calls


def make_cache(client):
    config = caching.SecretCacheConfig(max_cache_size=10, secret_refresh_interval=3600,
                                       default_version_stage="AWSCURRENT")
    return caching.SecretCache(config=config, client=client)


def test_one_look_up_serves_many_reads(counted_client, name):
    client, calls = counted_client
    client.create_secret(Name=name, SecretString="value")
    cache = make_cache(client)
    calls.clear()

    assert [cache.get_secret_string(name) for _ in range(5)] == ["value"] * 5

    assert calls == {"DescribeSecret": 1, "GetSecretValue": 1}


def test_binary_and_other_stages(counted_client, name):
    client, _ = counted_client
    client.create_secret(Name=name, SecretBinary=b"\x00old")
    client.put_secret_value(SecretId=name, SecretBinary=b"\x00new")
    cache = make_cache(client)

    assert cache.get_secret_binary(name) == b"\x00new"
    assert cache.get_secret_binary(name, version_stage="AWSPREVIOUS") == b"\x00old"


def test_a_missing_secret(counted_client, name):
    client, _ = counted_client

    with pytest.raises(botocore.exceptions.ClientError) as caught:
        make_cache(client).get_secret_string(name)

    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
