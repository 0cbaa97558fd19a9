#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/result.h"
#include "keyring/keyring.h"
#include "store/identity_store.h"

#include <string_view>

namespace coffer::services::iam {

/// Decides whether the caller may do something; implemented by the dispatcher's side.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// AccessDenied unless the caller may do `iam:<operation>` to the entity with this ARN.
  [[nodiscard]] virtual Result<void> Require(std::string_view operation, std::string_view arn) = 0;
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
  std::string_view account;
  std::string_view caller_arn;
  std::string_view caller_id;    ///< `AIDA…`; the account for the root user.
  std::string_view caller_name;  ///< Of a user; empty for others.
  Timestamp now;
};

}  // namespace coffer::services::iam
