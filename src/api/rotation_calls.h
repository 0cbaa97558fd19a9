#pragma once

#include "api/call_environment.h"
#include "api/identity.h"
#include "api/rotation_sessions.h"
#include "base/http_message.h"
#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/rotation_executor.h"
#include "services/secretsmanager/rotation_access.h"
#include "sigv4/credential.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::api {

/// What rotations act with: keys for functions that call the API themselves, and the API's own
/// operations, authorized like everybody's, for what runs here. Safe to call from any thread.
class RotationCalls final : public services::secretsmanager::RotationAccess {
 public:
  /// All must outlive this and what it makes.
  RotationCalls(Database& database, const Services& services, const RotationSessions& sessions,
                const keyring::SessionTokens& tokens, const Clock& clock, Random& random)
      : database_(database),
        services_(services),
        sessions_(sessions),
        tokens_(tokens),
        clock_(clock),
        random_(random) {}

  [[nodiscard]] RotationCredentials Issue(const secrets::Secret& secret,
                                          const secrets::RotationJob& job,
                                          Timestamp expires) const override;
  [[nodiscard]] std::unique_ptr<RotationSecrets> Open(
      const secrets::Secret& secret, const secrets::RotationJob& job) const override;

 private:
  Database& database_;
  const Services& services_;
  const RotationSessions& sessions_;
  const keyring::SessionTokens& tokens_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace coffer::api
