#include "api/rotation_calls.h"

#include "api/call.h"
#include "api/request_id.h"
#include "api/rotation_policy.h"
#include "api/violations.h"
#include "base/ascii.h"
#include "json/shape_codec.h"
#include "keyring/access_key.h"
#include "secrets/password_generator.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/operation_table.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <future>
#include <utility>

namespace coffer::api {
namespace {

using sm::Access;
using sm::Authorizes;

/// A setting of a function, by the name that AWS's functions have it under.
std::string SettingOf(const RotationFunction& function, const std::string& name,
                      std::string_view otherwise) {
  const auto found = function.environment.find(name);
  return found == function.environment.end() ? std::string(otherwise) : found->second;
}

// As AWS's functions read their environment.
bool IsOn(const RotationFunction& function, const std::string& name, bool otherwise) {
  std::string text = SettingOf(function, name, otherwise ? "true" : "false");
  std::ranges::transform(text, text.begin(), base::ToLower);
  return text == "true" || text == "1" || text == "y" || text == "yes";
}

sm::GetRandomPasswordRequest PasswordRequest(const RotationFunction& function,
                                             std::string_view default_exclude) {
  sm::GetRandomPasswordRequest request;
  const std::string length = SettingOf(function, "PASSWORD_LENGTH", "32");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), number);
  // What is no number is refused by the operation, with AWS's text.
  request.password_length =
      error == std::errc{} && end == length.data() + length.size() ? number : 0;
  request.exclude_characters = SettingOf(function, "EXCLUDE_CHARACTERS", default_exclude);
  request.exclude_numbers = IsOn(function, "EXCLUDE_NUMBERS", false);
  request.exclude_punctuation = IsOn(function, "EXCLUDE_PUNCTUATION", false);
  request.exclude_uppercase = IsOn(function, "EXCLUDE_UPPERCASE", false);
  request.exclude_lowercase = IsOn(function, "EXCLUDE_LOWERCASE", false);
  request.require_each_included_type = IsOn(function, "REQUIRE_EACH_INCLUDED_TYPE", true);
  return request;
}

RotationValue ValueOf(sm::GetSecretValueResponse reply) {
  RotationValue value;
  value.version_id = std::move(reply.version_id);
  value.is_binary = reply.secret_binary.has_value();
  if (reply.secret_binary) value.value = std::move(reply.secret_binary->bytes);
  if (reply.secret_string) value.value = std::move(reply.secret_string->bytes);
  return value;
}

/// The parts that all calls of one attempt share.
struct Parts {
  Database& database;
  const Services& services;
  const RotationSessions& sessions;
  const Clock& clock;
  Random& random;
};

class SecretsOfRotation final : public RotationSecrets {
 public:
  SecretsOfRotation(const Parts& parts, const secrets::Secret& secret,
                    const secrets::RotationJob& job, Timestamp now)
      : parts_(parts),
        arn_(secrets::ArnOf(secret)),
        version_id_(job.version_id),
        session_(std::make_shared<const identity::Session>(
            RotationSessions::SessionOf(secret, job, now, now))),
        caller_{.account = secret.address.account,
                .principal_arn = RotationPrincipalArn(secret.address.account, job.version_id),
                .access_key_id = {},
                .region = secret.address.region,
                .session_token = {}} {}

  Result<std::optional<RotationValue>> Labelled(std::string_view staging_label) override {
    return ReadOptional({.secret_id = arn_,
                         .version_id = std::nullopt,
                         .version_stage = std::string(staging_label)});
  }
  Result<std::optional<RotationValue>> Pending() override {
    return ReadOptional(
        {.secret_id = arn_, .version_id = version_id_, .version_stage = std::nullopt});
  }
  Result<RotationValue> Related(std::string_view secret_id) override {
    ASSIGN_OR_RETURN(auto reply, Get({.secret_id = std::string(secret_id),
                                      .version_id = std::nullopt,
                                      .version_stage = std::nullopt}));
    return ValueOf(std::move(reply));
  }
  Result<SecretBytes> NewPassword(const RotationFunction& function,
                                  std::string_view default_exclude) override {
    ASSIGN_OR_RETURN(auto reply,
                     (Call<&sm::GetRandomPassword, Authorizes::kAccount, Access::kRead>(
                         "GetRandomPassword", PasswordRequest(function, default_exclude))));
    return std::move(reply.random_password.bytes);
  }
  Result<void> PutPending(SecretBytes value, bool is_binary) override {
    // No reader of requests has seen to it.
    Violations violations;
    violations.CheckSize({.name = is_binary ? "secretBinary" : "secretString"},
                         {.range = sm::kValueSize}, value.size());
    if (!violations.empty()) return std::unexpected(violations.ToError());
    sm::PutSecretValueRequest request;
    request.secret_id = arn_;
    request.client_request_token = version_id_;
    request.version_stages = {std::string(secrets::kPending)};
    if (is_binary) {
      request.secret_binary = base::SecretBlob{std::move(value)};
    } else {
      request.secret_string = base::SecretText{std::move(value)};
    }
    RETURN_IF_ERROR((Call<&sm::PutSecretValue, Authorizes::kSecret, Access::kWrite>(
        "PutSecretValue", std::move(request))));
    return {};
  }
  Result<void> Promote() override;

