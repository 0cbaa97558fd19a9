// What rotation functions say: answers, errors, lines of their logs; and that none of it shows a
// value. Input: a value, then behind a zero byte what the function prints.

#include "checks.h"
#include "rotation/executors/hook_document.h"
#include "rotation/executors/lambda_documents.h"
#include "rotation/executors/line_splitter.h"
#include "rotation/executors/password_in_value.h"
#include "rotation/native/redactor.h"
#include "rotation/native/step_request.h"
#include "rotation/redaction.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using coffer::fuzz::Require;
using coffer::json::Kind;
using coffer::rotation::Redaction;
namespace native = coffer::rotation::native;

constexpr coffer::json::Limits kNoLimits{.depth = 65536, .values = 65536, .key_bytes = 65536};

/// The value and every text in it that is to be hidden. What has `*` in it could be made of the
/// stars that are put in its place.
std::vector<std::string> Hidden(std::string_view value) {
  std::vector<std::string> hidden;
  const auto add = [&](std::string_view text) {
    if (text.size() >= Redaction::kShortest && text.find('*') == std::string_view::npos) {
      hidden.emplace_back(text);
    }
  };
  add(value);
  coffer::json::Document document;
  const auto root = document.Parse(value, kNoLimits);
  if (!root) return hidden;
  std::vector<coffer::json::Value> open{*root};
  while (!open.empty()) {
    const coffer::json::Value one = open.back();
    open.pop_back();
    if (one.kind() == Kind::kString) add(one.text());
    if (one.kind() != Kind::kObject && one.kind() != Kind::kArray) continue;
    for (auto child = one.First(); child.valid(); child = child.Next()) open.push_back(child);
  }
  return hidden;
}

void CheckRedaction(std::string_view value, std::string_view printed) {
  Redaction redaction;
  redaction.Add(value);
  const std::string redacted = redaction.Redact(printed);
  const std::string message = redaction.RedactMessage(printed);
  Require(message.size() <= Redaction::kLongestMessage);
  Require(message.find_first_of("\r\n") == std::string::npos);
  for (const std::string& hidden : Hidden(value)) {
    Require(redacted.find(hidden) == std::string::npos);
    Require(message.find(hidden) == std::string::npos);
  }
}

void CheckNativeRedactor(std::string_view password, std::string_view printed) {
  native::Redactor redactor;
  redactor.Add(password);
  const std::string redacted = redactor.Redact(printed);
  Require(redacted.size() <= native::Redactor::kMostBytes && coffer::base::IsValidUtf8(redacted));
  // Blanks and question marks stand for what cannot be printed.
  const bool is_plain = password.find_first_of("*? ") == std::string_view::npos;
  if (password.size() < native::Redactor::kShortest || !is_plain) return;
  Require(redacted.find(password) == std::string::npos);
}

/// Lines are the same however the bytes come.
void CheckLines(std::string_view printed) {
  const auto lines = [&](std::size_t piece) {
    std::vector<std::string> found;
    coffer::rotation::LineSplitter splitter(
        [&](std::string_view line) { found.emplace_back(line); });
    for (std::size_t i = 0; i < printed.size(); i += piece) splitter.Add(printed.substr(i, piece));
    splitter.Finish();
    return found;
  };
  const auto whole = lines(std::max<std::size_t>(printed.size(), 1));
  Require(lines(1) == whole && lines(7) == whole);
}

void CheckPassword(std::string_view value) {
  constexpr std::string_view kPassword = "n\"e\\w";
  const auto changed = coffer::rotation::WithPassword(value, kPassword);
  if (!changed) return;
  coffer::json::Document before;
  const auto root = before.Parse(value, kNoLimits);
  if (!root || root->kind() != Kind::kObject) {
    return Require(changed->ExposeText() == kPassword);
  }
  coffer::json::Document after;
  const auto object = after.Parse(changed->ExposeText(), kNoLimits);
  Require(object && object->kind() == Kind::kObject);
  const auto is_password = [](coffer::json::Value one) { return one.key() == "password"; };
  coffer::json::Value member = object->First();
  while (member.valid() && !is_password(member)) member = member.Next();
  Require(member.valid() && member.kind() == Kind::kString && member.text() == kPassword);
}

void CheckAnswers(std::string_view printed) {
  if (const auto answer = coffer::rotation::ReadHookAnswer(printed)) {
    Require(!answer->is_binary || answer->value.has_value());
  }
  const auto error = coffer::rotation::ReadLambdaError(printed);
  Require(!error || coffer::rotation::IsJson(printed));
  Require(!coffer::rotation::ErrorFrom(printed, "Unhandled").ok());
  (void)coffer::rotation::RelatedSecretIds(printed);
  (void)coffer::rotation::IsOfPostgres(printed);
  (void)native::ParseStepRequest(printed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  const std::string_view value = input.substr(0, end);
  const std::string_view printed = input.substr(std::min(end + 1, input.size()));
  // Escaping makes a value longer, and each form is looked for at each byte.
  if (value.size() > 128 || printed.size() > 1024) return 0;
  CheckRedaction(value, printed);
  CheckNativeRedactor(value, printed);
  CheckLines(printed);
  CheckPassword(value);
  CheckAnswers(value);
  CheckAnswers(printed);
  return 0;
}
