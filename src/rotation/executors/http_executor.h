#pragma once

#include "coffer/rotation_executor.h"
#include "net/http_client.h"

#include <memory>
#include <string>
#include <utility>

namespace coffer::rotation {

/// What Lambda's Invoke, or something that imitates it, says about an invocation. The Runtime
/// Interface Emulator answers 200 without a header for failures and timeouts, so that the body is
/// looked at too.
[[nodiscard]] StepOutcome OutcomeOfInvoke(const net::IncomingReply& reply,
                                          std::int64_t timeout_seconds);

/// Calls functions that run elsewhere, by Lambda's Invoke over HTTP. They have credentials of their
/// own; the RotationToken in the event ties what they store to the rotation.
class HttpExecutor final : public RotationExecutor {
 public:
  struct Options {
    std::string ca_certificate;  ///< PEM file that is trusted beside the system's; may be empty.
  };
  explicit HttpExecutor(Options options) : options_(std::move(options)) {}

  [[nodiscard]] std::unique_ptr<RotationInvocation> Begin(const RotationFunction& function,
                                                          const RotationFacts& facts,
                                                          RotationSecrets& secrets,
                                                          LineSink print) override;

 private:
  Options options_;
};

}  // namespace coffer::rotation
