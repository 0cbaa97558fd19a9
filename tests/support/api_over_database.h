#pragma once

#include "api/access_keys.h"
#include "api/dispatcher.h"
#include "api/error_table.h"
#include "api/rotation_calls.h"
#include "base/ascii.h"
#include "base/encoding.h"
#include "keyring/envelope.h"
#include "keyring/keyring.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

#include <algorithm>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::test {

/// Everything between a request that was received and a database, in the development profile.
/// Signatures are not what is tested with it: any is trusted.
class ApiOverDatabase {
 public:
  explicit ApiOverDatabase(Database& database, std::uint64_t random_seed = 1,
                           PolicyEnforcement enforcement = PolicyEnforcement::kOff,
                           std::vector<RotationFunction> functions = {})
      : random_(random_seed),
        database_(database),
        enforcement_(enforcement),
        functions_(std::move(functions)) {}

  /// The body of the answer; the rest of it is in reply(). `access_key_id` is who calls: the root
  /// user unless it is a user's.
  std::string Call(std::string_view operation, std::string_view body,
                   std::string_view access_key_id = "test") {
    return CallService("secretsmanager", "secretsmanager", operation, body, access_key_id);
  }
  /// The same of KMS.
  std::string CallKms(std::string_view operation, std::string_view body,
                      std::string_view access_key_id = "test") {
    return CallService("TrentService", "kms", operation, body, access_key_id);
  }

  /// The same of IAM; `form` is what follows the action.
  std::string CallIam(std::string_view operation, std::string_view form,
                      std::string_view access_key_id = "test") {
    std::string body = "Action=" + std::string(operation) + "&Version=2010-05-08";
    if (!form.empty()) body.append("&").append(form);
    return Send("POST", "/",
                {{"Host", "localhost"},
                 {"X-Amz-Date", "20260115T120000Z"},
                 {"Content-Type", "application/x-www-form-urlencoded"},
                 {"Authorization", AuthorizationOf(access_key_id, "iam", "host;x-amz-date")}},
                body);
  }

  std::string CallService(const std::string& prefix, const std::string& service,
                          std::string_view operation, std::string_view body,
                          std::string_view access_key_id) {
    const std::string target = prefix + "." + std::string(operation);
    return Send("POST", "/",
                {{"Host", "localhost"},
                 {"X-Amz-Date", "20260115T120000Z"},
                 {"X-Amz-Target", target},
                 {"Authorization",
                  AuthorizationOf(access_key_id, service, "host;x-amz-date;x-amz-target")}},
                body);
  }

  std::string Send(std::string_view method, std::string_view path,
                   const std::vector<base::HttpHeader>& headers, std::string_view body) {
    base::HttpRequest request;
    request.method = method;
    request.target = path;
    request.headers = headers;
    request.body = body;
    reply_.Reset();
    if (auto pending = dispatcher_.Handle(request, reply_)) {
      if (auto before = std::exchange(before_write_, {})) before();
      std::promise<void> resumed;
      (*pending)([&resumed] { resumed.set_value(); });
      resumed.get_future().wait();
    }
    return std::string(reply_.body.body());
  }

  [[nodiscard]] const base::HttpReply& reply() const { return reply_; }
  /// What happens while the next write that was let in waits for its transaction.
  void BeforeNextWrite(std::function<void()> happens) { before_write_ = std::move(happens); }

  /// Makes a user with one inline policy (none when empty); its access key id is what Call takes.
  std::string AddUser(const std::string& account, const std::string& name,
                      const std::string& policy) {
    store::Stored<identity::User> user{.account = account,
                                       .entity = {.id = NewUserId(account, name), .name = name}};
    if (!policy.empty()) {
      user.entity.policies.inline_policies = {{.name = "p", .document = policy}};
    }
    const std::string key_id = "AKIA" + account + name;
    const std::vector<std::byte> sealed = keyring_.SealAccessKey(key_id, account, SecretBytes(40));
    std::string sealed_text(base::Base64Length(sealed.size()), '\0');
    base::EncodeBase64(sealed, sealed_text.data());
    store::Stored<identity::AccessKey> key{
        .account = account,
        .owner = user.entity.id,
        .entity = {.id = key_id, .name = key_id, .sealed_secret = sealed_text}};
    database_.Write([&](Transaction& transaction) {
      identities_.Insert(transaction, user);
      identities_.Insert(transaction, key);
    });
    return key_id;
  }
  store::IdentityStore& identities() { return identities_; }
  /// Where the calls that follow go.
  void UseRegion(std::string region) { region_ = std::move(region); }
  FakeClock& clock() { return clock_; }
  FakeRandom& random() { return random_; }
  /// Whoever runs rotations; null again before it ends.
  void SetRotationListener(services::secretsmanager::RotationListener* listener) {
    service_.rotation_listener = listener;
  }
  [[nodiscard]] const services::secretsmanager::Service& service() const { return service_; }
  [[nodiscard]] const secrets::FunctionRegistry& functions() const { return functions_; }
  [[nodiscard]] const api::RotationCalls& rotation_calls() const { return rotation_calls_; }
  [[nodiscard]] const api::RotationSessions& rotation_sessions() const {
    return rotation_sessions_;
  }
  [[nodiscard]] const services::iam::Service& iam() const { return iam_; }

