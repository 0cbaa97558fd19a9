#pragma once

#include "coffer/result.h"
#include "policy/pinning.h"
#include "store/key_settings.h"
#include "store/key_store.h"

#include <string>
#include <string_view>

/// Key policies. Nobody uses a key whose policy does not admit him, its owner neither.
namespace coffer::services::kms {

/// Has the account's own policies decide (AWS: default key policy of CreateKey).
[[nodiscard]] std::string DefaultKeyPolicy(std::string_view account);

/// Of the default key: open to its account through Secrets Manager, and to be looked at by whom the
/// account lets (AWS: key policy of aws/secretsmanager).
[[nodiscard]] std::string ServiceKeyPolicy(std::string_view account, std::string_view region);

/// The policy in force, as it is stored.
[[nodiscard]] std::string PolicyOf(const store::KeyRow& key, const store::KeySettings& settings);

/// MalformedKeyPolicy unless `text` is a key policy by IAM's grammar whose principals are of AWS or
/// its services.
[[nodiscard]] Result<void> CheckKeyPolicy(std::string_view text);

/// A checked key policy as it is stored: see policy::PinPrincipals. MalformedKeyPolicy when
/// somebody in it is missing.
[[nodiscard]] Result<std::string> PinKeyPolicy(std::string_view text,
                                               const policy::PrincipalDirectory& directory);

}  // namespace coffer::services::kms
