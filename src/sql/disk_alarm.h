#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <utility>

namespace coffer::sql {

/// Where whoever meets a failed disk, the writer or any reader, reports it. Tells the process once.
class DiskAlarm {
 public:
  explicit DiskAlarm(std::function<void(std::string_view reason)> on_fatal)
      : on_fatal_(std::move(on_fatal)) {}

  void Raise(std::string_view reason) {
    if (!was_raised_.exchange(true)) on_fatal_(reason);
  }

 private:
  std::function<void(std::string_view reason)> on_fatal_;
  std::atomic<bool> was_raised_ = false;
};

}  // namespace coffer::sql
