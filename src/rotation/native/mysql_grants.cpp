#include "rotation/native/mysql_grants.h"

#include <array>
#include <cstddef>

namespace coffer::rotation::native {
namespace {

/// `row` with a blank-free filler for all that is quoted, so that words found in it are words of
/// the statement and not of a name; nullopt when a quote is left open. Doubled quotes close and
/// open again, which comes to the same.
std::optional<std::string> WithoutQuoted(std::string_view row) {
  constexpr char kFiller = '_';
  std::string words(row);
  char quote = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const char c = words[i];
    if (quote == 0) {
      if (c == '`' || c == '\'' || c == '"') quote = c;
      continue;
    }
    if (c == quote) {
      quote = 0;
      continue;
    }
    words[i] = kFiller;
    // A backslash escapes in strings, not in names.
    if (c == '\\' && quote != '`' && i + 1 < words.size()) words[++i] = kFiller;
  }
  if (quote != 0) return std::nullopt;
  return words;
}

struct RowForm {
  std::string_view begins;
  std::string_view before_account;
};

// SET DEFAULT ROLE is in MariaDB's SHOW GRANTS, REVOKE (a partial one) in MySQL's.
constexpr std::array<RowForm, 3> kForms = {
    {{"GRANT ", " TO "}, {"REVOKE ", " FROM "}, {"SET DEFAULT ROLE ", " FOR "}}};

std::string_view OptionIn(std::string_view words) {
  if (words.contains(" GRANT OPTION")) return " WITH GRANT OPTION";
  if (words.contains(" ADMIN OPTION")) return " WITH ADMIN OPTION";
  return "";
}

}  // namespace

std::optional<ReplayedGrant> ReplayGrant(std::string_view row, std::string_view to,
                                         bool with_grant_option) {
  const std::optional<std::string> words = WithoutQuoted(row);
  if (!words) return std::nullopt;
  for (const auto& [begins, before_account] : kForms) {
    if (!words->starts_with(begins)) continue;
    const std::size_t end = words->rfind(before_account);
    if (end == std::string::npos) return std::nullopt;
    const std::string_view tail = std::string_view(*words).substr(end + before_account.size());
    // Only accounts have a host; MariaDB shows the privileges of roles and of PUBLIC as well.
    if (!tail.contains('@')) return ReplayedGrant{};
    std::string statement(row.substr(0, end));
    statement += before_account;
    statement += to;
    if (with_grant_option && begins == "GRANT ") statement += OptionIn(tail);
    return ReplayedGrant{statement};
  }
  return std::nullopt;
}

}  // namespace coffer::rotation::native
