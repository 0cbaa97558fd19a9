#pragma once

#include "base/text_hash.h"
#include "coffer/clock.h"
#include "policy/document.h"
#include "secrets/secret.h"
#include "secrets/secret_identifier.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coffer::api {

/// Throws std::runtime_error when a stored policy does not compile: nothing is decided without a
/// policy that should have had a say.
[[nodiscard]] std::shared_ptr<const policy::Document> CompileResourcePolicy(std::string_view text);

/// Resource policies, compiled once. By their text, so nothing in here can be out of date.
/// Safe to call from any thread.
class PolicyCache {
 public:
  /// As CompileResourcePolicy.
  [[nodiscard]] std::shared_ptr<const policy::Document> Compile(std::string_view text);

  /// The policy of a secret as it was committed; null when it has none. Found by the secret's
  /// version: the text is not read for it.
  [[nodiscard]] std::shared_ptr<const policy::Document> PolicyOf(const secrets::Secret& secret);
  /// Have the processor fetch what PolicyOf will find, in two steps (api/policy_prefetch.h).
  void PrefetchPlace(const secrets::Secret& secret);
  void PrefetchPolicy(const secrets::Secret& secret);

 private:
  /// One secret's policy, in one line of the processor's cache. No two committed states of secrets
  /// have all of the first four in common: ids of deleted secrets are used again, so an id and a
  /// generation are not enough.
  struct alignas(64) OfSecret {
    std::int64_t id = 0;
    std::int64_t generation = 0;
    Timestamp created;
    std::array<char, secrets::kArnSuffixLength> arn_suffix{};
    std::shared_ptr<const policy::Document> document;

    [[nodiscard]] bool Is(const secrets::Secret& secret) const;
  };
  /// Where one lies; others with the same place take turns.
  static constexpr std::size_t kPlaces = 16'384;
  [[nodiscard]] static std::size_t PlaceOf(const secrets::Secret& secret) {
    return static_cast<std::size_t>(secret.id) % kPlaces;
  }

  std::shared_mutex documents_mutex_;
  std::unordered_map<std::string, std::shared_ptr<const policy::Document>, base::TextHash,
                     std::equal_to<>>
      documents_;
  std::size_t bytes_ = 0;  ///< Of the texts.
  std::shared_mutex of_secrets_mutex_;
  std::vector<OfSecret> of_secrets_;  ///< kPlaces of them once there is one to keep.
};

}  // namespace coffer::api