 private:
  static std::vector<std::string> RegionsServed() {
    return {"cn-north-1", "eu-west-1", "us-east-1", "us-west-2"};
  }

  std::string AuthorizationOf(std::string_view access_key_id, const std::string& service,
                              const std::string& signed_headers) const {
    return "AWS4-HMAC-SHA256 Credential=" + std::string(access_key_id) + "/20260115/" + region_ +
           "/" + service + "/aws4_request, SignedHeaders=" + signed_headers +
           ", Signature=" + std::string(64, '0');
  }

  /// Another one for whoever comes back under his name.
  std::string NewUserId(const std::string& account, const std::string& name) {
    std::string id = "AIDA" + account + name + "X" + std::to_string(++users_);
    std::ranges::transform(id, id.begin(), base::ToUpper);
    return id;
  }

  FakeClock clock_;
  FakeRandom random_;
  Database& database_;
  PolicyEnforcement enforcement_;
  keyring::Keyring keyring_{database_, SecretBytes(32), random_, clock_};
  store::SecretStore secrets_{keyring_.row_mac(), 0};
  keyring::Envelope envelope_{keyring_, random_};
  store::RotationStore rotations_{keyring_.row_mac()};
  store::ReplicationStore replications_{keyring_.row_mac()};
  secrets::FunctionRegistry functions_;
  services::secretsmanager::Service service_{
      .secrets = secrets_,
      .rotations = rotations_,
      .replications = replications_,
      .functions = functions_,
      .keyring = keyring_,
      .envelope = envelope_,
      .random = random_,
      .clock = clock_,
      .error_name = [](ErrorCode code) { return api::FindError(code).name; },
      .create_unknown_keys = true,
      .rotation_listener = nullptr,
      .regions = RegionsServed()};
  api::AccessKeys access_keys_{
      database_, keyring_, {.built_in = true, .default_account = "000000000000"}};
  store::IdentityStore identities_{keyring_.row_mac()};
  api::RotationSessions rotation_sessions_{database_, rotations_, secrets_, functions_};
  api::Principals principals_{database_,    keyring_,           identities_,
                              access_keys_, rotation_sessions_, clock_};
  api::PolicyCache policies_;
  api::AuthorizationParts authorization_{.secrets = secrets_,
                                         .rotations = rotations_,
                                         .keyring = keyring_,
                                         .policies = policies_,
                                         .random = random_,
                                         .enforcement = enforcement_};
  sigv4::Verifier verifier_{principals_, {.regions = RegionsServed(), .trust_any_signature = true}};
  services::iam::Service iam_{.identities = identities_, .keyring = keyring_, .random = random_};
  services::kms::Service kms_{.keyring = keyring_, .random = random_};
  api::Services services_{
      .secrets_manager = service_, .iam = iam_, .kms = kms_, .authorization = authorization_};
  api::RotationCalls rotation_calls_{
      database_, services_, rotation_sessions_, keyring_.session_tokens(), clock_, random_};
  api::LocalEndpoints local_endpoints_{{.version = "test", .test_clock = nullptr}};
  api::Dispatcher dispatcher_{{.database = database_,
                               .services = services_,
                               .clock = clock_,
                               .verifier = verifier_,
                               .principals = principals_,
                               .local_endpoints = local_endpoints_,
                               .system_clock = clock_,
                               .random = random_}};
  base::HttpReply reply_;
  std::string region_ = "us-east-1";
  std::function<void()> before_write_;
  int users_ = 0;
};

}  // namespace coffer::test
