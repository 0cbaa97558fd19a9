#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "identity/entities.h"
#include "identity/session.h"
#include "services/iam/identity.h"
#include "services/iam/policy_library.h"
#include "store/identity_store.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::services::iam {

/// Makes identities of what is stored: all policies that have a say, compiled. All functions that
/// read throw store::IntegrityError when a policy is missing or cannot be compiled: nothing is
/// decided without a policy that should have had a say.
/// Safe to call from any thread; a Transaction belongs to one.
class IdentityLoader {
 public:
  /// `identities` must outlive this.
  explicit IdentityLoader(const store::IdentityStore& identities) : identities_(identities) {}

  /// A user with his own policies, those of his groups, the managed ones and his boundary.
  [[nodiscard]] std::shared_ptr<const Identity> LoadUser(
      Transaction& transaction, const store::Stored<identity::User>& user) const;

  /// Who has the session, limited to what it is: the policies are those of its role or user as they
  /// are now. Null when that is no more.
  [[nodiscard]] std::shared_ptr<const Identity> LoadSession(
      Transaction& transaction, std::shared_ptr<const identity::Session> session) const;

  /// What the ARN of a principal stands for now: a user, the root user of an account, a session of
  /// a role (`assumed-role`), or a role, as a session of it called `explain`. Null when that is not
  /// here.
  [[nodiscard]] std::shared_ptr<const Identity> LoadByArn(Transaction& transaction,
                                                          std::string_view arn,
                                                          Timestamp now) const;

  /// The group that has this ARN, path and letter case included, as if it were a user in it alone;
  /// null when it is not there.
  [[nodiscard]] std::shared_ptr<const Identity> LoadGroup(Transaction& transaction,
                                                          std::string_view arn) const;

 private:
  [[nodiscard]] CompiledPolicy FindManaged(Transaction& transaction, std::string_view account,
                                           const std::string& arn) const;
  void AddPolicies(Transaction& transaction, std::string_view account,
                   const identity::PolicyHolder& holder, const std::string& name,
                   std::vector<CompiledPolicy>& policies) const;
  [[nodiscard]] CompiledPolicy FindBoundary(Transaction& transaction, std::string_view account,
                                            const std::optional<std::string>& arn,
                                            std::string_view holder) const;
  [[nodiscard]] std::shared_ptr<Identity> LoadRole(Transaction& transaction,
                                                   const store::Stored<identity::Role>& stored,
                                                   const identity::Session& session) const;
  [[nodiscard]] std::shared_ptr<const Identity> LoadRoleNow(
      Transaction& transaction, const store::Stored<identity::Role>& role,
      std::string_view session_name, Timestamp now) const;
  [[nodiscard]] std::shared_ptr<Identity> LoadHolder(Transaction& transaction,
                                                     const identity::Session& session) const;

  const store::IdentityStore& identities_;
  mutable PolicyLibrary library_;
};

/// The root user of an account: no policies, and none can hold him in his account.
[[nodiscard]] std::shared_ptr<const Identity> RootOf(std::string_view account);

}  // namespace coffer::services::iam
