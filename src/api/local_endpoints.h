#pragma once

#include "base/http_message.h"
#include "base/movable_clock.h"

#include <string>

namespace coffer::api {

/// What the port answers beside AWS's API, unsigned: health, and in the development profile the
/// test clock. Safe to call from any thread.
class LocalEndpoints {
 public:
  struct Options {
    std::string version;
    /// The test clock, or null where there is none (strict profile).
    base::MovableClock* test_clock = nullptr;
  };

  explicit LocalEndpoints(Options options) : options_(std::move(options)) {}

  /// Answers the request if its path is one of ours, or is not AWS's `/`; false otherwise.
  [[nodiscard]] bool Handle(const base::HttpRequest& request, base::HttpReply& reply) const;

 private:
  void AnswerHealth(base::HttpReply& reply) const;
  void AnswerClock(const base::HttpRequest& request, base::HttpReply& reply) const;

  Options options_;
};

}  // namespace coffer::api
