#include "store/pending_accesses.h"

#include <algorithm>
#include <optional>

namespace coffer::store {

namespace {

const DayNumber* FindDay(const NotedAccess& access, std::string_view version_id) {
  const auto found =
      std::ranges::find(access.versions, version_id, &std::pair<std::string, DayNumber>::first);
  return found == access.versions.end() ? nullptr : &found->second;
}

const DayNumber* FindDay(const PendingAccesses::BySecret& accesses, std::int64_t secret_id,
                         std::string_view version_id) {
  const auto found = accesses.find(secret_id);
  return found == accesses.end() ? nullptr : FindDay(found->second, version_id);
}

void Advance(std::optional<DayNumber>& last_accessed, DayNumber day) {
  if (!last_accessed || *last_accessed < day) last_accessed = day;
}

void AddVersion(NotedAccess& access, std::string_view version_id, DayNumber day) {
  access.day = std::max(access.day, day);
  for (auto& [id, noted_day] : access.versions) {
    if (id != version_id) continue;
    noted_day = std::max(noted_day, day);
    return;
  }
  access.versions.emplace_back(version_id, day);
}

void Merge(PendingAccesses::BySecret& into, PendingAccesses::BySecret from) {
  into.merge(from);
  for (const auto& [secret_id, access] : from) {  // What is left was there already.
    for (const auto& [version_id, day] : access.versions) {
      AddVersion(into.at(secret_id), version_id, day);
    }
  }
}

}  // namespace

bool PendingAccesses::Note(const secrets::Secret& secret, std::string_view version_id,
                           DayNumber day) {
  const std::scoped_lock lock(accesses_mutex_);
  for (const BySecret* accesses : {&pending_, &written_}) {
    const DayNumber* noted = FindDay(*accesses, secret.id, version_id);
    if (noted != nullptr && *noted >= day) return false;
  }
  const auto [access, is_new] = pending_.try_emplace(secret.id);
  if (is_new) {
    access->second = {.account = secret.address.account,
                      .region = secret.address.region,
                      .day = day,
                      .versions = {}};
  }
  AddVersion(access->second, version_id, day);
  return true;
}

bool PendingAccesses::IsAny() const {
  const std::scoped_lock lock(accesses_mutex_);
  return !pending_.empty();
}

PendingAccesses::BySecret PendingAccesses::TakeForFlush(std::int64_t flush, std::size_t limit) {
  const std::scoped_lock lock(accesses_mutex_);
  const bool was_committed = last_flush_ == flush - 1;
  if (!was_committed) Merge(pending_, std::move(written_));
  written_.clear();
  last_flush_ = flush;
  while (!pending_.empty() && written_.size() < limit) {
    written_.insert(pending_.extract(pending_.begin()));
  }
  return written_;
}

void PendingAccesses::Overlay(secrets::Secret& secret) const {
  const std::scoped_lock lock(accesses_mutex_);
  for (const BySecret* accesses : {&pending_, &written_}) {
    const auto found = accesses->find(secret.id);
    if (found != accesses->end()) Advance(secret.last_accessed, found->second.day);
  }
}

void PendingAccesses::Overlay(std::int64_t secret_id, secrets::Version& version) const {
  const std::scoped_lock lock(accesses_mutex_);
  for (const BySecret* accesses : {&pending_, &written_}) {
    const DayNumber* noted = FindDay(*accesses, secret_id, version.id);
    if (noted != nullptr) Advance(version.last_accessed, *noted);
  }
}

std::unordered_map<std::int64_t, DayNumber> PendingAccesses::DaysIn(std::string_view account,
                                                                    std::string_view region) const {
  const std::scoped_lock lock(accesses_mutex_);
  std::unordered_map<std::int64_t, DayNumber> days;
  for (const BySecret* accesses : {&pending_, &written_}) {
    for (const auto& [secret_id, access] : *accesses) {
      if (access.account != account || access.region != region) continue;
      const auto [noted, is_new] = days.try_emplace(secret_id, access.day);
      if (!is_new) noted->second = std::max(noted->second, access.day);
    }
  }
  return days;
}

}  // namespace coffer::store
