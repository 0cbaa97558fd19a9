#pragma once

#include "api/principals.h"
#include "coffer/database.h"
#include "identity/entities.h"
#include "store/identity_store.h"

#include <memory>
#include <string_view>

namespace coffer::api {

/// A user with his own policies, those of his groups, the managed ones and his boundary, compiled.
/// Throws store::IntegrityError when a stored policy cannot be compiled: nothing is decided without
/// a policy that should have had a say.
[[nodiscard]] std::shared_ptr<const Identity> LoadUser(Transaction& transaction,
                                                       const store::IdentityStore& identities,
                                                       const store::Stored<identity::User>& user);

/// The root user of an account: no policies, and none can hold him in his account.
[[nodiscard]] std::shared_ptr<const Identity> RootOf(std::string_view account);

}  // namespace coffer::api
