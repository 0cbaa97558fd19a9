#include "rotation/executors/runtime_state.h"

#include "base/encoding.h"
#include "rotation/executors/lambda_documents.h"
#include "rotation/executors/outcomes.h"

#include <cstddef>
#include <utility>

namespace coffer::rotation {
namespace {

std::string_view NameOf(RuntimeState::Phase phase) {
  switch (phase) {
    case RuntimeState::Phase::kStarted:
      return "Started";
    case RuntimeState::Phase::kReady:
      return "Ready";
    case RuntimeState::Phase::kRunning:
      return "Running";
    case RuntimeState::Phase::kResponseSent:
      return "ResponseSent";
    case RuntimeState::Phase::kOver:
      return "InitError";
  }
  return "";
}

RuntimeReply Accepted() { return {.status = 202, .body = R"({"status":"OK"})"}; }

// None of the texts needs escaping. Clients of .NET insist on JSON.
RuntimeReply Fault(int status, std::string_view type, std::string_view message) {
  return {.status = status,
          .body = R"({"errorMessage":")" + std::string(message) + R"(","errorType":")" +
                  std::string(type) + R"("})"};
}

RuntimeReply WrongOrder(RuntimeState::Phase from, std::string_view to) {
  return Fault(403, "InvalidStateTransition",
               "State transition from " + std::string(NameOf(from)) + " to " + std::string(to) +
                   " failed for runtime. Error: State transition is not allowed");
}

RuntimeReply Truncated() {
  return Fault(400, "TruncatedHTTPRequest", "HTTP request was truncated");
}

RuntimeReply TooLarge() {
  return Fault(413, "RequestEntityTooLarge",
               "Exceeded maximum allowed payload size (6291556 bytes).");
}

std::string DecodeText(std::string_view base64) {
  std::string text((base64.size() / 4 * 3) + 3, '\0');
  const auto size = base::DecodeBase64(base64, reinterpret_cast<std::byte*>(text.data()));
  text.resize(size.value_or(0));
  return text;
}

}  // namespace

void RuntimeState::Offer(std::string request_id) {
  offered_ = std::move(request_id);
  outcome_.reset();
}

RuntimeState::Next RuntimeState::AskNext() {
  if (phase_ == Phase::kRunning || phase_ == Phase::kOver) return Next::kRefuse;
  phase_ = Phase::kReady;
  if (offered_.empty()) return Next::kWait;
  running_ = std::exchange(offered_, {});
  phase_ = Phase::kRunning;
  return Next::kDeliver;
}

RuntimeReply RuntimeState::RefusalOfNext() const { return WrongOrder(phase_, "Ready"); }

// Why a post about `request_id` is not listened to.
std::optional<RuntimeReply> RuntimeState::Refusal(std::string_view request_id,
                                                  std::string_view target) const {
  if (phase_ == Phase::kRunning && !running_.empty() && request_id == running_) return std::nullopt;
  if (!answered_.empty() && request_id == answered_) return WrongOrder(phase_, target);
  return Fault(400, "InvalidRequestID", "Invalid request ID");
}

RuntimeReply RuntimeState::End(StepOutcome outcome, RuntimeReply reply) {
  outcome_ = std::move(outcome);
  phase_ = Phase::kResponseSent;
  answered_ = std::exchange(running_, {});
  return reply;
}

RuntimeReply RuntimeState::Response(std::string_view request_id, const RuntimePost& post) {
  if (auto refusal = Refusal(request_id, "InvocationResponse")) return *std::move(refusal);
  if (!post.response_mode.empty() && post.response_mode != "streaming") {
    return Fault(400, "InvalidFunctionResponseMode", "Invalid function response mode");
  }
  if (post.is_truncated) return Truncated();
  if (post.is_too_large) {
    return End(FunctionError("Function.ResponseSizeTooLarge",
                             "Response payload size exceeded maximum allowed payload size (6291556 "
                             "bytes)."),
               TooLarge());
  }
  if (!post.error_type.empty()) {
    return End(ErrorFrom(DecodeText(post.error_body), post.error_type), Accepted());
  }
  return End({}, Accepted());
}

RuntimeReply RuntimeState::Error(std::string_view request_id, const RuntimePost& post) {
  if (auto refusal = Refusal(request_id, "InvocationErrorResponse")) return *std::move(refusal);
  if (post.is_truncated) return Truncated();
  if (post.is_too_large) {
    return End(FunctionError("Function.ResponseSizeTooLarge", "The error was too large."),
               TooLarge());
  }
  return End(ErrorFrom(post.body, post.error_type), Accepted());
}

RuntimeReply RuntimeState::InitError(const RuntimePost& post) {
  if (phase_ == Phase::kRunning) last_words_ = ErrorFrom(post.body, post.error_type);
  if (phase_ != Phase::kStarted) return WrongOrder(phase_, "InitError");
  if (post.is_truncated) return Truncated();
  outcome_ = ErrorFrom(post.body, post.error_type.empty() ? "Runtime.InitError" : post.error_type);
  phase_ = Phase::kOver;
  return post.is_too_large ? TooLarge() : Accepted();
}

std::optional<StepOutcome> RuntimeState::TakeOutcome() {
  return std::exchange(outcome_, std::nullopt);
}

void RuntimeState::Expire() {
  offered_.clear();
  running_.clear();
  outcome_.reset();
}

StepOutcome RuntimeState::OutcomeOfExit(std::string_view description) const {
  if (last_words_) return *last_words_;
  return FunctionError("Runtime.ExitError", "Runtime exited: " + std::string(description));
}

}  // namespace coffer::rotation
