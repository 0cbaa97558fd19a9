#include "services/secretsmanager/shapes.h"

#include "base/ascii.h"
#include "secrets/secret_identifier.h"

#include <algorithm>
#include <utility>

namespace coffer::services::secretsmanager {

std::vector<secrets::Tag> ToRules(const std::vector<Tag>& tags) {
  std::vector<secrets::Tag> result;
  result.reserve(tags.size());
  for (const Tag& tag : tags) result.push_back({tag.key.value_or(""), tag.value.value_or("")});
  return result;
}

secrets::RotationRules ToRules(const RotationRules& rules) {
  return {rules.automatically_after_days, rules.duration, rules.schedule_expression};
}

RotationRules ToWire(secrets::RotationRules rules) {
  return {rules.automatically_after_days, std::move(rules.duration),
          std::move(rules.schedule_expression)};
}

std::vector<Tag> ToWire(const std::vector<secrets::Tag>& tags) {
  std::vector<Tag> result;
  result.reserve(tags.size());
  for (const secrets::Tag& tag : tags) result.push_back({tag.key, tag.value});
  return result;
}

bool IsFilterValue(std::string_view text) {
  constexpr std::string_view kAlso = " :_@/+=.-!";
  return std::ranges::all_of(text, [&](char c) {
    return base::IsAlphanumeric(c) || kAlso.find(c) != std::string_view::npos;
  });
}

bool IsRegionName(std::string_view text) {
  const std::size_t last_dash = text.rfind('-');
  if (last_dash == std::string_view::npos || last_dash + 1 == text.size()) return false;
  if (!std::ranges::all_of(text.substr(last_dash + 1), base::IsDigit)) return false;
  char previous = '-';
  for (const char c : text.substr(0, last_dash + 1)) {
    if (c == '-' ? previous == '-' : !base::IsLower(c)) return false;
    previous = c;
  }
  return true;
}

SecretName NameOf(const secrets::Secret& secret) {
  return {secrets::ArnOf(secret), secret.address.name};
}

std::optional<std::string> Presence(const std::optional<std::string>& text) {
  return text.has_value() && text->empty() ? std::nullopt : text;
}

}  // namespace coffer::services::secretsmanager
