#include "api/policy_cache.h"

#include <mutex>
#include <stdexcept>
#include <utility>

namespace coffer::api {

std::shared_ptr<const policy::Document> PolicyCache::Compile(std::string_view text) {
  // Policies of 20 KiB at most. Whoever has more of them compiles some more often.
  constexpr std::size_t kMost = 4096;
  {
    const std::shared_lock lock(documents_mutex_);
    if (const auto found = documents_.find(text); found != documents_.end()) return found->second;
  }
  auto compiled = policy::Compile(text, policy::DocumentKind::kResource);
  if (!compiled) throw std::runtime_error("a stored resource policy cannot be read");
  auto document = std::make_shared<const policy::Document>(*std::move(compiled));
  const std::unique_lock lock(documents_mutex_);
  if (documents_.size() >= kMost) documents_.clear();
  return documents_.insert_or_assign(std::string(text), std::move(document)).first->second;
}

}  // namespace coffer::api
