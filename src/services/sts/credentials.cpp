#include "services/sts/credentials.h"

#include "json/shape_codec.h"
#include "keyring/access_key.h"

#include <utility>

namespace coffer::services::sts {

Result<std::optional<std::int64_t>> PackedPolicySize(const identity::Session& session) {
  std::size_t size = 0;
  for (const std::string& document : session.policies) size += document.size();
  for (const std::string& arn : session.policy_arns) size += arn.size();
  for (const identity::Tag& tag : session.tags) size += tag.key.size() + tag.value.size();
  if (size == 0) return std::nullopt;
  const auto percent =
      static_cast<std::int64_t>((size * 100 + kMaxPackedSize - 1) / kMaxPackedSize);
  if (percent > 100) {
    return Fail(ErrorCode::kPackedPolicyTooLarge,
                "Packed policy consumes " + std::to_string(percent) +
                    "% of allotted space, please use smaller policy.");
  }
  return percent;
}

Credentials Issue(Context& context, identity::Session session, std::chrono::seconds duration) {
  // Whole seconds, as the expiration is shown: the token ends at that instant.
  session.issued = std::chrono::floor<std::chrono::seconds>(context.now);
  session.expires = session.issued + duration;
  keyring::NewAccessKey key = keyring::DrawAccessKey(context.service.random, "ASIA");
  const std::string token = context.service.keyring.session_tokens().Seal(
      key.access_key_id, key.secret, json::EncodeShape(session));
  return {.access_key_id = std::move(key.access_key_id),
          .secret_access_key = {std::move(key.secret)},
          .session_token = {SecretBytes::FromText(token)},
          .expiration = session.expires};
}

}  // namespace coffer::services::sts
