#include "rotation/executors/runtime_session.h"

#include "base/encoding.h"
#include "base/system_clock.h"
#include "rotation/executors/lambda_documents.h"
#include "rotation/executors/outcomes.h"
#include "rotation/executors/system_user.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

namespace coffer::rotation {
namespace {

constexpr std::string_view kPrefix = "/2018-06-01/runtime";
/// Lambda's clients compare it with exactly this.
constexpr std::string_view kJson = "application/json";
/// The most steps that one process is given.
constexpr std::int64_t kSteps = 4;

std::string NewRequestId(Random& random) {
  std::array<std::byte, 16> bytes{};
  random.Fill(bytes);
  return base::FormatUuid(bytes);
}

RuntimePost PostOf(const net::LoopbackRequest& request) {
  using Body = net::LoopbackRequest::Body;
  return {.body = request.body,
          .error_type = request.Header("lambda-runtime-function-error-type"),
          .error_body = request.Header("lambda-runtime-function-error-body"),
          .response_mode = request.Header("lambda-runtime-function-response-mode"),
          .is_too_large = request.body_state == Body::kTooLarge,
          .is_truncated = request.body_state == Body::kTruncated};
}

RuntimeReply NoSuchPath() {
  return {.status = 404,
          .body = R"({"errorMessage":"No such path","errorType":"ResourceNotFound"})"};
}

}  // namespace

std::expected<std::unique_ptr<RuntimeSession>, std::string> RuntimeSession::Start(
    const Environment& environment) {
  std::unique_ptr<RuntimeSession> session(new RuntimeSession(environment));
  if (auto started = session->StartProcess(); !started) {
    return std::unexpected(std::move(started).error());
  }
  return session;
}

std::expected<void, std::string> RuntimeSession::StartProcess() try {
  const RotationFunction& function = environment_.function;
  const auto user = FindUser(function.user);
  if (!user) return std::unexpected(user.error());
  server_.emplace(net::LoopbackServer::Options{.only_user = user->uid},
                  [this](const auto& request, auto& reply) { Handle(request, reply); });
  ChildSpec spec{.command = function.command,
                 .environment = RuntimeEnvironment(function, environment_.facts,
                                                   environment_.server, server_->port()),
                 .working_directory = function.task_root,
                 .user = function.user,
                 .processor_seconds = 2 * kSteps * function.timeout_seconds,
                 .memory_mebibytes = function.memory_mebibytes,
                 .scratch = environment_.scratch};
  std::promise<std::expected<void, std::string>> promise;
  auto started = promise.get_future();
  thread_ = std::thread([this, &spec, promise = std::move(promise)]() mutable {
    RunProcess(spec, std::move(promise));
  });
  auto result = started.get();
  // The credentials are in there; the thread no longer looks at it.
  for (std::string& variable : spec.environment) {
    ::explicit_bzero(variable.data(), variable.size());
  }
  return result;
} catch (const std::system_error& failure) {
  return std::unexpected(std::string(failure.what()));
}

void RuntimeSession::RunProcess(const ChildSpec& spec,
                                std::promise<std::expected<void, std::string>> started) {
  ChildEnd end;
  {
    auto child = ChildProcess::Start(spec);
    if (!child) return started.set_value(std::unexpected(std::move(child).error()));
    started.set_value({});
    end = child->Communicate(
        {.standard_output = [this](std::string_view bytes) { lines_.AddOutput(bytes); },
         .standard_error = [this](std::string_view bytes) { lines_.AddError(bytes); }},
        stop_);
  }
  lines_.Finish();
  const std::scoped_lock lock(mutex_);
  end_ = end;
  changed_.notify_all();
}

void RuntimeSession::End() {
  Stop();
  if (thread_.joinable()) thread_.join();
  const std::scoped_lock lock(mutex_);
  is_closed_ = true;
  changed_.notify_all();
}

void RuntimeSession::Stop() {
  const std::scoped_lock lock(mutex_);
  is_stopped_ = true;
  stop_.Set();
  changed_.notify_all();
}

bool RuntimeSession::has_ended() const {
  const std::scoped_lock lock(mutex_);
  return end_.has_value() || is_stopped_ || state_.phase() == RuntimeState::Phase::kOver;
}

std::optional<StepOutcome> RuntimeSession::Invoke(RotationStep step) {
  lines_.StartStep();
  std::unique_lock lock(mutex_);
  event_ = EventOf(step, environment_.facts);
  request_id_ = NewRequestId(environment_.random);
  deadline_.reset();
  state_.Offer(request_id_);
  changed_.notify_all();

  changed_.wait_until(lock, Clock::now() + environment_.init_limit,
                      [&] { return IsOver() || deadline_; });
  if (deadline_) changed_.wait_until(lock, *deadline_, [&] { return IsOver(); });
  if (auto outcome = state_.TakeOutcome()) {
    has_served_ = true;
    return outcome;
  }
  if (is_stopped_) return Stopped();
  if (!end_) return EndAtDeadline(lock);
  if (!deadline_ && has_served_) return std::nullopt;
  return state_.OutcomeOfExit(end_->Describe());
}

StepOutcome RuntimeSession::EndAtDeadline(std::unique_lock<std::mutex>& lock) {
  const bool was_delivered = deadline_.has_value();
  state_.Expire();
  stop_.Set();
  changed_.wait(lock, [&] { return end_.has_value(); });
  StepOutcome outcome = TimedOut(environment_.function.timeout_seconds);
  if (!was_delivered) outcome.message = "the function did not ask for its event in time";
  return outcome;
}

void RuntimeSession::Handle(const net::LoopbackRequest& request, net::LoopbackReply& reply) {
  std::string_view path = request.target;
  path = path.substr(0, path.find('?'));
  reply.headers.emplace_back("Content-Type", kJson);
  RuntimeReply answer = NoSuchPath();
  if (path.starts_with(kPrefix)) {
    path.remove_prefix(kPrefix.size());
    if (request.method == "GET" && path == "/invocation/next") return HandleNext(reply);
    if (request.method == "GET" && path == "/ping") answer = {.status = 200, .body = "pong"};
    if (request.method == "POST") answer = HandlePost(path, request);
  }
  reply.status = answer.status;
  reply.body = std::move(answer.body);
}

void RuntimeSession::HandleNext(net::LoopbackReply& reply) {
  std::unique_lock lock(mutex_);
  // A client that asks again has given its older question up.
  const std::uint64_t poll = ++latest_poll_;
  changed_.notify_all();
  while (!is_closed_ && !end_ && poll == latest_poll_) {
    // A process that is being ended is told nothing: clients complain about refusals.
    const RuntimeState::Next next = is_stopped_ ? RuntimeState::Next::kWait : state_.AskNext();
    if (next == RuntimeState::Next::kDeliver) return Deliver(reply);
    if (next == RuntimeState::Next::kRefuse) break;
    changed_.wait(lock);
  }
  RuntimeReply refusal = state_.RefusalOfNext();
  reply.status = refusal.status;
  reply.body = std::move(refusal.body);
}

void RuntimeSession::Deliver(net::LoopbackReply& reply) {
  const std::chrono::seconds timeout(environment_.function.timeout_seconds);
  deadline_ = Clock::now() + timeout;
  const auto wall = base::SystemClock().Now() + timeout;
  reply.headers.emplace_back("Lambda-Runtime-Aws-Request-Id", request_id_);
  reply.headers.emplace_back("Lambda-Runtime-Deadline-Ms",
                             std::to_string(wall.time_since_epoch().count()));
  reply.headers.emplace_back("Lambda-Runtime-Invoked-Function-Arn",
                             environment_.facts.function_arn);
  reply.body = event_.ExposeText();
  changed_.notify_all();
}

RuntimeReply RuntimeSession::HandlePost(std::string_view path,
                                        const net::LoopbackRequest& request) {
  constexpr std::string_view kInvocation = "/invocation/";
  const std::scoped_lock lock(mutex_);
  const RuntimePost post = PostOf(request);
  RuntimeReply answer = NoSuchPath();
  if (path == "/init/error") {
    answer = state_.InitError(post);
  } else if (path.starts_with(kInvocation)) {
    path.remove_prefix(kInvocation.size());
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view id = path.substr(0, slash);
    const std::string_view what = path.substr(slash);
    if (what == "/response") answer = state_.Response(id, post);
    if (what == "/error") answer = state_.Error(id, post);
  }
  changed_.notify_all();
  return answer;
}

}  // namespace coffer::rotation
