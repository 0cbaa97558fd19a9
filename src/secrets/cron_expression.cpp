#include "secrets/cron_expression.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <ranges>
#include <span>

namespace coffer::secrets {
namespace {

constexpr std::size_t kFieldCount = 6;

constexpr std::array<std::string_view, 12> kMonthNames{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdayNames{"SUN", "MON", "TUE", "WED",
                                                        "THU", "FRI", "SAT"};

/// What may stand in a field.
struct Field {
  unsigned min;
  unsigned max;
  std::span<const std::string_view> names{};  ///< Of `min` and those that follow.
  unsigned smallest_step = 1;
  bool has_ranges = true;
  bool wraps = false;  ///< Whether a range may run over the end.
};

/// Rotations are to be four hours apart; a range of hours would always open two windows closer
/// than that.
constexpr Field kHours{.min = 0, .max = 23, .smallest_step = 4, .has_ranges = false};
constexpr Field kDays{.min = 1, .max = 31};
constexpr Field kMonths{.min = 1, .max = 12, .names = kMonthNames, .wraps = true};
constexpr Field kWeekdays{.min = 1, .max = 7, .names = kWeekdayNames, .wraps = true};

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, base::ToUpper, base::ToUpper);
}

/// Removes and returns what stands before the first `separator`; nullopt when there is none.
std::optional<std::string_view> TakeBefore(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end + 1);
  return taken;
}

std::optional<unsigned> ParseNumber(std::string_view text, unsigned min, unsigned max) {
  constexpr std::size_t kMostDigits = 2;
  if (text.empty() || text.size() > kMostDigits || !std::ranges::all_of(text, base::IsDigit)) {
    return std::nullopt;
  }
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  if (number < min || number > max) return std::nullopt;
  return number;
}

std::optional<unsigned> ParseName(std::string_view text, const Field& field) {
  const auto name = std::ranges::find_if(
      field.names, [&](std::string_view known) { return EqualsIgnoringCase(known, text); });
  if (name == field.names.end()) return std::nullopt;
  return field.min + static_cast<unsigned>(std::distance(field.names.begin(), name));
}

std::optional<unsigned> ParseValue(std::string_view text, const Field& field) {
  const auto number = ParseNumber(text, field.min, field.max);
  return number ? number : ParseName(text, field);
}

struct Span {
  unsigned first;
  unsigned last;  ///< Below `first` when it runs over the end.
};

/// `*`, `2`, `2-5`, or with `has_step` what may stand before `/`: also nothing, and `2` is then the
/// beginning of the rest.
std::optional<Span> ParseSpan(std::string_view text, const Field& field, bool has_step) {
  if (text == "*" || (text.empty() && has_step)) return Span{field.min, field.max};
  const auto before = TakeBefore(text, '-');
  const auto last = ParseValue(text, field);
  if (!last) return std::nullopt;
  if (!before) return Span{*last, has_step ? field.max : *last};
  const auto first = ParseValue(*before, field);
  if (!first || !field.has_ranges || (*first > *last && !field.wraps)) return std::nullopt;
  return Span{*first, *last};
}

/// Adds what one element of a list stands for; false when it is none.
bool AddElement(std::string_view text, const Field& field, CronNumbers& numbers) {
  const auto before = TakeBefore(text, '/');
  unsigned step = 1;
  if (before) {
    const auto given = ParseNumber(text, field.smallest_step, field.max);
    if (!given) return false;
    step = *given;
  }
  const auto span = ParseSpan(before.value_or(text), field, before.has_value());
  if (!span) return false;
  const unsigned count = field.max - field.min + 1;
  const unsigned last = span->last < span->first ? span->last + count : span->last;
  for (unsigned number = span->first; number <= last; number += step) {
    numbers.set(number > field.max ? number - count : number);
  }
  return true;
}

/// Calls `add` with each element of a list until it returns false; whether it never did.
template <class Add>
bool AddList(std::string_view text, Add add) {
  while (const auto element = TakeBefore(text, ',')) {
    if (!add(*element)) return false;
  }
  return add(text);
}

bool AddList(std::string_view text, const Field& field, CronNumbers& numbers) {
  return AddList(text,
                 [&](std::string_view element) { return AddElement(element, field, numbers); });
}

/// What stands before an `L` at the end of an element.
std::optional<std::string_view> BeforeL(std::string_view element) {
  if (element.empty() || base::ToUpper(element.back()) != 'L') return std::nullopt;
  return element.substr(0, element.size() - 1);
}

bool AddHours(std::string_view text, CronExpression& cron) {
  if (!AddList(text, kHours, cron.hours)) return false;
  // `*` and lists. Every day begins anew, so nothing is said of the last hour and the next first.
  constexpr unsigned kHoursApart = 4;
  unsigned allowed_from = 0;
  for (unsigned hour = 0; hour <= kHours.max; ++hour) {
    if (!cron.hours.test(hour)) continue;
    if (hour < allowed_from) return false;
    allowed_from = hour + kHoursApart;
  }
  return true;
}