 private:
  Result<std::optional<RotationValue>> ReadOptional(sm::GetSecretValueRequest request) {
    auto reply = Get(std::move(request));
    if (reply) return std::optional(ValueOf(*std::move(reply)));
    if (reply.error().code == ErrorCode::kResourceNotFound) return std::nullopt;
    return std::unexpected(std::move(reply).error());
  }
  Result<sm::GetSecretValueResponse> Get(sm::GetSecretValueRequest request) {
    return Call<&sm::GetSecretValue, Authorizes::kSecret, Access::kRead>("GetSecretValue",
                                                                         std::move(request));
  }

  // As the dispatcher has it: a transaction, in it who calls, then the operation's own way.
  template <auto Handler, Authorizes kAuthorizes, Access kAccess, class Request>
  typename HandlerTraits<decltype(Handler)>::ResultType Call(std::string_view name,
                                                             Request request) {
    using Operation = OperationCall<Handler, kAuthorizes, kAccess>;
    using Reply = typename HandlerTraits<decltype(Handler)>::ResultType;
    const Operation operation(name, std::move(request));
    Reply reply = Fail(ErrorCode::kInternalServiceError, "The call was not made.");
    const auto run = [&](Transaction& transaction) {
      reply = Run<Reply>(operation, transaction);
      return reply.has_value();
    };
    if constexpr (kAccess == Access::kWrite) {
      Write(run);
    } else {
      parts_.database.Read([&](Transaction& transaction) { (void)run(transaction); });
    }
    return reply;
  }

  template <class Reply, class Operation>
  Reply Run(const Operation& operation, Transaction& transaction) {
    const auto identity = parts_.sessions.Load(transaction, session_);
    if (!identity) {
      return Fail(ErrorCode::kAccessDenied, "The rotation that this belongs to is over.");
    }
    const base::HttpRequest request{
        .method = "POST", .target = "/", .peer_address = "127.0.0.1", .secure = true};
    const std::string request_id = NewRequestId(parts_.random);
    const CallFacts facts{.caller = caller_,
                          .identity = *identity,
                          .request = request,
                          .parameters = operation.parameters(),
                          .now = parts_.clock.Now(),
                          .request_id = request_id};
    const CallEnvironment environment{
        .services = parts_.services, .facts = facts, .transaction = transaction};
    SecretsManagerCall call(environment);
    return operation.Invoke(call.context);
  }

  // What is refused is rolled back, as a request is.
  void Write(const std::function<bool(Transaction&)>& run) {
    std::promise<WriteOutcome> promise;
    auto outcome = promise.get_future();
    WriteJob job{.run = run, .done = [&](WriteOutcome settled, std::exception_ptr failure) {
                   failure ? promise.set_exception(std::move(failure)) : promise.set_value(settled);
                 }};
    if (!parts_.database.Submit(std::move(job))) throw SqlError("the writer has too much to do");
    switch (outcome.get()) {
      case WriteOutcome::kCommitted:
      case WriteOutcome::kRolledBack:
        return;
      case WriteOutcome::kFailed:
      case WriteOutcome::kNoSpace:
      case WriteOutcome::kUnknown:
        throw SqlError("the change of a rotation could not be stored");
    }
  }

  Parts parts_;
  std::string arn_;
  std::string version_id_;
  std::shared_ptr<const identity::Session> session_;
  sigv4::Caller caller_;
};

Result<void> SecretsOfRotation::Promote() {
  ASSIGN_OR_RETURN(const auto described,
                   (Call<&sm::DescribeSecret, Authorizes::kSecret, Access::kRead>(
                       "DescribeSecret", sm::DescribeSecretRequest{.secret_id = arn_})));
  sm::UpdateSecretVersionStageRequest request;
  request.secret_id = arn_;
  request.version_stage = secrets::kCurrent;
  request.move_to_version_id = version_id_;
  if (described.versions_to_stages) {
    for (const auto& [version_id, stages] : *described.versions_to_stages) {
      if (std::ranges::find(stages, secrets::kCurrent) == stages.end()) continue;
      if (version_id == version_id_) return {};
      request.remove_from_version_id = version_id;
    }
  }
  RETURN_IF_ERROR((Call<&sm::UpdateSecretVersionStage, Authorizes::kSecret, Access::kWrite>(
      "UpdateSecretVersionStage", std::move(request))));
  return {};
}

}  // namespace

RotationCredentials RotationCalls::Issue(const secrets::Secret& secret,
                                         const secrets::RotationJob& job, Timestamp expires) const {
  const identity::Session session = RotationSessions::SessionOf(secret, job, clock_.Now(), expires);
  keyring::NewAccessKey key = keyring::DrawAccessKey(random_, "ASIA");
  const std::string token = tokens_.Seal(key.access_key_id, key.secret, json::EncodeShape(session));
  return {.access_key_id = std::move(key.access_key_id),
          .secret_access_key = std::move(key.secret),
          .session_token = SecretBytes::FromText(token)};
}

std::unique_ptr<RotationSecrets> RotationCalls::Open(const secrets::Secret& secret,
                                                     const secrets::RotationJob& job) const {
  return std::make_unique<SecretsOfRotation>(Parts{.database = database_,
                                                   .services = services_,
                                                   .sessions = sessions_,
                                                   .clock = clock_,
                                                   .random = random_},
                                             secret, job, clock_.Now());
}

}  // namespace coffer::api
