#include "api/principals.h"

#include "base/account.h"
#include "keyring/wrapped_keys.h"
#include "services/iam/identity_loader.h"

#include <mutex>
#include <optional>
#include <utility>

namespace coffer::api {

void Principals::Entry::Prefetch() const {
  __builtin_prefetch(&identity->principal.account);
  __builtin_prefetch(&identity->policies);
  __builtin_prefetch(policies);
}

std::shared_ptr<const Principals::Entry> Principals::FindUserKey(
    std::string_view access_key_id) const {
  // Read before the transaction begins: a change that is settled meanwhile makes the entry stale.
  const std::uint64_t changes = identities_.changes();
  bool was_there = false;
  {
    const std::shared_lock lock(entries_mutex_);
    const auto found = entries_.find(access_key_id);
    was_there = found != entries_.end();
    if (was_there && found->second->changes == changes) return found->second;
  }
  std::shared_ptr<const Entry> loaded = Load(access_key_id, changes);
  if (!loaded && !was_there) return nullptr;  // Who guesses keys does not hold up the others.
  const std::unique_lock lock(entries_mutex_);
  if (loaded) {
    entries_.insert_or_assign(std::string(access_key_id), loaded);
  } else if (const auto found = entries_.find(access_key_id); found != entries_.end()) {
    entries_.erase(found);
  }
  return loaded;
}

std::shared_ptr<const Principals::Entry> Principals::Load(std::string_view access_key_id,
                                                          std::uint64_t changes) const {
  std::shared_ptr<Entry> entry;
  database_.Read([&](Transaction& transaction) {
    const auto key = identities_.FindById<identity::AccessKey>(transaction, access_key_id);
    if (!key || !key->entity.is_active) return;
    const auto user = identities_.FindById<identity::User>(transaction, key->owner);
    if (!user) return;
    entry = std::make_shared<Entry>();
    entry->changes = changes;
    entry->identity = loader_.LoadUser(transaction, *user);
    entry->policies = entry->identity->policies.data();
    entry->generation = static_cast<std::uint64_t>(key->generation);
    entry->key = {.access_key_id = key->entity.id,
                  .account = key->account,
                  .principal_arn = entry->identity->principal.arn,
                  .sealed_secret = keyring::DecodeSealed(key->entity.sealed_secret),
                  .created = key->entity.created};
  });
  return entry;
}

std::expected<sigv4::Credential, sigv4::CredentialFault> Principals::Find(
    const sigv4::KeyReference& key) const {
  constexpr std::unexpected kUnknown(sigv4::CredentialFault::kUnknown);
  if (!key.session_token.empty()) return sessions_.Find(key);
  if (auto root = root_keys_.Find(key.access_key_id)) return *std::move(root);
  const auto entry = FindUserKey(key.access_key_id);
  if (!entry) return kUnknown;
  std::optional<SecretBytes> secret = keyring_.OpenAccessKey(entry->key);
  if (!secret) return kUnknown;
  return sigv4::Credential{.account = entry->key.account,
                           .principal_arn = entry->key.principal_arn,
                           .secret_access_key = *std::move(secret),
                           .generation = entry->generation};
}

std::expected<std::uint64_t, sigv4::CredentialFault> Principals::Generation(
    const sigv4::KeyReference& key) const {
  if (!key.session_token.empty()) return sessions_.Generation(key);
  if (const auto root = root_keys_.Generation(key.access_key_id)) return *root;
  const auto entry = FindUserKey(key.access_key_id);
  if (!entry) return std::unexpected(sigv4::CredentialFault::kUnknown);
  entry->Prefetch();
  return entry->generation;
}

std::shared_ptr<const Identity> Principals::IdentityOf(const sigv4::Caller& caller,
                                                       std::string_view service) const {
  if (!caller.session_token.empty()) return sessions_.IdentityOf(caller, service);
  if (auto root = FindRoot(caller)) return root;
  const auto entry = FindUserKey(caller.access_key_id);
  if (!entry) return nullptr;
  const Timestamp now = clock_.Now();
  if (entry->uses.IsNews(service, caller.region, now)) {
    identities_.uses().Note(caller.access_key_id,
                            {.at = now, .service = std::string(service), .region = caller.region});
  }
  return entry->identity;
}

// Null when the caller is not a root user.
std::shared_ptr<const Identity> Principals::FindRoot(const sigv4::Caller& caller) const {
  // In the development profile there are as many as accounts that somebody thinks of.
  constexpr std::size_t kMost = 10'000;
  if (!caller.principal_arn.ends_with(":root")) return nullptr;  // As most callers.
  {
    const std::shared_lock lock(entries_mutex_);
    const auto found = roots_.find(caller.principal_arn);
    if (found != roots_.end()) return found->second;
  }
  if (caller.principal_arn != base::RootArn(caller.account)) return nullptr;
  const std::unique_lock lock(entries_mutex_);
  if (roots_.size() >= kMost) roots_.clear();
  return roots_.try_emplace(caller.principal_arn, services::iam::RootOf(caller.account))
      .first->second;
}

}  // namespace coffer::api
