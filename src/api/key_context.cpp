#include "api/key_context.h"

#include "base/ascii.h"

#include <algorithm>
#include <string>
#include <vector>

namespace coffer::api {

using policy::ContextValue;

policy::ContextValue KeyContext::Find(const policy::ContextKey& key) const {
  const std::string_view name = key.name();
  if (name.starts_with("aws:")) return FindGlobal(key);
  if (name == "kms:calleraccount") return facts_.identity.principal.account;
  if (name == "kms:keyspec") return std::string("SYMMETRIC_DEFAULT");
  if (name == "kms:keyusage") return std::string("ENCRYPT_DECRYPT");
  if (name == "kms:keyorigin") return std::string("AWS_KMS");
  if (name == "kms:multiregion") return std::string("false");
  return use_ == nullptr ? ContextValue() : FindOfUse(name);
}

ContextValue KeyContext::FindOfUse(std::string_view name) const {
  if (name == "kms:viaservice") {
    return "secretsmanager." + std::string(use_->region) + ".amazonaws.com";
  }
  if (name == "kms:encryptioncontext:secretarn") return std::string(use_->secret_arn);
  if (name == "kms:encryptioncontext:secretversionid") return std::string(use_->version_id);
  if (name == "kms:encryptioncontextkeys") {
    return std::vector<std::string>{"SecretARN", "SecretVersionId"};
  }
  return {};
}

ContextValue KeyContext::FindGlobal(const policy::ContextKey& key) const {
  if (key.family() == "aws:resourcetag/") {
    const auto tag = std::ranges::find_if(key_tags_, [&](const secrets::Tag& candidate) {
      return std::ranges::equal(candidate.key, key.member(), {}, base::ToLower);
    });
    return tag == key_tags_.end() ? ContextValue() : ContextValue(tag->value);
  }
  if (use_ != nullptr) {
    // What the request says to Secrets Manager is not said to KMS.
    if (key.family() == "aws:requesttag/" || key.name() == "aws:tagkeys") return {};
    if (key.name() == "aws:viaawsservice") return std::string("true");
  }
  return global_.Find(key);
}

}  // namespace coffer::api
