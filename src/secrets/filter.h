#pragma once

#include "coffer/result.h"
#include "secrets/secret.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::secrets {

/// Filter keys in the order AWS lists them.
enum class FilterKey : std::uint8_t {
  kDescription,
  kName,
  kTagKey,
  kTagValue,
  kPrimaryRegion,
  kOwningService,
  kAll
};

/// One filter of ListSecrets or BatchGetSecretValue, compiled: values are OR, a leading `!` negates
/// its value (AWS: ListSecrets, Filters).
struct Filter {
  struct Value {
    std::string text;  ///< Without the `!`.
    bool negated = false;
    std::vector<std::string> words;  ///< Lower-case words, for the tokenised keys.
  };
  FilterKey key;
  std::vector<Value> values;
};

[[nodiscard]] std::optional<FilterKey> ParseFilterKey(std::string_view name);
[[nodiscard]] Filter CompileFilter(FilterKey key, std::span<const std::string> values);

/// Whether `secret` passes all of `filters`.
[[nodiscard]] bool Matches(const Secret& secret, std::span<const Filter> filters);

/// The prefix that every matching name must have, when one plain `name` filter value says so; the
/// store then reads only that stretch of its name index.
[[nodiscard]] std::optional<std::string> RequiredNamePrefix(std::span<const Filter> filters);

/// The words that the tokenised filters see in a text: lower-case; split at every ASCII character
/// that is neither letter nor digit, at case changes as AWS was measured to do, and between letters
/// and digits as its user guide says.
[[nodiscard]] std::vector<std::string> Words(std::string_view text);

}  // namespace coffer::secrets
