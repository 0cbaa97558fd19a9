#include "support/policy_cases.h"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace coffer::test {

namespace {

using boost::json::object;
using boost::json::value;

std::string TextOf(const object& source, std::string_view key) {
  const value* const found = source.if_contains(key);
  return found == nullptr || found->is_null() ? std::string() : std::string(found->as_string());
}

std::shared_ptr<const policy::Document> CompileOf(const value& source, policy::DocumentKind kind) {
  auto compiled = policy::Compile(boost::json::serialize(source), kind);
  if (!compiled) throw std::runtime_error(std::string(compiled.error().reason));
  return std::make_shared<const policy::Document>(*std::move(compiled));
}

policy::Principal PrincipalOf(const object& source) {
  using policy::PrincipalKind;
  const std::string arn = TextOf(source, "principal");
  const auto segments = policy::SplitArn(arn);
  policy::Principal principal;
  principal.arn = arn;
  principal.kind = segments ? PrincipalKind::kUser : PrincipalKind::kService;
  if (!segments) return principal;
  principal.account = (*segments)[4];
  principal.parent_arn = TextOf(source, "roleArn");
  const std::string_view resource = (*segments)[policy::kResourceSegment];
  if (resource == "root") principal.kind = PrincipalKind::kRoot;
  if (resource.starts_with("assumed-role/")) principal.kind = PrincipalKind::kSession;
  if (resource.starts_with("federated-user/")) {
    principal.kind = PrincipalKind::kFederatedSession;
    principal.parent_arn = "arn:aws:iam::" + principal.account + ":user/" +
                           std::string(resource.substr(resource.find('/') + 1));
  }
  return principal;
}

}  // namespace

PolicyCase::PolicyCase(const object& source)
    : id(TextOf(source, "id")),
      title(TextOf(source, "title")),
      expected(TextOf(source, "expect")),
      principal_(PrincipalOf(source)),
      action_(TextOf(source, "action")),
      resource_(TextOf(source, "resource")),
      resource_account_(TextOf(source, "resourceAccount")),
      context_(source.at("context").as_object()) {
  using policy::DocumentKind;
  if (expected != "Allow") expected += " " + TextOf(source, "by");
  for (const value& document : source.at("identity").as_array()) {
    identity_.push_back(CompileOf(document, DocumentKind::kIdentity));
  }
  if (const value* const document = source.if_contains("boundary")) {
    boundary_ = CompileOf(*document, DocumentKind::kIdentity);
  }
  if (const value* const document = source.if_contains("session")) {
    session_.emplace().push_back(CompileOf(*document, DocumentKind::kIdentity));
  }
  if (const value* const document = source.if_contains("resourcePolicy")) {
    resource_policy_ = CompileOf(*document, DocumentKind::kResource);
  }
}

policy::Decision PolicyCase::Decide() const {
  const policy::Action action(action_);
  const policy::Resource resource(resource_);
  const policy::Request request{.principal = principal_,
                                .action = action,
                                .resource = resource,
                                .resource_account = resource_account_,
                                .context = context_};
  policy::Policies policies{.identity = identity_,
                            .boundary = boundary_.get(),
                            .session = std::nullopt,
                            .resource = resource_policy_.get()};
  if (session_) policies.session = *session_;
  return policy::Decide(request, policies);
}

std::string Describe(const policy::Decision& decision) {
  if (decision.is_allowed()) return "Allow";
  constexpr std::array kLayers{"identity", "boundary", "session", "resource"};
  const bool is_explicit = decision.outcome == policy::Outcome::kExplicitlyDenied;
  return std::string(is_explicit ? "Explicit " : "Implicit ") +
         kLayers.at(static_cast<std::size_t>(decision.layer));
}

std::vector<PolicyCase> LoadPolicyCases(std::string_view path) {
  std::ifstream file(std::string(COFFER_SOURCE_DIR) + "/" + std::string(path));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<PolicyCase> cases;
  const value parsed = boost::json::parse(text);
  for (const value& source : parsed.as_array()) {
    cases.emplace_back(source.as_object());
  }
  return cases;
}

}  // namespace coffer::test
