#pragma once

#include "coffer/database.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/context.h"
#include "sigv4/credential.h"
#include "store/secret_store.h"

#include <memory>
#include <string>
#include <string_view>

namespace coffer::api {

/// Decides for the root user of an account: everything in its own account, nothing elsewhere.
class AccountAuthorizer final : public services::secretsmanager::Authorizer {
 public:
  /// `may_use_cache`: the transaction is a read that the store may answer from its cache.
  AccountAuthorizer(const sigv4::Caller& caller, const store::SecretStore& secrets,
                    Transaction& transaction, bool may_use_cache)
      : caller_(caller),
        secrets_(secrets),
        transaction_(transaction),
        may_use_cache_(may_use_cache) {}

  [[nodiscard]] Result<services::secretsmanager::AuthorizedSecret> Authorize(
      std::string_view operation, std::string_view secret_id) override;
  [[nodiscard]] Result<std::optional<services::secretsmanager::AuthorizedSecret>> AuthorizeIfExists(
      std::string_view operation, std::string_view secret_id) override;
  [[nodiscard]] Result<services::secretsmanager::AuthorizedSecret> AuthorizeFound(
      std::string_view operation, std::shared_ptr<const secrets::Secret> secret) override;

 private:
  [[nodiscard]] std::shared_ptr<const secrets::Secret> Resolve(
      const secrets::SecretIdentifier& identifier) const;

  const sigv4::Caller& caller_;
  const store::SecretStore& secrets_;
  Transaction& transaction_;
  bool may_use_cache_;
};

}  // namespace coffer::api
