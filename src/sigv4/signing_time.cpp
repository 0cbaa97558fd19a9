#include "sigv4/signing_time.h"

#include "sigv4/text.h"

#include <algorithm>
#include <cstdint>

namespace coffer::sigv4 {
namespace {

constexpr std::size_t kBasicTimeLength = 16;

/// The number that `count` decimal digits make, or -1.
int ReadDigits(std::string_view text, std::size_t start, std::size_t count) {
  int number = 0;
  for (const char c : text.substr(start, count)) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

/// Adds `number`, not negative, with zeros in front up to `width` digits.
void AppendDigits(std::string& out, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  out.append(width - std::min(width, digits.size()), '0');
  out += digits;
}

}  // namespace

std::optional<std::chrono::sys_seconds> ParseBasicTime(std::string_view text) {
  if (text.size() != kBasicTimeLength || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const int year = ReadDigits(text, 0, 4);
  const int month = ReadDigits(text, 4, 2);
  const int day = ReadDigits(text, 6, 2);
  const int hour = ReadDigits(text, 9, 2);
  const int minute = ReadDigits(text, 11, 2);
  const int second = ReadDigits(text, 13, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 59) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::string FormatBasicTime(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text;
  AppendDigits(text, static_cast<int>(date.year()), 4);
  AppendDigits(text, static_cast<unsigned>(date.month()), 2);
  AppendDigits(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  AppendDigits(text, clock.hours().count(), 2);
  AppendDigits(text, clock.minutes().count(), 2);
  AppendDigits(text, clock.seconds().count(), 2);
  text += 'Z';
  return text;
}

Result<void> CheckSigningTime(std::string_view sent, const SigningWindow& window, Timestamp now) {
  const auto time = ParseBasicTime(sent);
  if (!time) {
    return Fail(ErrorCode::kIncompleteSignature,
                Concatenate({"Date must be in ISO-8601 'basic format'. Got '", Echo(sent),
                             "'. See http://en.wikipedia.org/wiki/ISO_8601"}));
  }
  const auto current = std::chrono::floor<std::chrono::seconds>(now);
  const bool expired = *time < current;
  const auto limit = expired ? current - window.past : current + window.future;
  if (expired ? *time >= limit : *time <= limit) return {};
  const auto minutes =
      std::chrono::floor<std::chrono::minutes>(expired ? window.past : window.future);
  return Fail(ErrorCode::kInvalidSignature,
              Concatenate({expired ? "Signature expired: " : "Signature not yet current: ", sent,
                           expired ? " is now earlier than " : " is still later than ",
                           FormatBasicTime(limit), " (", FormatBasicTime(current),
                           expired ? " - " : " + ", std::to_string(minutes.count()), " min.)"}));
}

}  // namespace coffer::sigv4
