#include "base/encoding.h"
#include "policy/arn.h"
#include "policy/condition_operator.h"
#include "policy/condition_value.h"
#include "policy/pattern.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// Patterns come from policies, texts from requests, the values of variables from either. The input
// is a pattern, a text and a value, with NULs between them.

namespace {

using namespace coffer::policy;

void Require(bool holds) {
  if (!holds) std::abort();
}

class OneValue final : public RequestContext {
 public:
  explicit OneValue(std::string_view value) : value_(value) {}
  [[nodiscard]] ContextValue Find(const ContextKey& key) const override {
    if (key.name() != "key") return {};
    return value_;
  }

 private:
  std::string value_;
};

std::string_view Take(std::string_view& input) {
  const std::string_view taken = input.substr(0, input.find('\0'));
  input.remove_prefix(std::min(taken.size() + 1, input.size()));
  return taken;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// What Matches answers, found by looking at every pair of prefixes.
bool MatchesByTable(std::string_view pattern, std::string_view text) {
  std::vector<bool> row(text.size() + 1, false);  // Whether the pattern so far fits so much text.
  row[0] = true;
  for (const char p : pattern) {
    std::vector<bool> next(text.size() + 1, false);
    for (std::size_t t = 0; t <= text.size(); ++t) {
      const bool is_boundary = t == 0 || t == text.size() || !IsContinuation(text[t]);
      if (p == kAnyRun) {
        if (!is_boundary) continue;
        for (std::size_t begin = 0; begin <= t && !next[t]; ++begin) next[t] = row[begin];
      } else if (p == kAnyOne) {
        if (t == 0 || !is_boundary) continue;
        std::size_t begin = t - 1;
        while (begin > 0 && IsContinuation(text[begin])) --begin;
        next[t] = row[begin];
      } else {
        next[t] = t > 0 && row[t - 1] && text[t - 1] == p;
      }
    }
    row = std::move(next);
  }
  return row[text.size()];
}

void CheckPattern(std::string_view source, std::string_view text) {
  constexpr std::size_t kLongest = 300;  // Of what the table is made for.
  const std::string pattern = PatternOf(source, Wildcards::kSpecial);
  const bool fits = Matches(pattern, text);
  if (source.size() < kLongest && text.size() < kLongest && coffer::base::IsValidUtf8(text)) {
    Require(fits == MatchesByTable(pattern, text));
  }
}

void CheckVariable(std::string_view source, std::string_view value) {
  using enum TextTemplate::Variables;
  const OneValue context(value);
  const TextTemplate literal(source, Wildcards::kSpecial, kLiteral);
  Require(literal.Expand(context) == PatternOf(source, Wildcards::kSpecial));
  const TextTemplate expanded(source, Wildcards::kSpecial, kExpanded);
  (void)expanded.Expand(context);

  // The value and nothing else fits, whatever is in it.
  const auto pattern = TextTemplate("a${key}b", Wildcards::kSpecial, kExpanded).Expand(context);
  if (!pattern) return;
  Require(Matches(*pattern, "a" + std::string(value) + "b"));
  Require(Matches(*pattern, source) == (source == "a" + std::string(value) + "b"));
}

void CheckArn(std::string_view source, std::string_view text) {
  const auto arn = SplitArn(text);
  if (!arn) return;
  std::string joined;
  for (const std::string_view segment : *arn) joined += std::string(segment) + ":";
  Require(joined == std::string(text) + ":");
  Require(MatchesArn(PatternOf(text, Wildcards::kLiteral), *arn));
  const std::string pattern = PatternOf(source, Wildcards::kSpecial);
  // Segment by segment fits less than as one text.
  Require(!MatchesArn(pattern, *arn) || Matches(pattern, text));
}

void CheckValues(std::string_view text) {
  (void)ParseConditionOperator(text);
  (void)ParseNumber(text);
  (void)ParseDate(text);
  (void)ParseBool(text);
  (void)ParseBinary(text);
  const auto range = ParseAddressRange(text);
  Require(!range || range->Contains(*range));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view pattern = Take(input);
  const std::string_view text = Take(input);
  CheckValues(pattern);
  if (!coffer::base::IsValidUtf8(pattern)) return 0;  // Policies are.
  CheckPattern(pattern, text);
  CheckVariable(pattern, input);
  if (coffer::base::IsValidUtf8(text)) CheckArn(pattern, text);
  return 0;
}
