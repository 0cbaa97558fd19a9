#include "services/secretsmanager/batch_get_secret_value.h"

#include "base/log.h"
#include "secrets/messages.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/list_secrets.h"

#include <functional>
#include <utility>

namespace coffer::services::secretsmanager {
namespace {

constexpr std::string_view kOperation = "GetSecretValue";
constexpr std::int64_t kLargestPage = 20;

Result<GetSecretValueResponse> ReadCurrent(const Context& context, const AuthorizedSecret& secret) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  const std::optional<std::string_view> current = secret->labels.Holder(secrets::kCurrent);
  if (!current) return std::unexpected(secrets::LabelNotFound(secrets::kCurrent));
  return ReadForReply(context, secret, *current);
}

// Resolves, authorizes and reads one secret. A row that was touched is that secret's failure alone.
Result<GetSecretValueResponse> ReadOne(const Context& context,
                                       const std::function<Result<AuthorizedSecret>()>& authorize) {
  try {
    ASSIGN_OR_RETURN(const AuthorizedSecret secret, authorize());
    return ReadCurrent(context, secret);
  } catch (const store::IntegrityError& error) {
    base::log::Error("batch.secret_failed", {{"reason", error.what()}});
    return Fail(ErrorCode::kInternalServiceError, "An error occurred on the server side.");
  }
}

void Take(BatchGetSecretValueResponse& response, const Context& context, std::string secret_id,
          const std::function<Result<AuthorizedSecret>()>& authorize) {
  Result<GetSecretValueResponse> value = ReadOne(context, authorize);
  if (value) {
    response.secret_values.push_back(*std::move(value));
  } else {
    response.errors.push_back({std::move(secret_id),
                               std::string(context.service.error_name(value.error().code)),
                               std::move(value).error().message});
  }
}

}  // namespace

Result<void> BatchGetSecretValueRequest::Check() const {
  if (secret_id_list.has_value() == filters.has_value()) {
    return Fail(ErrorCode::kInvalidParameter,
                "Either 'SecretIdList' or 'Filters' must be provided, but not both.");
  }
  if (max_results && !filters) {
    return Fail(ErrorCode::kInvalidParameter,
                "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is "
                "provided.");
  }
  if (next_token && !filters) return std::unexpected(secrets::InvalidNextToken());
  return CheckFilters(filters);
}

// The secrets themselves are authorized one by one.
std::vector<std::string_view> BatchGetSecretValueRequest::FurtherOperations() const {
  if (!filters) return {};
  return {"ListSecrets"};
}

Result<BatchGetSecretValueResponse> BatchGetSecretValue(Context& context,
                                                        const BatchGetSecretValueRequest& request) {
  BatchGetSecretValueResponse response;
  if (request.secret_id_list) {
    for (const std::string& secret_id : *request.secret_id_list) {
      Take(response, context, secret_id,
           [&] { return context.authorizer.Authorize(kOperation, secret_id); });
    }
    return response;
  }

  store::ListQuery query;
  query.account = context.account;
  query.region = context.region;
  QueryFingerprint question;
  question.Add("BatchGetSecretValue");
  AddFilters(question, request.filters);
  std::vector<std::shared_ptr<const secrets::Secret>> found;
  ASSIGN_OR_RETURN(response.next_token,
                   ListPage(context, std::move(query), CompileFilters(request.filters), question,
                            static_cast<std::size_t>(request.max_results.value_or(kLargestPage)),
                            request.next_token, [&](const secrets::Secret& secret) {
                              found.push_back(std::make_shared<const secrets::Secret>(secret));
                            }));
  for (const auto& secret : found) {
    Take(response, context, secrets::ArnOf(*secret),
         [&] { return context.authorizer.AuthorizeFound(kOperation, secret); });
  }
  return response;
}

}  // namespace coffer::services::secretsmanager
