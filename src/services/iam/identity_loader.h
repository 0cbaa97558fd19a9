#pragma once

#include "coffer/database.h"
#include "identity/entities.h"
#include "identity/session.h"
#include "services/iam/identity.h"
#include "store/identity_store.h"

#include <memory>
#include <string_view>

namespace coffer::services::iam {

/// A user with his own policies, those of his groups, the managed ones and his boundary, compiled.
/// Throws store::IntegrityError when a stored policy cannot be compiled: nothing is decided without
/// a policy that should have had a say.
[[nodiscard]] std::shared_ptr<const Identity> LoadUser(Transaction& transaction,
                                                       const store::IdentityStore& identities,
                                                       const store::Stored<identity::User>& user);

/// Who has the session, limited to what it is: the policies are those of its role or user as they
/// are now. Null when that is no more. Throws as LoadUser does.
[[nodiscard]] std::shared_ptr<const Identity> LoadSession(
    Transaction& transaction, const store::IdentityStore& identities,
    std::shared_ptr<const identity::Session> session);

/// What the ARN of a principal stands for now: a user, the root user of an account, a session of a
/// role (`assumed-role`), or a role, as a session of it without a name. Null when that is not here.
/// Throws as LoadUser does.
[[nodiscard]] std::shared_ptr<const Identity> LoadByArn(Transaction& transaction,
                                                        const store::IdentityStore& identities,
                                                        std::string_view arn, Timestamp now);

/// A group as if it were a user in it alone; null when it is not there.
[[nodiscard]] std::shared_ptr<const Identity> LoadGroup(Transaction& transaction,
                                                        const store::IdentityStore& identities,
                                                        std::string_view account,
                                                        std::string_view name);

/// The root user of an account: no policies, and none can hold him in his account.
[[nodiscard]] std::shared_ptr<const Identity> RootOf(std::string_view account);

}  // namespace coffer::services::iam
