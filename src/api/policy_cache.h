#pragma once

#include "base/text_hash.h"
#include "coffer/clock.h"
#include "policy/document.h"
#include "secrets/secret.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

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

 private:
  /// What no two committed states of secrets share. Ids of deleted secrets are used again, so an id
  /// and a generation are not enough.
  struct OfSecret {
    std::int64_t generation = 0;
    std::string arn_suffix;
    Timestamp created;
    std::shared_ptr<const policy::Document> document;
  };

  std::shared_mutex documents_mutex_;
  std::unordered_map<std::string, std::shared_ptr<const policy::Document>, base::TextHash,
                     std::equal_to<>>
      documents_;
  std::size_t bytes_ = 0;  ///< Of the texts.
  std::shared_mutex of_secrets_mutex_;
  std::unordered_map<std::int64_t, OfSecret> of_secrets_;  ///< By the store's id.
};

}  // namespace coffer::api
