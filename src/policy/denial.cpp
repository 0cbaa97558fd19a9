#include "policy/denial.h"

#include "policy/explanation.h"

namespace coffer::policy {

namespace {

std::string_view ArticleOf(Layer layer) { return layer == Layer::kIdentity ? "an " : "a "; }

}  // namespace

std::string DenialMessage(const Principal& principal, std::string_view action,
                          std::string_view resource, const Decision& decision) {
  std::string text = "User: " + principal.arn + " is not authorized to perform: ";
  text += action;
  if (!resource.empty()) text.append(" on resource: ").append(resource);
  if (decision.outcome == Outcome::kExplicitlyDenied) {
    text.append(" with an explicit deny in ").append(ArticleOf(decision.layer));
    return text.append(NameOf(decision.layer));
  }
  text.append(" because no ").append(NameOf(decision.layer)).append(" allows the ");
  return text.append(action).append(" action");
}

}  // namespace coffer::policy
