#include "services/secretsmanager/get_secret_value.h"

#include "secrets/messages.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/values.h"

#include <utility>

namespace coffer::services::secretsmanager {
namespace {

// Which version the request asks for: by id, by label, or AWSCURRENT.
Result<std::string_view> ChooseVersion(const Context& context, const secrets::Secret& secret,
                                       const GetSecretValueRequest& request) {
  if (!request.version_id) {
    const std::string_view label =
        request.version_stage ? std::string_view(*request.version_stage) : secrets::kCurrent;
    const std::optional<std::string_view> holder = secret.labels.Holder(label);
    if (!holder) return std::unexpected(secrets::LabelNotFound(label));
    return *holder;
  }
  if (request.version_stage &&
      secret.labels.Holder(*request.version_stage) != *request.version_id) {
    // An unknown id is reported as such, whatever the label.
    if (!context.service.secrets.FindVersionForRead(context.transaction, secret,
                                                    *request.version_id)) {
      return std::unexpected(secrets::VersionNotFound(*request.version_id));
    }
    return std::unexpected(secrets::LabelNotOnVersion());
  }
  return *request.version_id;
}

// Whether a rotation has announced the version that a label names, and not made its value yet.
bool IsEmpty(const Context& context, const secrets::Secret& secret, std::string_view version_id) {
  const auto stored = context.service.secrets.FindVersion(context.transaction, secret, version_id);
  if (!stored) {
    throw store::IntegrityError("secret_versions: " + secrets::ArnOf(secret) +
                                " has a label on version " + std::string(version_id) +
                                ", which is missing");
  }
  return !stored->value;
}

}  // namespace

Result<GetSecretValueResponse> ReadForReply(const Context& context, const AuthorizedSecret& secret,
                                            std::string_view version_id) {
  ASSIGN_OR_RETURN(ReadVersion read, ReadValue(context, *secret, version_id));
  ShownValue shown = Show(std::move(read.value));
  GetSecretValueResponse response{.arn = secret.arn(),
                                  .name = secret->address.name,
                                  .version_id = std::string(version_id),
                                  .secret_string = std::move(shown.secret_string),
                                  .secret_binary = std::move(shown.secret_binary),
                                  .version_stages = secret->labels.Of(version_id),
                                  .created_date = read.stored->version.created};
  if (response.version_stages->empty()) response.version_stages.reset();
  return response;
}

Result<GetSecretValueResponse> GetSecretValue(Context& context, const AuthorizedSecret& secret,
                                              const GetSecretValueRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  ASSIGN_OR_RETURN(const std::string_view version_id, ChooseVersion(context, *secret, request));
  auto response = ReadForReply(context, secret, version_id);
  if (!response && !request.version_id && IsEmpty(context, *secret, version_id)) {
    return std::unexpected(
        secrets::LabelNotFound(request.version_stage.value_or(std::string(secrets::kCurrent))));
  }
  return response;
}

}  // namespace coffer::services::secretsmanager
