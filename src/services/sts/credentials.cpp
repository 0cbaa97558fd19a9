#include "services/sts/credentials.h"

#include "json/shape_codec.h"
#include "keyring/access_key.h"

#include <utility>

namespace coffer::services::sts {

Result<std::optional<std::int64_t>> PackedPolicySize(const identity::Session& session) {
  if (session.policies.empty() && session.policy_arns.empty() && session.tags.empty()) {
    return std::nullopt;
  }
  // As the token will hold them: what JSON has to escape counts in full.
  identity::Session packed;
  const std::size_t without = json::EncodeShape(packed).size();
  packed.policies = session.policies;
  packed.policy_arns = session.policy_arns;
  packed.tags = session.tags;
  const std::size_t size = json::EncodeShape(packed).size() - without;
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
