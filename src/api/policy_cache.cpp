#include "api/policy_cache.h"

#include <mutex>
#include <stdexcept>
#include <utility>

namespace coffer::api {

std::shared_ptr<const policy::Document> CompileResourcePolicy(std::string_view text) {
  auto compiled = policy::Compile(text, policy::DocumentKind::kResource);
  if (!compiled) throw std::runtime_error("a stored resource policy cannot be read");
  return std::make_shared<const policy::Document>(*std::move(compiled));
}

std::shared_ptr<const policy::Document> PolicyCache::Compile(std::string_view text) {
  // Some tens of thousands of usual policies. Whoever has more compiles some more often.
  constexpr std::size_t kMostBytes = 16 << 20;
  {
    const std::shared_lock lock(documents_mutex_);
    if (const auto found = documents_.find(text); found != documents_.end()) return found->second;
  }
  auto document = CompileResourcePolicy(text);
  const std::unique_lock lock(documents_mutex_);
  if (bytes_ + text.size() > kMostBytes) {
    documents_.clear();
    bytes_ = 0;
  }
  const auto [entry, is_new] = documents_.try_emplace(std::string(text), std::move(document));
  if (is_new) bytes_ += text.size();
  return entry->second;
}

std::shared_ptr<const policy::Document> PolicyCache::PolicyOf(const secrets::Secret& secret) {
  if (!secret.resource_policy) return nullptr;
  // Whoever has more secrets with policies looks some up by their texts more often.
  constexpr std::size_t kMost = 100'000;
  {
    const std::shared_lock lock(of_secrets_mutex_);
    const auto found = of_secrets_.find(secret.id);
    if (found != of_secrets_.end() && found->second.generation == secret.generation &&
        found->second.arn_suffix == secret.arn_suffix && found->second.created == secret.created) {
      return found->second.document;
    }
  }
  auto document = Compile(*secret.resource_policy);
  const std::unique_lock lock(of_secrets_mutex_);
  if (of_secrets_.size() >= kMost) of_secrets_.clear();
  of_secrets_.insert_or_assign(secret.id, OfSecret{.generation = secret.generation,
                                                   .arn_suffix = secret.arn_suffix,
                                                   .created = secret.created,
                                                   .document = document});
  return document;
}

}  // namespace coffer::api
