#pragma once

#include "base/file_descriptor.h"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace coffer::rotation {

/// Says once and for all that work is to end, to whoever polls `descriptor()`. Thread-safe.
class StopEvent {
 public:
  StopEvent() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_.valid()) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  void Set() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof(one));
  }
  /// Readable from the first `Set` on; nobody reads it.
  [[nodiscard]] int descriptor() const { return event_.get(); }

 private:
  base::FileDescriptor event_;
};

}  // namespace coffer::rotation
