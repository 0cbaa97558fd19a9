//! A tour of Coffer with the AWS SDK for Rust. Prints the name of each step that passed.
//! AWS_ENDPOINT_URL, AWS_CA_BUNDLE, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: as every
//! SDK has them. NAME: a name that is free. ROLE_ARN: a role that may read secrets.

use std::env;
use std::error::Error;

use aws_sdk_secretsmanager as secretsmanager;
use aws_sdk_sts as sts;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use secretsmanager::config::{Credentials, Region, SharedHttpClient};
use secretsmanager::error::ProvideErrorMetadata;
use secretsmanager::operation::get_secret_value::GetSecretValueError;
use secretsmanager::primitives::Blob;

const TEXT: &str = "grüße \u{1F511}";

type Outcome = Result<(), Box<dyn Error>>;

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

/// HTTPS that trusts the certificates of AWS_CA_BUNDLE alone.
fn https() -> SharedHttpClient {
    let pem = std::fs::read(variable("AWS_CA_BUNDLE")).expect("AWS_CA_BUNDLE cannot be read");
    let trusted = tls::TrustStore::empty().with_pem_certificate(pem);
    let context = tls::TlsContext::builder().with_trust_store(trusted).build().expect("TLS");
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https()
}

fn credentials_of_the_environment() -> Credentials {
    let key = variable("AWS_ACCESS_KEY_ID");
    let secret = variable("AWS_SECRET_ACCESS_KEY");
    Credentials::new(key, secret, None, None, "environment")
}

fn secrets_client(credentials: Credentials) -> secretsmanager::Client {
    let config = secretsmanager::Config::builder()
        .behavior_version_latest()
        .endpoint_url(variable("AWS_ENDPOINT_URL"))
        .region(Region::new(variable("AWS_REGION")))
        .credentials_provider(credentials)
        .http_client(https())
        .build();
    secretsmanager::Client::from_conf(config)
}

fn sts_client(credentials: Credentials) -> sts::Client {
    let config = sts::Config::builder()
        .behavior_version_latest()
        .endpoint_url(variable("AWS_ENDPOINT_URL"))
        .region(Region::new(variable("AWS_REGION")))
        .credentials_provider(credentials)
        .http_client(https())
        .build();
    sts::Client::from_conf(config)
}

async fn create_and_read(client: &secretsmanager::Client, name: &str) -> Outcome {
    let created = client.create_secret().name(name).secret_string(TEXT).send().await?;
    let value = client.get_secret_value().secret_id(name).send().await?;
    assert_eq!(value.secret_string(), Some(TEXT));
    assert_eq!(value.arn(), created.arn());
    assert_eq!(value.version_id(), created.version_id());
    Ok(())
}

async fn put_and_read_bytes(client: &secretsmanager::Client, name: &str) -> Outcome {
    let bytes: Vec<u8> = (0..=255).collect();
    let blob = Blob::new(bytes.clone());
    client.put_secret_value().secret_id(name).secret_binary(blob).send().await?;
    let value = client.get_secret_value().secret_id(name).send().await?;
    assert_eq!(value.secret_binary().map(AsRef::as_ref), Some(bytes.as_slice()));
    assert_eq!(value.secret_string(), None);
    Ok(())
}

async fn describe(client: &secretsmanager::Client, name: &str) -> Outcome {
    let described = client.describe_secret().secret_id(name).send().await?;
    assert_eq!(described.name(), Some(name));
    assert_eq!(described.version_ids_to_stages().map(|versions| versions.len()), Some(2));
    assert!(described.created_date().is_some());
    Ok(())
}

async fn meet_an_error(client: &secretsmanager::Client, name: &str) -> Outcome {
    let missing = format!("{name}-missing");
    let refused = client.get_secret_value().secret_id(missing).send().await;
    let error = refused.expect_err("it is missing").into_service_error();
    assert!(matches!(error, GetSecretValueError::ResourceNotFoundException(_)), "{error:?}");
    assert_eq!(error.message(), Some("Secrets Manager can't find the specified secret."));
    Ok(())
}

async fn get_caller_identity() -> Outcome {
    let identity = sts_client(credentials_of_the_environment()).get_caller_identity().send().await?;
    assert!(identity.arn().is_some_and(|arn| arn.contains(":user/")), "{identity:?}");
    Ok(())
}

async fn read_in_a_role(name: &str) -> Outcome {
    let sts = sts_client(credentials_of_the_environment());
    let assumed =
        sts.assume_role().role_arn(variable("ROLE_ARN")).role_session_name("tour").send().await?;
    let session = assumed.credentials().expect("credentials");
    let client = secrets_client(Credentials::new(
        session.access_key_id(),
        session.secret_access_key(),
        Some(session.session_token().to_owned()),
        None,
        "role",
    ));
    assert!(client.get_secret_value().secret_id(name).send().await?.secret_binary().is_some());
    let refused = client.delete_secret().secret_id(name).send().await;
    let error = refused.expect_err("the role only reads").into_service_error();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    Ok(())
}

async fn delete(client: &secretsmanager::Client, name: &str) -> Outcome {
    let deleted = client.delete_secret().secret_id(name).recovery_window_in_days(7).send().await?;
    assert!(deleted.deletion_date().is_some());
    let refused = client.get_secret_value().secret_id(name).send().await;
    let error = refused.expect_err("it is deleted").into_service_error();
    assert!(error.is_invalid_request_exception(), "{error:?}");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let name = variable("NAME");
    let client = secrets_client(credentials_of_the_environment());
    create_and_read(&client, &name).await?;
    println!("create and read");
    put_and_read_bytes(&client, &name).await?;
    println!("put and read bytes");
    describe(&client, &name).await?;
    println!("describe");
    meet_an_error(&client, &name).await?;
    println!("meet an error");
    get_caller_identity().await?;
    println!("get caller identity");
    read_in_a_role(&name).await?;
    println!("read in a role");
    delete(&client, &name).await?;
    println!("delete");
    Ok(())
}
