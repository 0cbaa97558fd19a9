#include "rotation/executors/hook_executor.h"

#include "base/reply_buffer.h"
#include "rotation/executors/child_process.h"
#include "rotation/executors/hook_document.h"
#include "rotation/executors/line_splitter.h"
#include "rotation/executors/outcomes.h"
#include "rotation/executors/password_in_value.h"
#include "rotation/executors/stop_event.h"

#include <atomic>
#include <chrono>
#include <map>
#include <string_view>
#include <utility>

namespace coffer::rotation {
namespace {

/// sysexits.h, EX_TEMPFAIL: try again, nothing is wrong with the function.
constexpr int kTryAgain = 75;
constexpr int kLowestPriority = 19;
constexpr std::size_t kLongestAnswer = std::size_t{1024} * 1024;

/// Characters that AWS's functions leave out of passwords.
constexpr std::string_view kExclude = R"(/@"'\)";
constexpr std::string_view kExcludeForPostgres = R"(:/@"'\)";

/// Keeps what a hook answers, up to a limit; the rest is read and forgotten.
class AnswerText {
 public:
  void Add(std::string_view bytes) {
    is_too_long_ = is_too_long_ || text_.body().size() + bytes.size() > kLongestAnswer;
    if (!is_too_long_) text_.Append(bytes);
  }
  [[nodiscard]] std::expected<HookAnswer, std::string> Read() const {
    if (is_too_long_) return std::unexpected("standard output has more than 1 MiB");
    return ReadHookAnswer(text_.body());
  }

 private:
  base::ReplyBuffer text_;  // Wiped.
  bool is_too_long_ = false;
};

class HookInvocation final : public RotationInvocation {
 public:
  HookInvocation(const HookExecutor::Options& options, const RotationFunction& function,
                 const RotationFacts& facts, RotationSecrets& secrets,
                 RotationExecutor::LineSink print)
      : options_(options),
        function_(function),
        facts_(facts),
        secrets_(secrets),
        print_(std::move(print)) {}

  StepOutcome Run(RotationStep step) override {
    if (is_stopped_) return Stopped();
    if (step == RotationStep::kFinishSecret && (is_native() || !function_.handles_finish)) {
      const auto promoted = secrets_.Promote();
      return promoted ? StepOutcome{} : Refused(promoted.error());
    }
    auto input = Gather(step);
    if (!input) return Refused(input.error());
    const bool creates = step == RotationStep::kCreateSecret;
    // An earlier attempt has made the value, which may be in use by now.
    if (creates && input->pending) return {};
    HookAnswer answer;
    StepOutcome outcome = RunCommand(step, *input, answer);
    if (outcome.ok() && creates) outcome = Store(*input, std::move(answer));
    return outcome;
  }

  void Stop() override {
    is_stopped_ = true;
    stop_.Set();
  }

 private:
  [[nodiscard]] bool is_native() const { return !options_.rotator.empty(); }

  /// All that the hook is told about the secret.
  Result<HookInput> Gather(RotationStep step) {
    HookInput input;
    ASSIGN_OR_RETURN(input.current, secrets_.Labelled("AWSCURRENT"));
    ASSIGN_OR_RETURN(input.pending, secrets_.Pending());
    ASSIGN_OR_RETURN(input.previous, secrets_.Labelled("AWSPREVIOUS"));
    const std::string_view current = input.current && !input.current->is_binary
                                         ? input.current->value.ExposeText()
                                         : std::string_view();
    for (std::string& id : RelatedSecretIds(current)) {
      auto value = secrets_.Related(id);
      input.related.push_back({.id = std::move(id), .value = std::move(value)});
    }
    input.settings = function_.environment;
    if (is_native()) {
      input.settings["TIMEOUT_SECONDS"] = std::to_string(function_.timeout_seconds);
    }
    if (step == RotationStep::kCreateSecret && !input.pending) {
      const bool is_postgres = is_native() && IsOfPostgres(current);
      ASSIGN_OR_RETURN(
          input.new_password,
          secrets_.NewPassword(function_, is_postgres ? kExcludeForPostgres : kExclude));
    }
    return input;
  }

