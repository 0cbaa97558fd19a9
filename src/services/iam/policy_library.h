#pragma once

#include "services/iam/identity.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coffer::services::iam {

/// Identity policies, compiled. One that many have, such as a managed policy, is there once, so
/// that what decisions look at stays near the processor.
/// Safe to call from any thread.
class PolicyLibrary {
 public:
  /// `name` is what an explanation calls the policy. Throws store::IntegrityError when the document
  /// cannot be compiled: nothing is decided without a policy that should have had a say.
  [[nodiscard]] CompiledPolicy Compile(std::string_view document, const std::string& name);

 private:
  std::mutex policies_mutex_;
  /// By name and text. Kept alive by those who use them.
  std::unordered_map<std::string, std::weak_ptr<const policy::Document>> policies_;
  std::size_t sweep_at_ = 1024;  ///< How many entries there are when the dead ones are removed.
};

}  // namespace coffer::services::iam
