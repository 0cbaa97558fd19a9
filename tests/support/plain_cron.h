#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A second opinion on `cron()`: the text is read anew for every hour that is asked about, and the
/// calendar is counted day by day from 1970. Simple rather than fast; it takes for granted that the
/// expression is a good one.
namespace coffer::test {

/// A day, counted on with Next().
struct PlainDate {
  int year = 1970;
  int month = 1;
  int day = 1;
  int weekday = 5;  ///< 1 is Sunday.

  [[nodiscard]] int LastDay() const {
    static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return kDays.at(static_cast<std::size_t>(month - 1)) + (month == 2 && is_leap ? 1 : 0);
  }
  void Next() {
    weekday = weekday % 7 + 1;
    if (++day <= LastDay()) return;
    day = 1;
    if (++month <= 12) return;
    month = 1;
    ++year;
  }
};

class PlainCron {
 public:
  /// `fields` is what stands between the brackets of `cron()`.
  explicit PlainCron(std::string_view fields) : fields_(Split(Upper(fields), ' ')) {}

  [[nodiscard]] bool OpensAt(const PlainDate& date, int hour) const {
    return FitsList(fields_[1], hour, kHours) && OpensOn(date);
  }
  [[nodiscard]] bool OpensOn(const PlainDate& date) const {
    return FitsList(fields_[3], date.month, kMonths) &&
           (FitsDay(fields_[2], date) || FitsWeekday(fields_[4], date));
  }

 private:
  struct Bounds {
    int min;
    int max;
    std::string_view names;  ///< Three letters each, from `min` on.
  };
  static constexpr Bounds kHours{0, 23, ""};
  static constexpr Bounds kDays{1, 31, ""};
  static constexpr Bounds kMonths{1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"};
  static constexpr Bounds kWeekdays{1, 7, "SUNMONTUEWEDTHUFRISAT"};

  static std::string Upper(std::string_view text) {
    std::string upper(text);
    for (char& c : upper) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return upper;
  }

  static std::vector<std::string> Split(const std::string& text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
      if (c == separator) {
        parts.emplace_back();
      } else {
        parts.back() += c;
      }
    }
    return parts;
  }

  static int Value(const std::string& text, const Bounds& bounds) {
    const std::size_t name = text.size() == 3 ? bounds.names.find(text) : std::string::npos;
    if (name == std::string::npos) return std::atoi(text.c_str());
    return bounds.min + static_cast<int>(name / 3);
  }

  static bool Fits(const std::string& element, int value, const Bounds& bounds) {
    const auto [base, step] = [&] {
      const auto parts = Split(element, '/');
      return std::pair(parts[0], parts.size() > 1 ? std::atoi(parts[1].c_str()) : 0);
    }();
    const int every = step == 0 ? 1 : step;
    if (base.empty() || base == "*") return (value - bounds.min) % every == 0;
    const auto ends = Split(base, '-');
    const int first = Value(ends[0], bounds);
    if (ends.size() == 1 && step == 0) return value == first;
    if (ends.size() == 1) return value >= first && (value - first) % every == 0;
    const int count = bounds.max - bounds.min + 1;
    const int length = (Value(ends[1], bounds) - first + count) % count;
    const int distance = (value - first + count) % count;
    return distance <= length && distance % every == 0;
  }

  static bool FitsList(const std::string& field, int value, const Bounds& bounds) {
    for (const std::string& element : Split(field, ',')) {
      if (Fits(element, value, bounds)) return true;
    }
    return false;
  }

  static bool IsLastOf(const std::string& weekday, const PlainDate& date) {
    return date.weekday == Value(weekday, kWeekdays) && date.day + 7 > date.LastDay();
  }

  static bool FitsDay(const std::string& field, const PlainDate& date) {
    if (field == "?") return false;
    for (const std::string& element : Split(field, ',')) {
      if (element.back() != 'L') {
        if (Fits(element, date.day, kDays)) return true;
      } else if (element == "L") {
        if (date.day == date.LastDay()) return true;
      } else if (IsLastOf(element.substr(0, element.size() - 1), date)) {
        return true;
      }
    }
    return false;
  }

  static bool FitsWeekday(const std::string& field, const PlainDate& date) {
    if (field == "?") return false;
    const auto parts = Split(field, '#');
    if (parts.size() == 2) {
      return date.weekday == Value(parts[0], kWeekdays) &&
             (date.day + 6) / 7 == std::atoi(parts[1].c_str());
    }
    for (const std::string& element : Split(field, ',')) {
      if (element.back() != 'L') {
        if (Fits(element, date.weekday, kWeekdays)) return true;
      } else if (element == "L") {
        if (date.weekday == 7) return true;
      } else if (IsLastOf(element.substr(0, element.size() - 1), date)) {
        return true;
      }
    }
    return false;
  }

  std::vector<std::string> fields_;
};

}  // namespace coffer::test
