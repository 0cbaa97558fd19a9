#include "rotation/executors/http_executor.h"

#include "json/document.h"
#include "rotation/executors/lambda_documents.h"
#include "rotation/executors/outcomes.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <string_view>

namespace coffer::rotation {
namespace {

/// Lambda's limit of a response: 6 MiB + 100 bytes.
constexpr std::size_t kLargestReply = 6'291'556;
/// What the other side has beyond the function's own time.
constexpr std::chrono::seconds kPatience{5};

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

bool MayPassByItself(int status) {
  return status == 408 || status == 409 || status == 429 || status >= 500;
}

// `HTTP 502: no module named x`: of a reply to an invocation that did not take place.
std::string Describe(const net::IncomingReply& reply) {
  constexpr std::size_t kLongestText = 512;
  const std::string_view body = Trimmed(reply.body);
  const auto error = ReadLambdaError(body);
  std::string text = "HTTP " + std::to_string(reply.status);
  if (error && !error->message.empty()) return text + ": " + error->message;
  if (!body.empty()) text.append(": ").append(body.substr(0, kLongestText));
  return text;
}

StepOutcome OutcomeOfBody(std::string_view body) {
  body = Trimmed(body);
  if (body.empty()) return {};
  if (body.starts_with("Task timed out after")) {
    return {.kind = StepOutcome::Kind::kTimedOut,
            .error_type = "Sandbox.Timeout",
            .message = std::string(body)};
  }
  const auto error = ReadLambdaError(body);
  if (error && (error->has_type || (error->has_message && error->has_trace))) {
    return ErrorFrom(body, "Unhandled");
  }
  if (error || IsJson(body)) return {};
  return FunctionError("Runtime.InvalidResponse", "the reply is not JSON");
}

class HttpInvocation final : public RotationInvocation {
 public:
  HttpInvocation(const std::string& ca_certificate, const RotationFunction& function,
                 const RotationFacts& facts)
      : function_(function), facts_(facts), client_(ca_certificate) {}

  StepOutcome Run(RotationStep step) override try {
    const SecretBytes event = EventOf(step, facts_);
    net::OutgoingRequest request;
    request.url = function_.url;
    // Those that the SAM CLI insists on; it takes no other log type and no query.
    request.headers = {{"Content-Type", "application/json"},
                       {"X-Amz-Invocation-Type", "RequestResponse"},
                       {"X-Amz-Log-Type", "None"}};
    request.body = event.ExposeText();
    request.timeout = std::chrono::seconds(function_.timeout_seconds) + kPatience;
    request.body_limit = kLargestReply;
    return OutcomeOfInvoke(client_.Post(request), function_.timeout_seconds);
  } catch (const std::exception& failure) {
    return Infrastructure("Lambda.Unavailable", failure.what());
  }

  void Stop() override { client_.Stop(); }

 private:
  const RotationFunction& function_;
  const RotationFacts& facts_;
  net::HttpClient client_;
};

}  // namespace

StepOutcome OutcomeOfInvoke(const net::IncomingReply& reply, std::int64_t timeout_seconds) {
  using Result = net::IncomingReply::Result;
  switch (reply.result) {
    case Result::kAnswered:
      break;
    case Result::kFailed:
      return Infrastructure("Lambda.Unavailable", reply.reason);
    case Result::kTimedOut:
      return TimedOut(timeout_seconds);
    case Result::kTooLarge:
      return FunctionError("Function.ResponseSizeTooLarge", "the reply is larger than 6 MiB");
    case Result::kStopped:
      return Stopped();
  }
  if (reply.status != 200) {
    return Infrastructure(
        MayPassByItself(reply.status) ? "Lambda.Unavailable" : "Lambda.Misconfigured",
        Describe(reply));
  }
  if (const std::string_view kind = reply.Header("x-amz-function-error"); kind.data() != nullptr) {
    return ErrorFrom(reply.body, kind);
  }
  return OutcomeOfBody(reply.body);
}

std::unique_ptr<RotationInvocation> HttpExecutor::Begin(const RotationFunction& function,
                                                        const RotationFacts& facts,
                                                        RotationSecrets&, LineSink) {
  return std::make_unique<HttpInvocation>(options_.ca_certificate, function, facts);
}

}  // namespace coffer::rotation
