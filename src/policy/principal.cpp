#include "policy/principal.h"

#include "base/account.h"
#include "policy/arn.h"

#include <algorithm>

namespace coffer::policy {

PrincipalEntry PrincipalEntry::Aws(std::string_view text) {
  if (text == "*") return {Type::kAnyone, text};
  if (base::IsAccountId(text)) return {Type::kAccount, text};
  const auto arn = SplitArn(text);
  if (arn && (*arn)[2] == "iam" && (*arn)[kResourceSegment] == "root") {
    return {Type::kAccount, (*arn)[4]};
  }
  return {Type::kPrincipal, text};
}

PrincipalEntry PrincipalEntry::Service(std::string_view name) { return {Type::kService, name}; }

PrincipalEntry PrincipalEntry::Other() { return {Type::kOther, {}}; }

PrincipalMatch PrincipalEntry::Match(const Principal& principal) const {
  const auto is = [&](const std::string& name) { return !name.empty() && name == text_; };
  switch (type_) {
    case Type::kAnyone:
      return PrincipalMatch::kAny;
    case Type::kAccount:
      return is(principal.account) ? PrincipalMatch::kAccount : PrincipalMatch::kNone;
    case Type::kPrincipal:
      if (is(principal.arn) || is(principal.unique_id)) return PrincipalMatch::kSelf;
      if (is(principal.parent_arn) || is(principal.parent_id)) return PrincipalMatch::kParent;
      return PrincipalMatch::kNone;
    case Type::kService:
      return principal.kind == PrincipalKind::kService && is(principal.arn) ? PrincipalMatch::kSelf
                                                                            : PrincipalMatch::kNone;
    case Type::kOther:
      return PrincipalMatch::kNone;
  }
  return PrincipalMatch::kNone;
}

PrincipalMatch Match(const std::vector<PrincipalEntry>& entries, const Principal& principal) {
  PrincipalMatch strongest = PrincipalMatch::kNone;
  for (const PrincipalEntry& entry : entries) {
    strongest = std::max(strongest, entry.Match(principal));
  }
  return strongest;
}

bool IsSpared(const std::vector<PrincipalEntry>& entries, const Principal& principal) {
  const auto is_listed = [&](PrincipalMatch level) {
    return std::ranges::any_of(entries, [&](const PrincipalEntry& entry) {
      const PrincipalMatch match = entry.Match(principal);
      return match == level || match == PrincipalMatch::kAny;
    });
  };
  switch (principal.kind) {
    case PrincipalKind::kRoot:
      return is_listed(PrincipalMatch::kAccount);
    case PrincipalKind::kUser:
      return is_listed(PrincipalMatch::kSelf) && is_listed(PrincipalMatch::kAccount);
    case PrincipalKind::kSession:
    case PrincipalKind::kFederatedSession:
      return is_listed(PrincipalMatch::kSelf) && is_listed(PrincipalMatch::kParent) &&
             is_listed(PrincipalMatch::kAccount);
    case PrincipalKind::kService:
      return is_listed(PrincipalMatch::kSelf);
  }
  return false;
}

}  // namespace coffer::policy
