#include "api/local_endpoints.h"

#include "json/document.h"
#include "json/writer.h"

#include <cmath>
#include <optional>
#include <string_view>

namespace coffer::api {
namespace {

constexpr std::string_view kJson = "application/json";

void AnswerProblem(base::HttpReply& reply, int status, std::string_view message) {
  reply.status = status;
  reply.content_type = kJson;
  reply.body.Clear();
  json::Writer writer(reply.body);
  writer.BeginObject();
  writer.Key("message");
  writer.String(message);
  writer.EndObject();
}

// Seconds with a fraction, from a JSON number, within what a Timestamp can hold.
std::optional<std::chrono::milliseconds> Seconds(const json::Value& value) {
  constexpr double kFarthest = 253402300799.0;  // The end of the year 9999.
  double seconds = 0;
  if (value.kind() == json::Kind::kInteger) {
    seconds = static_cast<double>(value.integer());
  } else if (value.kind() == json::Kind::kNumber) {
    seconds = value.number();
  } else {
    return std::nullopt;
  }
  if (!(std::abs(seconds) <= kFarthest)) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::llround(seconds * 1000)));
}

// {"now": seconds}, {"advance_seconds": seconds} or {"reset": true}.
bool MoveClock(std::string_view body, base::MovableClock& clock) {
  json::Document document;
  const auto root = document.Parse(body);
  if (!root || root->kind() != json::Kind::kObject || root->size() != 1) return false;
  const json::Value member = root->First();
  if (member.key() == "reset" && member.kind() == json::Kind::kBoolean && member.boolean()) {
    clock.Reset();
    return true;
  }
  const std::optional<std::chrono::milliseconds> amount = Seconds(member);
  if (!amount) return false;
  if (member.key() == "now" && amount->count() >= 0) {
    clock.Set(Timestamp(*amount));
    return true;
  }
  if (member.key() == "advance_seconds") {
    clock.Advance(*amount);
    return true;
  }
  return false;
}

}  // namespace

bool LocalEndpoints::Handle(const base::HttpRequest& request, base::HttpReply& reply) const {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  if (path == "/") return false;
  const bool is_reading = request.method == "GET" || request.method == "HEAD";
  // The second name is what tools made for LocalStack poll (Testcontainers, compose files).
  if (is_reading && (path == "/health" || path == "/_localstack/health")) {
    AnswerHealth(reply);
  } else if (path == "/_coffer/clock" && options_.test_clock != nullptr &&
             (request.method == "GET" || request.method == "POST")) {
    AnswerClock(request, reply);
  } else {
    AnswerProblem(reply, 404, "There is nothing at this path. AWS's API is at /.");
  }
  return true;
}

void LocalEndpoints::AnswerHealth(base::HttpReply& reply) const {
  reply.content_type = kJson;
  json::Writer writer(reply.body);
  writer.BeginObject();
  writer.Key("status");
  writer.String("ok");
  writer.Key("version");
  writer.String(options_.version);
  writer.Key("services");
  writer.BeginObject();
  for (const std::string_view service : {"secretsmanager", "kms"}) {
    writer.Key(service);
    writer.String("available");
  }
  writer.EndObject();
  writer.EndObject();
}

void LocalEndpoints::AnswerClock(const base::HttpRequest& request, base::HttpReply& reply) const {
  // A web page can send a simple POST to any address; it cannot hide that it is one.
  if (request.Header("origin").data() != nullptr) {
    AnswerProblem(reply, 403, "The clock can't be moved from a web page.");
    return;
  }
  if (request.method == "POST" && !MoveClock(request.body, *options_.test_clock)) {
    AnswerProblem(
        reply, 400,
        R"(Send {"now": epoch seconds}, {"advance_seconds": seconds} or {"reset": true}.)");
    return;
  }
  reply.content_type = kJson;
  json::Writer writer(reply.body);
  writer.BeginObject();
  writer.Key("now");
  writer.Time(options_.test_clock->Now());
  writer.EndObject();
}

}  // namespace coffer::api
