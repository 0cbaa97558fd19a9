#include "rotation/native/alternate_user.h"

#include <algorithm>

namespace coffer::rotation::native {
namespace {

constexpr std::string_view kSuffix = "_clone";

std::unexpected<RotatorError> TooLong(std::string_view username, const std::string& limit) {
  return Failed(errors::kUserNameTooLong, "The user name \"" + std::string(username) +
                                              "\" is too long: the database takes at most " +
                                              limit + ".");
}

}  // namespace

std::string AlternateUser(std::string_view username) {
  // A user who is called "_clone" is nobody's clone.
  if (username.ends_with(kSuffix) && username.size() > kSuffix.size()) {
    return std::string(username.substr(0, username.size() - kSuffix.size()));
  }
  return std::string(username) + std::string(kSuffix);
}

Strategy StrategyFor(const Settings& settings, const DatabaseCredential& current) {
  if (settings.strategy) return *settings.strategy;
  return current.master_secret.empty() ? Strategy::kSingleUser : Strategy::kAlternatingUsers;
}

Outcome<void> CheckMysqlName(std::string_view username, std::size_t limit) {
  // Code points: each has one byte that does not continue another.
  const auto characters = std::ranges::count_if(
      username, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  if (static_cast<std::size_t>(characters) <= limit) return {};
  return TooLong(username, std::to_string(limit) + " characters");
}

Outcome<void> CheckPostgresqlName(std::string_view username) {
  if (username.size() <= kPostgresqlNameBytes) return {};
  return TooLong(username, std::to_string(kPostgresqlNameBytes) + " bytes");
}

}  // namespace coffer::rotation::native
