#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/result.h"
#include "identity/entities.h"
#include "keyring/keyring.h"
#include "policy/pinning.h"
#include "store/identity_store.h"

#include <optional>
#include <span>
#include <string_view>

namespace coffer::services::iam {

/// What an operation is about, and what conditions can ask of it.
struct Target {
  std::string_view arn;
  std::span<const identity::Tag> tags{};       ///< Of the entity, as it is stored.
  std::optional<std::string_view> boundary{};  ///< ARN; likewise.
};

/// Decides whether the caller may do something; implemented by the dispatcher's side.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// AccessDenied unless the caller may do `iam:<operation>` to the target.
  [[nodiscard]] virtual Result<void> RequireFor(std::string_view operation,
                                                const Target& target) = 0;
  /// The same for what is not there yet, or carries neither tags nor a boundary.
  [[nodiscard]] Result<void> Require(std::string_view operation, std::string_view arn) {
    return RequireFor(operation, {.arn = arn});
  }
};

/// What the service is made of; one for the process.
struct Service {
  store::IdentityStore& identities;
  const keyring::Keyring& keyring;
  Random& random;
};

/// One call, while it runs: inside one transaction, at one moment.
struct Context {
  const Service& service;
  Transaction& transaction;
  Authorizer& authorizer;
  const policy::PrincipalDirectory& principals;
  std::string_view account;
  std::string_view caller_arn;
  std::string_view caller_id;    ///< `AIDA…`; the account for the root user.
  std::string_view caller_name;  ///< Of a user; empty for others.
  Timestamp now;
};

}  // namespace coffer::services::iam
