#include "store/pending_accesses.h"
#include "store/read_cache.h"
#include "store/secret_store.h"
#include "store/sequences.h"

namespace coffer::store {

void SecretStore::Touch(const secrets::Secret& secret, const StoredVersion& version,
                        DayNumber day) {
  if (version.version.last_accessed.value_or(kNeverAccessed) >= day) return;
  accesses_->Note(secret, version.version.id, day);
  if (cache_) cache_->NoteAccess(secret, version.version.id, day);
}

bool SecretStore::HasPendingAccesses() const { return accesses_->IsAny(); }

namespace {

// Keeps the writer busy for some milliseconds at most.
constexpr std::size_t kFlushLimit = 1000;

// A day never goes backwards, whatever order flushes and clocks come in.
constexpr Statement kSetSecretDay{
    "UPDATE secrets SET accessed_day = $2 WHERE secret_id = $1 AND accessed_day < $2"};
constexpr Statement kSetVersionDay{
    "UPDATE secret_versions SET accessed_day = $3 "
    "WHERE secret_id = $1 AND version_id = $2 AND accessed_day < $3"};

}  // namespace

void SecretStore::FlushAccesses(Transaction& transaction) {
  const std::int64_t flush = NextNumber(transaction, "access_flush");
  for (const auto& [secret_id, access] : accesses_->TakeForFlush(flush, kFlushLimit)) {
    transaction.Execute(kSetSecretDay, {secret_id, std::int64_t{access.day}});
    for (const auto& [version_id, day] : access.versions) {
      transaction.Execute(kSetVersionDay, {secret_id, version_id, std::int64_t{day}});
    }
  }
}

}  // namespace coffer::store