  [[nodiscard]] ChildSpec Spec(RotationStep step) const {
    ChildSpec spec{.processor_seconds = 2 * function_.timeout_seconds,
                   .memory_mebibytes = function_.memory_mebibytes,
                   .scratch = options_.scratch};
    std::map<std::string, std::string> environment{
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"LANG", "C.UTF-8"},
        {"TZ", "UTC"}};
    if (is_native()) {
      spec.command = {options_.rotator};
      spec.niceness = kLowestPriority;  // It needs a few milliseconds, of any processor.
    } else {
      spec.command = function_.command;
      spec.working_directory = function_.task_root;
      spec.user = function_.user;
      for (const auto& [name, value] : function_.environment) environment[name] = value;
    }
    spec.command.emplace_back(WireName(step));
    environment.erase("HOME");  // Both are the private directory.
    environment.erase("TMPDIR");
    for (const auto& [name, value] : environment) {
      spec.environment.push_back(std::string(name).append("=").append(value));
    }
    return spec;
  }

  StepOutcome RunCommand(RotationStep step, const HookInput& input, HookAnswer& answer) {
    if (!is_native() && function_.command.empty()) {
      return Infrastructure("Rotation.NotStarted", "no command is configured");
    }
    auto child = ChildProcess::Start(Spec(step));
    if (!child) return Infrastructure("Rotation.NotStarted", child.error());
    base::ReplyBuffer document;
    WriteHookInput(document, step, facts_, input);
    AnswerText text;
    LineSplitter lines(print_);
    const ChildEnd end =
        child->Communicate({.input = document.body(),
                            .deadline = std::chrono::steady_clock::now() +
                                        std::chrono::seconds(function_.timeout_seconds),
                            .standard_output = [&](std::string_view bytes) { text.Add(bytes); },
                            .standard_error = [&](std::string_view bytes) { lines.Add(bytes); }},
                           stop_);
    lines.Finish();
    auto read = text.Read();
    StepOutcome outcome = Classify(end, read, lines.last_line());
    if (outcome.ok()) answer = *std::move(read);
    return outcome;
  }

  [[nodiscard]] StepOutcome Classify(const ChildEnd& end,
                                     std::expected<HookAnswer, std::string>& answer,
                                     const std::string& last_line) const {
    if (end.reason == ChildEnd::Reason::kDeadline) return TimedOut(function_.timeout_seconds);
    if (end.reason == ChildEnd::Reason::kStopped) return Stopped();
    const bool failed = end.by_signal || end.code != 0;
    if (!failed && !answer) return FunctionError("Runtime.InvalidResponse", answer.error());
    const bool says_why = answer && answer->is_error;
    if (!failed && !says_why) return {};
    // Moved: both may quote a secret, and whoever hears of the outcome wipes them.
    std::string type = says_why ? std::move(answer->error_type) : "";
    if (type.empty()) type = failed ? "Runtime.ExitError" : "Runtime.Unknown";
    std::string message = says_why ? std::move(answer->error_message) : "";
    if (message.empty()) message = last_line;
    if (message.empty()) message = end.Describe();
    return !end.by_signal && end.code == kTryAgain
               ? Infrastructure(std::move(type), std::move(message))
               : FunctionError(std::move(type), std::move(message));
  }

  /// Stores the value that createSecret answered or, where a hook leaves that to the vault, the
  /// current one with the new password.
  StepOutcome Store(const HookInput& input, HookAnswer answer) {
    if (!answer.value) {
      if (is_native()) {
        return FunctionError("Runtime.InvalidResponse", "createSecret answered no value");
      }
      if (input.current && input.current->is_binary) {
        return FunctionError("Rotation.NoValue",
                             "the current value is binary: createSecret must answer the new one");
      }
      auto made = WithPassword(input.current ? input.current->value.ExposeText() : "",
                               input.new_password ? input.new_password->ExposeText() : "");
      if (!made) return FunctionError("Rotation.NoValue", std::move(made).error());
      answer.value = *std::move(made);
    }
    const auto stored = secrets_.PutPending(*std::move(answer.value), answer.is_binary);
    return stored ? StepOutcome{} : Refused(stored.error());
  }

  const HookExecutor::Options& options_;
  const RotationFunction& function_;
  const RotationFacts& facts_;
  RotationSecrets& secrets_;
  RotationExecutor::LineSink print_;
  StopEvent stop_;
  std::atomic<bool> is_stopped_ = false;
};

}  // namespace

std::unique_ptr<RotationInvocation> HookExecutor::Begin(const RotationFunction& function,
                                                        const RotationFacts& facts,
                                                        RotationSecrets& secrets, LineSink print) {
  return std::make_unique<HookInvocation>(options_, function, facts, secrets, std::move(print));
}

}  // namespace coffer::rotation
