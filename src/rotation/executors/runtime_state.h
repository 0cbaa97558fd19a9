#pragma once

#include "coffer/rotation_executor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::rotation {

/// What the Runtime API answers to a post.
struct RuntimeReply {
  int status = 202;
  std::string body;
};

/// What came with a post.
struct RuntimePost {
  std::string_view body;
  /// Lambda-Runtime-Function-Error-Type: a header, or a trailer of a response that failed.
  std::string_view error_type = {};
  /// Lambda-Runtime-Function-Error-Body, base64: the trailer that belongs to it.
  std::string_view error_body = {};
  std::string_view response_mode = {};  ///< Lambda-Runtime-Function-Response-Mode.
  bool is_too_large = false;
  bool is_truncated = false;
};

/// One process behind the Runtime API, as a state machine without I/O or time: what it may do next
/// and how each of its invocations ends. Events are offered one at a time. Not thread-safe.
class RuntimeState {
 public:
  enum class Phase : std::uint8_t {
    kStarted,       ///< Has not asked for an event yet.
    kReady,         ///< Waits for one.
    kRunning,       ///< Works on one.
    kResponseSent,  ///< Has answered it.
    kOver,          ///< Failed to start.
  };

  [[nodiscard]] Phase phase() const { return phase_; }

  /// There is an event with this request id for it.
  void Offer(std::string request_id);

  /// `next`: what the caller is to do. `kWait` is asked again after the next `Offer`.
  enum class Next : std::uint8_t { kDeliver, kWait, kRefuse };
  [[nodiscard]] Next AskNext();

  // The posts. Each answers what the process is told; the outcome is kept.
  [[nodiscard]] RuntimeReply Response(std::string_view request_id, const RuntimePost& post);
  [[nodiscard]] RuntimeReply Error(std::string_view request_id, const RuntimePost& post);
  [[nodiscard]] RuntimeReply InitError(const RuntimePost& post);
  /// Of a `next` that is refused.
  [[nodiscard]] RuntimeReply RefusalOfNext() const;

  [[nodiscard]] bool has_outcome() const { return outcome_.has_value(); }
  /// How the offered invocation ended, once; nullopt while it has not.
  [[nodiscard]] std::optional<StepOutcome> TakeOutcome();
  /// The invocation is over (deadline, stop): what is posted for it from now on is refused.
  void Expire();
  /// How it ends because the process has ended as `description` says (`exit status 1`).
  [[nodiscard]] StepOutcome OutcomeOfExit(std::string_view description) const;

 private:
  [[nodiscard]] std::optional<RuntimeReply> Refusal(std::string_view request_id,
                                                    std::string_view target) const;
  RuntimeReply End(StepOutcome outcome, RuntimeReply reply);

  Phase phase_ = Phase::kStarted;
  std::string offered_;   // Request id of an event that waits to be delivered; empty = none.
  std::string running_;   // Of the one that is worked on.
  std::string answered_;  // Of the last one that was answered.
  std::optional<StepOutcome> outcome_;
  // What Node.js posts before it exits because of an exception that nobody caught.
  std::optional<StepOutcome> last_words_;
};

}  // namespace coffer::rotation
