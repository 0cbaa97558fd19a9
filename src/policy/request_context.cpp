#include "policy/request_context.h"

#include "base/ascii.h"

namespace coffer::policy {

ContextKey::ContextKey(std::string_view name) : name_(name), spelled_(name) {
  for (char& c : name_) c = base::ToLower(c);
  const std::size_t slash = name_.find('/');
  family_size_ = slash == std::string::npos ? name_.size() : slash + 1;
  number_ = FindNumber();
}

}  // namespace coffer::policy
