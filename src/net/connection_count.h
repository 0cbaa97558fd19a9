#pragma once

#include "net/server_options.h"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace coffer::net {

/// Counts the open connections of all threads and refuses those over the caps. Thread-safe.
class ConnectionCount {
 public:
  /// One counted connection; leaves the count when destroyed. The count must outlive it.
  class Admission {
   public:
    Admission(ConnectionCount& count, std::string address)
        : count_(&count), address_(std::move(address)) {}
    Admission(Admission&& other) noexcept
        : count_(std::exchange(other.count_, nullptr)), address_(std::move(other.address_)) {}
    Admission& operator=(Admission&&) = delete;
    ~Admission() {
      if (count_ != nullptr) count_->Leave(address_);
    }
    [[nodiscard]] const std::string& address() const { return address_; }

   private:
    ConnectionCount* count_;
    std::string address_;
  };

  /// `limits` must outlive the count.
  explicit ConnectionCount(const Limits& limits) : limits_(limits) {}

  /// Counts a connection from `address`; nullopt if a cap is reached.
  [[nodiscard]] std::optional<Admission> Enter(std::string address);
  [[nodiscard]] std::size_t open() const { return open_.load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] bool EnterAddress(const std::string& address);
  void Leave(const std::string& address);

  const Limits& limits_;
  std::atomic<std::size_t> open_{0};
  std::mutex by_address_mutex_;  // Guards by_address_, which is empty where no cap for it is set.
  std::unordered_map<std::string, std::size_t> by_address_;
};

}  // namespace coffer::net
