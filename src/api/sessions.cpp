#include "api/sessions.h"

#include "base/big_endian.h"
#include "json/shape_codec.h"

#include <mutex>
#include <span>
#include <utility>

namespace coffer::api {

std::shared_ptr<const Sessions::Entry> Sessions::Open(const sigv4::KeyReference& key,
                                                      const Fingerprint& fingerprint,
                                                      std::uint64_t changes) const {
  auto opened = tokens_.Open(key.access_key_id, key.session_token);
  if (!opened) return nullptr;
  auto session = json::DecodeShape<identity::Session>(opened->claims);
  if (!session) return nullptr;
  auto entry = std::make_shared<Entry>();
  entry->changes = changes;
  entry->fingerprint = fingerprint;
  entry->session = std::make_shared<const identity::Session>(*std::move(session));
  database_.Read([&](Transaction& transaction) {
    entry->identity = entry->session->kind == identity::kRotationSession
                          ? rotations_.Load(transaction, entry->session)
                          : loader_.LoadSession(transaction, entry->session);
  });
  return entry;
}

// Null when the token was not made for this key. What does not open is not kept: only who was given
// a token can fill the table.
std::shared_ptr<const Sessions::Entry> Sessions::FindOpened(const sigv4::KeyReference& key) const {
  // Read before the transaction begins: a change that is settled meanwhile makes the entry stale.
  const std::uint64_t changes = identities_.changes();
  const Fingerprint fingerprint = tokens_.FingerprintOf(key.session_token);
  {
    const std::shared_lock lock(entries_mutex_);
    const auto found = entries_.find(key.access_key_id);
    if (found != entries_.end() && found->second->changes == changes &&
        found->second->fingerprint == fingerprint) {
      return found->second;
    }
  }
  std::shared_ptr<const Entry> opened = Open(key, fingerprint, changes);
  if (!opened) return nullptr;
  const std::unique_lock lock(entries_mutex_);
  if (entries_.size() >= kMaxOpened) entries_.clear();  // They are opened again when they are used.
  entries_.insert_or_assign(std::string(key.access_key_id), opened);
  return opened;
}

Sessions::FoundEntry Sessions::FindLive(const sigv4::KeyReference& key) const {
  auto entry = FindOpened(key);
  if (!entry) return std::unexpected(sigv4::CredentialFault::kUnknown);
  if (clock_.Now() >= entry->session->expires) {
    return std::unexpected(sigv4::CredentialFault::kExpired);
  }
  if (!entry->identity) return std::unexpected(sigv4::CredentialFault::kUnknown);
  // The end of a rotation is no change of an identity, and takes its rights at once.
  if (entry->session->kind == identity::kRotationSession && !rotations_.IsLive(*entry->session)) {
    return std::unexpected(sigv4::CredentialFault::kUnknown);
  }
  return entry;
}

// Each access key has one token, whose fingerprint stands for both.
std::expected<std::uint64_t, sigv4::CredentialFault> Sessions::Generation(
    const sigv4::KeyReference& key) const {
  const FoundEntry entry = FindLive(key);
  if (!entry) return std::unexpected(entry.error());
  return base::FromBigEndian<std::uint64_t>(std::span((*entry)->fingerprint).first<8>());
}

std::expected<sigv4::Credential, sigv4::CredentialFault> Sessions::Find(
    const sigv4::KeyReference& key) const {
  const FoundEntry entry = FindLive(key);
  if (!entry) return std::unexpected(entry.error());
  auto opened = tokens_.Open(key.access_key_id, key.session_token);
  if (!opened) return std::unexpected(sigv4::CredentialFault::kUnknown);
  const Entry& found = **entry;
  return sigv4::Credential{
      .account = found.session->account,
      .principal_arn = found.identity->principal.arn,
      .secret_access_key = std::move(opened->secret_access_key),
      .generation = base::FromBigEndian<std::uint64_t>(std::span(found.fingerprint).first<8>())};
}

std::shared_ptr<const Identity> Sessions::IdentityOf(const sigv4::Caller& caller,
                                                     std::string_view service) const {
  const FoundEntry found = FindLive({caller.access_key_id, caller.session_token});
  if (!found) return nullptr;
  const Entry& entry = **found;
  if (entry.session->kind != identity::kRoleSession) return entry.identity;
  const Timestamp now = clock_.Now();
  if (entry.uses.IsNews(service, caller.region, now)) {
    identities_.uses().Note(entry.session->holder_id,
                            {.at = now, .service = std::string(service), .region = caller.region});
  }
  return entry.identity;
}

}  // namespace coffer::api
