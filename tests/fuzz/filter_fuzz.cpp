// The filters of ListSecrets, compared with the rule said in other words.
// Input: one line each for name, description, key and value of a tag, owning service and primary
// region of a secret; then filters, one a line: a key and, behind tabs, values.

#include "base/ascii.h"
#include "checks.h"
#include "secrets/filter.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace {

using coffer::fuzz::Require;
using coffer::secrets::Filter;
using coffer::secrets::FilterKey;
using coffer::secrets::Secret;
using coffer::secrets::Words;

std::string_view TakeField(std::string_view& rest, char end) {
  const std::size_t length = std::min(rest.find(end), rest.size());
  const std::string_view field = rest.substr(0, length);
  rest.remove_prefix(std::min(length + 1, rest.size()));
  return field;
}

std::optional<std::string> TakeOptional(std::string_view& rest) {
  const std::string_view line = TakeField(rest, '\n');
  return line.empty() ? std::nullopt : std::optional(std::string(line));
}

Secret TakeSecret(std::string_view& rest) {
  Secret secret;
  secret.address.name = TakeField(rest, '\n');
  secret.description = TakeOptional(rest);
  const std::string key(TakeField(rest, '\n'));
  const std::string value(TakeField(rest, '\n'));
  if (!key.empty()) secret.tags = {{.key = key, .value = value}};
  secret.owning_service = TakeOptional(rest);
  secret.primary_region = TakeOptional(rest);
  return secret;
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), coffer::base::ToLower);
  return text;
}

/// Whether each word of `value` begins a word of one of `texts`.
bool HasWords(const std::vector<std::string>& texts, std::string_view value) {
  const std::vector<std::string> wanted = Words(value);
  return !wanted.empty() && std::ranges::all_of(wanted, [&](const std::string& word) {
    return std::ranges::any_of(texts, [&](const std::string& text) {
      return std::ranges::any_of(Words(text),
                                 [&](const auto& found) { return found.starts_with(word); });
    });
  });
}

bool Fits(const Secret& secret, FilterKey key, const std::string& value) {
  const bool has_tag = secret.tags.has_value();
  std::vector<std::string> texts{secret.address.name, secret.description.value_or(""),
                                 secret.owning_service.value_or(""),
                                 secret.primary_region.value_or("")};
  switch (key) {
    case FilterKey::kName:
      return secret.address.name.starts_with(value);
    case FilterKey::kTagKey:
      return has_tag && secret.tags->front().key.starts_with(value);
    case FilterKey::kTagValue:
      return has_tag && secret.tags->front().value.starts_with(value);
    case FilterKey::kPrimaryRegion:
      return secret.primary_region && secret.primary_region->starts_with(value);
    case FilterKey::kOwningService:
      return secret.owning_service && Lower(*secret.owning_service).starts_with(Lower(value));
    case FilterKey::kDescription:
      return HasWords({secret.description.value_or("")}, value);
    case FilterKey::kAll:
      if (has_tag) texts.push_back(secret.tags->front().key);
      if (has_tag) texts.push_back(secret.tags->front().value);
      return HasWords(texts, value);
  }
  return false;
}

void CheckWords(std::string_view text) {
  for (const std::string& word : Words(text)) {
    Require(!word.empty() && std::ranges::none_of(word, coffer::base::IsUpper));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const Secret secret = TakeSecret(rest);
  CheckWords(secret.description.value_or(""));
  std::vector<Filter> filters;
  bool all_fit = true;
  while (!rest.empty()) {
    std::string_view line = TakeField(rest, '\n');
    const auto key = coffer::secrets::ParseFilterKey(TakeField(line, '\t'));
    if (!key || line.empty()) continue;
    std::vector<std::string> values;
    while (!line.empty()) values.emplace_back(TakeField(line, '\t'));
    filters.push_back(coffer::secrets::CompileFilter(*key, values));
    all_fit = all_fit && std::ranges::any_of(values, [&](const std::string& value) {
                return value.starts_with('!') ? !Fits(secret, *key, value.substr(1))
                                              : Fits(secret, *key, value);
              });
  }
  const bool matches = coffer::secrets::Matches(secret, filters);
  Require(matches == all_fit);
  const auto prefix = coffer::secrets::RequiredNamePrefix(filters);
  Require(!matches || !prefix || secret.address.name.starts_with(*prefix));
  return 0;
}
