#include "secrets/schedule_expression.h"

#include "base/ascii.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>

namespace coffer::secrets {
namespace {

using Number = std::uint32_t;

std::unexpected<ApiError> InvalidExpression() {
  return Fail(ErrorCode::kInvalidParameter, "Invalid schedule expression.");
}

/// What stands between the brackets of `name(...)`.
std::optional<std::string_view> ArgumentOf(std::string_view name, std::string_view text) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return std::nullopt;
  return text.substr(1, text.size() - 2);
}

/// A number too large for its type is the largest: out of every bound, but a number.
std::optional<Number> ParseDigits(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, base::IsDigit)) return std::nullopt;
  Number number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc() ? number : std::numeric_limits<Number>::max();
}

Result<ScheduleExpression> ParseRate(std::string_view argument) {
  const std::size_t blank = argument.find(' ');
  const auto number = ParseDigits(argument.substr(0, blank));
  if (!number || blank == std::string_view::npos) return InvalidExpression();
  const std::string_view unit = argument.substr(blank + 1);
  if (unit == "hour" || unit == "hours") {
    if (*number < 4 || *number >= 24) {
      return Fail(ErrorCode::kInvalidParameter, "Rate in hour should be least 4 and less than 24.");
    }
    return RateInHours{std::chrono::hours(*number)};
  }
  if (unit == "day" || unit == "days") {
    if (*number < 1 || *number >= 1000) {
      return Fail(ErrorCode::kInvalidParameter,
                  "Rate in day should be greater than 0 and less than 1000.");
    }
    return RateInDays{std::chrono::days(*number)};
  }
  return InvalidExpression();
}

}  // namespace

Result<ScheduleExpression> ParseScheduleExpression(std::string_view text) {
  if (const auto rate = ArgumentOf("rate", text)) return ParseRate(*rate);
  if (const auto fields = ArgumentOf("cron", text)) {
    if (auto cron = ParseCronExpression(*fields)) return *std::move(cron);
  }
  return InvalidExpression();
}

}  // namespace coffer::secrets
