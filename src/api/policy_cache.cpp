#include "api/policy_cache.h"

#include <algorithm>
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

bool PolicyCache::OfSecret::Is(const secrets::Secret& secret) const {
  return id == secret.id && generation == secret.generation && created == secret.created &&
         std::string_view(arn_suffix.data(), arn_suffix.size()) == secret.arn_suffix;
}

void PolicyCache::PrefetchPlace(const secrets::Secret& secret) {
  const std::shared_lock lock(of_secrets_mutex_);
  if (!of_secrets_.empty()) __builtin_prefetch(&of_secrets_[PlaceOf(secret)]);
}

void PolicyCache::PrefetchPolicy(const secrets::Secret& secret) {
  const std::shared_lock lock(of_secrets_mutex_);
  if (!of_secrets_.empty()) policy::Prefetch(of_secrets_[PlaceOf(secret)].document.get());
}

std::shared_ptr<const policy::Document> PolicyCache::PolicyOf(const secrets::Secret& secret) {
  if (!secret.resource_policy) return nullptr;
  const std::size_t place = PlaceOf(secret);
  {
    const std::shared_lock lock(of_secrets_mutex_);
    if (!of_secrets_.empty() && of_secrets_[place].Is(secret)) return of_secrets_[place].document;
  }
  auto document = Compile(*secret.resource_policy);
  if (secret.arn_suffix.size() != secrets::kArnSuffixLength) return document;
  const std::unique_lock lock(of_secrets_mutex_);
  if (of_secrets_.empty()) of_secrets_.resize(kPlaces);
  OfSecret& kept = of_secrets_[place];
  kept = {.id = secret.id,
          .generation = secret.generation,
          .created = secret.created,
          .arn_suffix = {},
          .document = document};
  std::ranges::copy(secret.arn_suffix, kept.arn_suffix.begin());
  return document;
}

}  // namespace coffer::api
