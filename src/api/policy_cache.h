#pragma once

#include "base/text_hash.h"
#include "policy/document.h"

#include <cstddef>
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

 private:
  std::shared_mutex documents_mutex_;
  std::unordered_map<std::string, std::shared_ptr<const policy::Document>, base::TextHash,
                     std::equal_to<>>
      documents_;
  std::size_t bytes_ = 0;  ///< Of the texts.
};

}  // namespace coffer::api