bool AddDays(std::string_view text, CronExpression& cron) {
  return AddList(text, [&](std::string_view element) {
    const auto before = BeforeL(element);
    if (!before) return AddElement(element, kDays, cron.days);
    if (before->empty()) {
      cron.last_day = true;
      return true;
    }
    const auto weekday = ParseName(*before, kWeekdays);
    if (weekday) cron.last_weekdays.set(*weekday);
    return weekday.has_value();
  });
}

std::chrono::weekday WeekdayOf(unsigned number) { return std::chrono::weekday(number - 1); }

bool AddWeekdays(std::string_view text, CronExpression& cron) {
  // AWS has only one `#` in an expression, and no list with it.
  if (const auto before = TakeBefore(text, '#')) {
    const auto weekday = ParseValue(*before, kWeekdays);
    const auto ordinal = ParseNumber(text, 1, 5);
    if (!weekday || !ordinal) return false;
    cron.nth_weekday = WeekdayOf(*weekday)[*ordinal];
    return true;
  }
  return AddList(text, [&](std::string_view element) {
    const auto before = BeforeL(element);
    if (!before) return AddElement(element, kWeekdays, cron.weekdays);
    if (before->empty()) {
      cron.weekdays.set(kWeekdays.max);
      return true;
    }
    const auto weekday = ParseValue(*before, kWeekdays);
    if (weekday) cron.last_weekdays.set(*weekday);
    return weekday.has_value();
  });
}

/// Whether some date fits: weekdays and the end of a month come in every month sooner or later.
bool HasDay(const CronExpression& cron) {
  if (cron.days.none()) return true;
  if (cron.last_day || cron.last_weekdays.any()) return true;
  constexpr std::chrono::year kLeapYear{2000};
  for (unsigned month = kMonths.min; month <= kMonths.max; ++month) {
    if (!cron.months.test(month)) continue;
    const auto last = (kLeapYear / std::chrono::month(month) / std::chrono::last).day();
    for (unsigned day = kDays.min; day <= static_cast<unsigned>(last); ++day) {
      if (cron.days.test(day)) return true;
    }
  }
  return false;
}

bool IsNumberedDay(const CronExpression& cron, std::chrono::year_month_day date) {
  if (cron.days.test(static_cast<unsigned>(date.day()))) return true;
  return cron.last_day && date.day() == (date.year() / date.month() / std::chrono::last).day();
}

bool IsWeekday(const CronExpression& cron, std::chrono::year_month_day date,
               std::chrono::weekday weekday) {
  const unsigned number = weekday.c_encoding() + 1;
  if (cron.weekdays.test(number)) return true;
  const auto last = date.year() / date.month() / std::chrono::last;
  if (cron.last_weekdays.test(number) && last.day() - date.day() < std::chrono::weeks(1)) {
    return true;
  }
  const unsigned ordinal = (static_cast<unsigned>(date.day()) - 1) / 7 + 1;
  return cron.nth_weekday == weekday[ordinal];
}

bool IsMonth(const CronExpression& cron, std::chrono::year_month_day date) {
  return cron.months.test(static_cast<unsigned>(date.month()));
}

}  // namespace

std::optional<CronExpression> ParseCronExpression(std::string_view fields) {
  std::array<std::string_view, kFieldCount> field;
  for (std::size_t i = 0; i + 1 < kFieldCount; ++i) {
    const auto taken = TakeBefore(fields, ' ');
    if (!taken) return std::nullopt;
    field[i] = *taken;
  }
  field.back() = fields;
  const auto& [minutes, hours, days, months, weekdays, year] = field;

  CronExpression cron;
  if (minutes != "0" || year != "*") return std::nullopt;
  if (!AddHours(hours, cron) || !AddList(months, kMonths, cron.months)) return std::nullopt;
  if ((days == "?") == (weekdays == "?")) return std::nullopt;
  if (days != "?" && !AddDays(days, cron)) return std::nullopt;
  if (weekdays != "?" && !AddWeekdays(weekdays, cron)) return std::nullopt;
  if (!HasDay(cron)) return std::nullopt;
  return cron;
}

bool IsDayOf(const CronExpression& cron, std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return IsMonth(cron, date) &&
         (IsNumberedDay(cron, date) || IsWeekday(cron, date, std::chrono::weekday(day)));
}

std::chrono::sys_days FirstDayOf(const CronExpression& cron, std::chrono::sys_days from) {
  std::chrono::sys_days day = from;
  while (!IsDayOf(cron, day)) {
    const std::chrono::year_month_day date(day);
    const auto next_month = date.year() / date.month() / 1 + std::chrono::months(1);
    day = IsMonth(cron, date) ? day + std::chrono::days(1) : std::chrono::sys_days(next_month);
  }
  return day;
}

}  // namespace coffer::secrets
