#include "policy/condition_value.h"

#include "base/ascii.h"
#include "base/encoding.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <chrono>
#include <cmath>
#include <span>
#include <string>

namespace coffer::policy {

namespace {

bool IsDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, base::IsDigit);
}

/// Takes a date apart from its front.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  /// A number of exactly `digits` digits.
  std::optional<int> Number(std::size_t digits) {
    if (rest_.size() < digits || !IsDigits(rest_.substr(0, digits))) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + (rest_[i] - '0');
    rest_.remove_prefix(digits);
    return value;
  }
  bool Skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// The milliseconds of a fraction of a second; what is finer is dropped.
  std::optional<int> Fraction() {
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits == 0) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < 3; ++i) value = value * 10 + (i < digits ? rest_[i] - '0' : 0);
    rest_.remove_prefix(digits);
    return value;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// A time of day and its offset from UTC, as milliseconds to add to the day's beginning.
std::optional<std::int64_t> ReadTime(DateReader& reader) {
  constexpr std::int64_t kMinute = 60'000;
  const auto hour = reader.Number(2);
  if (!hour || *hour > 23 || !reader.Skip(':')) return std::nullopt;
  const auto minute = reader.Number(2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t time = (*hour * 60 + *minute) * kMinute;
  if (reader.Skip(':')) {
    const auto second = reader.Number(2);
    if (!second || *second > 59) return std::nullopt;
    time += *second * std::int64_t{1000};
    if (reader.Skip('.')) {
      const auto milliseconds = reader.Fraction();
      if (!milliseconds) return std::nullopt;
      time += *milliseconds;
    }
  }
  if (reader.Skip('Z') || reader.empty()) return time;
  const bool is_east = reader.Skip('+');
  if (!is_east && !reader.Skip('-')) return std::nullopt;
  const auto hours = reader.Number(2);
  if (!hours || *hours > 23) return std::nullopt;
  reader.Skip(':');
  const auto minutes = reader.Number(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const std::int64_t offset = (*hours * 60 + *minutes) * kMinute;
  return is_east ? time - offset : time + offset;
}

}  // namespace

std::optional<long double> ParseNumber(std::string_view text) {
  // std::from_chars of libstdc++ 12 reads on behind the end of a text that begins with "inf" or
  // "nan".
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || !(base::IsDigit(digits.front()) || digits.front() == '.')) {
    return std::nullopt;
  }
  long double value = 0;
  const auto [last, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc() || last != text.end() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> ParseDate(std::string_view text) {
  constexpr std::size_t kYearDigits = 4;
  if (IsDigits(text) && text.size() != kYearDigits) {
    std::int64_t seconds = 0;
    const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr std::int64_t kLast = 253'402'300'799;  // The end of year 9999.
    if (error != std::errc() || seconds > kLast) return std::nullopt;
    return seconds * 1000;
  }
  DateReader reader(text);
  const auto year = reader.Number(kYearDigits);
  if (!year) return std::nullopt;
  int month = 1;
  int day = 1;
  bool has_day = false;
  if (reader.Skip('-')) {
    const auto given = reader.Number(2);
    if (!given) return std::nullopt;
    month = *given;
    has_day = reader.Skip('-');
    if (has_day) {
      const auto given_day = reader.Number(2);
      if (!given_day) return std::nullopt;
      day = *given_day;
    }
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  std::int64_t time = 0;
  if (has_day && reader.Skip('T')) {
    const auto given = ReadTime(reader);
    if (!given) return std::nullopt;
    time = *given;
  }
  if (!reader.empty()) return std::nullopt;
  constexpr std::int64_t kDay = 86'400'000;
  return std::chrono::sys_days(date).time_since_epoch().count() * kDay + time;
}

std::optional<bool> ParseBool(std::string_view text) {
  const auto is = [&](std::string_view word) {
    return std::ranges::equal(text, word, {}, base::ToLower);
  };
  if (is("true")) return true;
  if (is("false")) return false;
  return std::nullopt;
}

std::optional<std::vector<std::byte>> ParseBinary(std::string_view text) {
  std::vector<std::byte> bytes(text.size() / 4 * 3);
  const auto size = base::DecodeBase64(text, bytes.data());
  if (!size) return std::nullopt;
  bytes.resize(*size);
  return bytes;
}

bool AddressRange::Contains(const AddressRange& single) const {
  if (is_v6 != single.is_v6 || single.prefix_bits < prefix_bits) return false;
  const auto whole = static_cast<std::size_t>(prefix_bits) / 8;
  const int rest = prefix_bits % 8;
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                  single.address.begin())) {
    return false;
  }
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
  return rest == 0 || ((address[whole] ^ single.address[whole]) & mask) == 0;
}

std::optional<AddressRange> ParseAddressRange(std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    return std::nullopt;  // inet_pton would stop there.
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  AddressRange range;
  int mapped_bits = 0;  // Of the prefix, those that say "this is IPv4".
  if (inet_pton(AF_INET, address.c_str(), range.address.data()) == 1) {
    range.prefix_bits = 32;
  } else if (inet_pton(AF_INET6, address.c_str(), range.address.data()) == 1) {
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    range.is_v6 = !std::ranges::equal(kMapped, std::span(range.address).first<12>());
    if (range.is_v6) {
      range.prefix_bits = 128;
    } else {
      std::copy_n(range.address.begin() + 12, 4, range.address.begin());
      range.prefix_bits = 32;
      mapped_bits = 96;
    }
  } else {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) return range;
  const std::string_view bits = text.substr(slash + 1);
  int given = 0;
  std::from_chars(bits.data(), bits.data() + bits.size(), given);
  given -= mapped_bits;
  if (!IsDigits(bits) || bits.size() > 3 || given < 0 || given > range.prefix_bits) {
    return std::nullopt;
  }
  range.prefix_bits = given;
  return range;
}

}  // namespace coffer::policy
