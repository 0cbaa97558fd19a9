#include "policy/denial.h"

namespace coffer::policy {

namespace {

std::string_view ImplicitReason(Layer layer) {
  switch (layer) {
    case Layer::kIdentity:
      return "identity-based policy";
    case Layer::kBoundary:
      return "permissions boundary";
    case Layer::kSession:
      return "session policy";
    case Layer::kResource:
      return "resource-based policy";
  }
  return {};
}

std::string_view ExplicitReason(Layer layer) {
  switch (layer) {
    case Layer::kIdentity:
      return "an identity-based policy";
    case Layer::kBoundary:
      return "a permissions boundary";
    case Layer::kSession:
      return "a session policy";
    case Layer::kResource:
      return "a resource-based policy";
  }
  return {};
}

}  // namespace

std::string DenialMessage(const Principal& principal, std::string_view action,
                          std::string_view resource, const Decision& decision) {
  std::string text = "User: " + principal.arn + " is not authorized to perform: ";
  text += action;
  if (!resource.empty()) text.append(" on resource: ").append(resource);
  if (decision.outcome == Outcome::kExplicitlyDenied) {
    return text.append(" with an explicit deny in ").append(ExplicitReason(decision.layer));
  }
  text.append(" because no ").append(ImplicitReason(decision.layer)).append(" allows the ");
  return text.append(action).append(" action");
}

}  // namespace coffer::policy
