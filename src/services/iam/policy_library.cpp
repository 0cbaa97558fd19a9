#include "services/iam/policy_library.h"

#include "store/row_mac.h"

#include <algorithm>
#include <utility>

namespace coffer::services::iam {
namespace {

CompiledPolicy CompileAnew(std::string_view document, const std::string& name) {
  auto compiled = policy::Compile(document, policy::DocumentKind::kIdentity);
  if (!compiled) throw store::IntegrityError("identities: policy " + name + " cannot be read");
  compiled->name = name;
  return std::make_shared<const policy::Document>(*std::move(compiled));
}

}  // namespace

CompiledPolicy PolicyLibrary::Compile(std::string_view document, const std::string& name) {
  // No name has a line break in it.
  std::string key = name + "\n";
  key += document;
  {
    const std::lock_guard lock(policies_mutex_);
    const auto found = policies_.find(key);
    if (found != policies_.end()) {
      if (CompiledPolicy alive = found->second.lock()) return alive;
    }
  }
  CompiledPolicy compiled = CompileAnew(document, name);
  const std::lock_guard lock(policies_mutex_);
  if (policies_.size() >= sweep_at_) {
    std::erase_if(policies_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max<std::size_t>(1024, policies_.size() * 2);
  }
  policies_.insert_or_assign(std::move(key), compiled);
  return compiled;
}

}  // namespace coffer::services::iam
