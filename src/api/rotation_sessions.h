#pragma once

#include "api/identity.h"
#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "identity/session.h"
#include "keyring/session_tokens.h"
#include "secrets/function_registry.h"
#include "secrets/rotation_job.h"
#include "secrets/secret.h"
#include "store/rotation_store.h"
#include "store/secret_store.h"

#include <memory>

namespace coffer::api {

/// Who the attempts of rotations are. Such a session says which job it belongs to; what it may do
/// is made of that job, and of what the operator and RotateSecret's caller let it read beside.
/// Safe to call from any thread; a Transaction belongs to one.
class RotationSessions {
 public:
  /// All must outlive this.
  RotationSessions(Database& database, const store::RotationStore& rotations,
                   const store::SecretStore& secrets, const secrets::FunctionRegistry& functions)
      : database_(database), rotations_(rotations), secrets_(secrets), functions_(functions) {}

  /// The session of the attempt that `job` is in.
  [[nodiscard]] static identity::Session SessionOf(const secrets::Secret& secret,
                                                   const secrets::RotationJob& job, Timestamp now,
                                                   Timestamp expires);
  /// Null when the attempt is over.
  [[nodiscard]] std::shared_ptr<const Identity> Load(
      Transaction& transaction, std::shared_ptr<const identity::Session> session) const;
  /// Whether the attempt still runs. Not inside a transaction.
  [[nodiscard]] bool IsLive(const identity::Session& session) const;

 private:
  Database& database_;
  const store::RotationStore& rotations_;
  const store::SecretStore& secrets_;
  const secrets::FunctionRegistry& functions_;
};

}  // namespace coffer::api
