import java.io.FileInputStream;
import java.net.URI;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.InvalidRequestException;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;
import software.amazon.awssdk.services.secretsmanager.model.SecretsManagerException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;

/**
 * A tour of Coffer with the AWS SDK for Java, version 2. Prints the name of each step that passed.
 *
 * <p>AWS_ENDPOINT_URL, AWS_CA_BUNDLE, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: as
 * every SDK has them. NAME: a name that is free. ROLE_ARN: a role that may read secrets.
 */
public final class Tour {
  private static final String TEXT = "grüße \uD83D\uDD11";
  private static final URI ENDPOINT = URI.create(System.getenv("AWS_ENDPOINT_URL"));
  private static final Region REGION = Region.of(System.getenv("AWS_REGION"));

  private final String name = System.getenv("NAME");
  private final SdkHttpClient http = https();
  private final AwsCredentialsProvider user = EnvironmentVariableCredentialsProvider.create();
  private final SecretsManagerClient client = secretsClient(user);
  private final StsClient sts =
      StsClient.builder().endpointOverride(ENDPOINT).region(REGION).httpClient(http)
          .credentialsProvider(user).build();

  private interface Step {
    void run() throws Exception;
  }

  /** HTTPS that trusts the certificates of AWS_CA_BUNDLE alone. */
  private static SdkHttpClient https() {
    try (FileInputStream pem = new FileInputStream(System.getenv("AWS_CA_BUNDLE"))) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry("authority-" + trusted.size(), authority);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      return UrlConnectionHttpClient.builder()
          .tlsTrustManagersProvider(trust::getTrustManagers).build();
    } catch (Exception error) {
      throw new IllegalStateException("AWS_CA_BUNDLE cannot be used", error);
    }
  }

  private SecretsManagerClient secretsClient(AwsCredentialsProvider credentials) {
    return SecretsManagerClient.builder().endpointOverride(ENDPOINT).region(REGION).httpClient(http)
        .credentialsProvider(credentials).build();
  }

  private static void expect(boolean condition, Object found) {
    if (!condition) {
      throw new AssertionError("unexpected: " + found);
    }
  }

  private static <E extends Exception> E refused(Class<E> expected, Step step) throws Exception {
    try {
      step.run();
    } catch (Exception error) {
      if (expected.isInstance(error)) {
        return expected.cast(error);
      }
      throw error;
    }
    throw new AssertionError("no " + expected.getSimpleName());
  }

  private void createAndRead() {
    var created = client.createSecret(request -> request.name(name).secretString(TEXT));
    var value = client.getSecretValue(request -> request.secretId(name));
    expect(TEXT.equals(value.secretString()), value.secretString());
    expect(created.arn().equals(value.arn()), value.arn());
    expect(created.versionId().equals(value.versionId()), value.versionId());
  }

  private void putAndReadBytes() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; ++i) {
      bytes[i] = (byte) i;
    }
    client.putSecretValue(
        request -> request.secretId(name).secretBinary(SdkBytes.fromByteArray(bytes)));
    var value = client.getSecretValue(request -> request.secretId(name));
    expect(Arrays.equals(bytes, value.secretBinary().asByteArray()), value.secretBinary());
    expect(value.secretString() == null, value.secretString());
  }

  private void describe() {
    var described = client.describeSecret(request -> request.secretId(name));
    expect(name.equals(described.name()), described.name());
    expect(described.versionIdsToStages().size() == 2, described.versionIdsToStages());
    expect(described.createdDate() != null, described);
  }

  private void meetAnError() throws Exception {
    var error = refused(ResourceNotFoundException.class,
        () -> client.getSecretValue(request -> request.secretId(name + "-missing")));
    var details = error.awsErrorDetails();
    expect("Secrets Manager can't find the specified secret.".equals(details.errorMessage()),
        details);
    expect(error.statusCode() == 400 && error.requestId() != null, error);
  }

  private void getCallerIdentity() {
    var identity = sts.getCallerIdentity();
    expect(identity.arn().contains(":user/"), identity);
  }

  private void readInARole() throws Exception {
    try (var provider = StsAssumeRoleCredentialsProvider.builder().stsClient(sts)
            .refreshRequest(r -> r.roleArn(System.getenv("ROLE_ARN")).roleSessionName("tour"))
            .build()) {
      var session = secretsClient(provider);
      var value = session.getSecretValue(request -> request.secretId(name));
      expect(value.secretBinary().asByteArray().length == 256, value.secretBinary());
      var error = refused(SecretsManagerException.class,
          () -> session.deleteSecret(request -> request.secretId(name)));
      expect("AccessDeniedException".equals(error.awsErrorDetails().errorCode()), error);
    }
  }

  private void delete() throws Exception {
    var deleted =
        client.deleteSecret(request -> request.secretId(name).recoveryWindowInDays(7L));
    expect(deleted.deletionDate() != null, deleted);
    refused(InvalidRequestException.class,
        () -> client.getSecretValue(request -> request.secretId(name)));
  }

  public static void main(String[] arguments) throws Exception {
    Tour tour = new Tour();
    Map<String, Step> steps = new LinkedHashMap<>();
    steps.put("create and read", tour::createAndRead);
    steps.put("put and read bytes", tour::putAndReadBytes);
    steps.put("describe", tour::describe);
    steps.put("meet an error", tour::meetAnError);
    steps.put("get caller identity", tour::getCallerIdentity);
    steps.put("read in a role", tour::readInARole);
    steps.put("delete", tour::delete);
    for (var step : steps.entrySet()) {
      step.getValue().run();
      System.out.println(step.getKey());
    }
  }
}
