#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/result.h"
#include "identity/entities.h"
#include "identity/session.h"
#include "services/iam/context.h"
#include "store/identity_store.h"

#include <string_view>

namespace coffer::services::sts {

/// Decides whether the caller may do something; implemented by the dispatcher's side.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// AccessDenied unless the caller may do `sts:<operation>` with the role: its trust policy must
  /// admit him. `role` is null when there is none with this ARN; the refusal is the same.
  [[nodiscard]] virtual Result<void> RequireRole(std::string_view operation,
                                                 std::string_view role_arn,
                                                 const store::Stored<identity::Role>* role) = 0;
  /// AccessDenied unless the caller's own policies let him do `sts:<operation>` to this ARN.
  [[nodiscard]] virtual Result<void> Require(std::string_view operation, std::string_view arn) = 0;
};

/// One call, while it runs.
struct Context {
  const iam::Service& service;
  Transaction& transaction;
  Authorizer& authorizer;
  std::string_view account;
  std::string_view caller_arn;
  std::string_view caller_id;               ///< As `aws:userid`.
  const identity::Session* caller_session;  ///< Null for a long-term key.
  Timestamp now;
};

}  // namespace coffer::services::sts
