#pragma once

#include "base/shape.h"
#include "coffer/clock.h"
#include "coffer/result.h"
#include "identity/session.h"
#include "services/sts/context.h"

#include <chrono>
#include <optional>
#include <string>
#include <tuple>

/// What the operations that begin sessions share.
namespace coffer::services::sts {

/// Credentials of a session, as they are shown once.
struct Credentials {
  std::string access_key_id;
  base::SecretText secret_access_key;
  base::SecretText session_token;
  Timestamp expiration;

  static constexpr auto Members() {
    return std::tuple{base::Required("AccessKeyId", &Credentials::access_key_id),
                      base::Required("SecretAccessKey", &Credentials::secret_access_key),
                      base::Required("SessionToken", &Credentials::session_token),
                      base::Required("Expiration", &Credentials::expiration)};
  }
};

/// Policies and tags that a session may be given take this many bytes at most: what a token can
/// carry. AWS has a limit of its own, on a packed form that is not published.
inline constexpr std::size_t kMaxPackedSize = 4096;

/// How much of kMaxPackedSize the session needs, in percent, rounded up; absent when it was given
/// nothing. PackedPolicyTooLarge beyond 100.
[[nodiscard]] Result<std::optional<std::int64_t>> PackedPolicySize(
    const identity::Session& session);

/// Begins `session`, now and for so long: dates it and seals it.
[[nodiscard]] Credentials Issue(Context& context, identity::Session session,
                                std::chrono::seconds duration);

}  // namespace coffer::services::sts
