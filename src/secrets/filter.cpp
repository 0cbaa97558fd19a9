#include "secrets/filter.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace coffer::secrets {
namespace {

constexpr std::array<std::pair<std::string_view, FilterKey>, 7> kKeys{{
    {"description", FilterKey::kDescription},
    {"name", FilterKey::kName},
    {"tag-key", FilterKey::kTagKey},
    {"tag-value", FilterKey::kTagValue},
    {"primary-region", FilterKey::kPrimaryRegion},
    {"owning-service", FilterKey::kOwningService},
    {"all", FilterKey::kAll},
}};

bool IsSeparator(char c) {
  const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
  return is_ascii && !base::IsAlphanumeric(c);
}

/// Whether the word before `text[i]` ends there. An upper-case letter begins a word after a
/// lower-case one and before one: `AppBeta` is App, Beta; `COMPANYthings` is COMPAN, Ythings.
bool EndsWord(std::string_view text, std::size_t i) {
  if (IsSeparator(text[i]) || base::IsDigit(text[i]) != base::IsDigit(text[i - 1])) return true;
  const bool lower_follows = i + 1 < text.size() && base::IsLower(text[i + 1]);
  return base::IsUpper(text[i]) && (base::IsLower(text[i - 1]) || lower_follows);
}

/// Removes and returns the first word of `text`; empty when there is none.
std::string_view TakeWord(std::string_view& text) {
  const auto* const start = std::ranges::find_if_not(text, IsSeparator);
  text.remove_prefix(static_cast<std::size_t>(start - text.begin()));
  if (text.empty()) return {};
  std::size_t length = 1;
  while (length < text.size() && !EndsWord(text, length)) ++length;
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix,
                                                            {}, base::ToLower, base::ToLower);
}

/// Whether some word of `text` begins with `prefix`. Nothing is allocated: a listing may ask this
/// of half a million secrets.
bool HasWord(std::string_view text, std::string_view prefix) {
  for (auto word = TakeWord(text); !word.empty(); word = TakeWord(text)) {
    if (StartsWithIgnoringCase(word, prefix)) return true;
  }
  return false;
}

bool HasWord(const std::optional<std::string>& text, std::string_view prefix) {
  return text && HasWord(std::string_view(*text), prefix);
}

template <class Predicate>
bool AnyTag(const Secret& secret, Predicate predicate) {
  return secret.tags && std::ranges::any_of(*secret.tags, predicate);
}

bool AnyAttributeHasWord(const Secret& secret, std::string_view prefix) {
  return HasWord(std::string_view(secret.address.name), prefix) ||
         HasWord(secret.description, prefix) || HasWord(secret.owning_service, prefix) ||
         HasWord(secret.primary_region, prefix) || AnyTag(secret, [&](const Tag& tag) {
           return HasWord(std::string_view(tag.key), prefix) ||
                  HasWord(std::string_view(tag.value), prefix);
         });
}

/// A value without a word, such as `+`, is found nowhere.
template <class Predicate>
bool AllWords(const Filter::Value& value, Predicate predicate) {
  return !value.words.empty() && std::ranges::all_of(value.words, predicate);
}

/// Whether the value accepts `secret`, its negation aside.
bool Finds(const Secret& secret, FilterKey key, const Filter::Value& value) {
  const std::string& text = value.text;
  switch (key) {
    case FilterKey::kDescription:
      return AllWords(value, [&](const auto& word) { return HasWord(secret.description, word); });
    case FilterKey::kName:
      return secret.address.name.starts_with(text);
    case FilterKey::kTagKey:
      return AnyTag(secret, [&](const Tag& tag) { return tag.key.starts_with(text); });
    case FilterKey::kTagValue:
      return AnyTag(secret, [&](const Tag& tag) { return tag.value.starts_with(text); });
    case FilterKey::kPrimaryRegion:
      return secret.primary_region && secret.primary_region->starts_with(text);
    case FilterKey::kOwningService:
      return secret.owning_service && StartsWithIgnoringCase(*secret.owning_service, text);
    case FilterKey::kAll:
      return AllWords(value, [&](const auto& word) { return AnyAttributeHasWord(secret, word); });
  }
  std::unreachable();
}

}  // namespace

std::optional<FilterKey> ParseFilterKey(std::string_view name) {
  const auto* const found =
      std::ranges::find(kKeys, name, [](const auto& row) { return row.first; });
  if (found == kKeys.end()) return std::nullopt;
  return found->second;
}

Filter CompileFilter(FilterKey key, std::span<const std::string> values) {
  Filter filter{.key = key, .values = {}};
  const bool is_tokenised = key == FilterKey::kDescription || key == FilterKey::kAll;
  for (std::string_view text : values) {
    const bool negated = text.starts_with('!');
    if (negated) text.remove_prefix(1);
    filter.values.push_back({.text = std::string(text),
                             .negated = negated,
                             .words = is_tokenised ? Words(text) : std::vector<std::string>{}});
  }
  return filter;
}

bool Matches(const Secret& secret, std::span<const Filter> filters) {
  return std::ranges::all_of(filters, [&](const Filter& filter) {
    return std::ranges::any_of(filter.values, [&](const Filter::Value& value) {
      return Finds(secret, filter.key, value) != value.negated;
    });
  });
}

std::optional<std::string> RequiredNamePrefix(std::span<const Filter> filters) {
  for (const auto& [key, values] : filters) {
    const bool is_plain = key == FilterKey::kName && values.size() == 1 && !values[0].negated;
    if (is_plain && !values[0].text.empty()) return values[0].text;
  }
  return std::nullopt;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (auto word = TakeWord(text); !word.empty(); word = TakeWord(text)) {
    std::ranges::transform(word, std::back_inserter(words.emplace_back()), base::ToLower);
  }
  return words;
}

}  // namespace coffer::secrets
