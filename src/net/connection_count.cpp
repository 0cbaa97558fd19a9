#include "net/connection_count.h"

namespace coffer::net {

std::optional<ConnectionCount::Admission> ConnectionCount::Enter(std::string address) {
  // Only the listener enters, so nothing can slip in between the look and the addition.
  if (open() >= limits_.max_connections || !EnterAddress(address)) return std::nullopt;
  open_.fetch_add(1, std::memory_order_relaxed);
  return std::optional<Admission>(std::in_place, *this, std::move(address));
}

bool ConnectionCount::EnterAddress(const std::string& address) {
  if (limits_.max_connections_per_address == 0) return true;
  const std::lock_guard lock(by_address_mutex_);
  std::size_t& count = by_address_[address];
  if (count >= limits_.max_connections_per_address) return false;
  ++count;
  return true;
}

void ConnectionCount::Leave(const std::string& address) {
  open_.fetch_sub(1, std::memory_order_relaxed);
  if (limits_.max_connections_per_address == 0) return;
  const std::lock_guard lock(by_address_mutex_);
  const auto found = by_address_.find(address);
  if (--found->second == 0) by_address_.erase(found);
}

}  // namespace coffer::net
