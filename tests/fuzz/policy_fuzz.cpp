#include "policy/evaluator.h"
#include "policy/findings.h"
#include "policy/pretty_print.h"
#include "policy/resource_policy.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A policy is a document within a document: the caller writes all of it. So he does with much of
// the request that it is evaluated for. The input is the document and, behind a NUL, one line for
// each `key=value` of the request; a key that comes again has a list.

namespace {

using namespace coffer::policy;
using Compiled = std::shared_ptr<const Document>;

void Require(bool holds) {
  if (!holds) std::abort();
}

class LineContext final : public RequestContext {
 public:
  explicit LineContext(std::string_view lines) {
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
      const std::size_t equals = std::min(line.find('='), line.size());
      const std::string_view value = line.substr(std::min(equals + 1, line.size()));
      values_[std::string(ContextKey(line.substr(0, equals)).name())].emplace_back(value);
    }
  }

  [[nodiscard]] ContextValue Find(const ContextKey& key) const override {
    const auto found = values_.find(std::string(key.name()));
    if (found == values_.end()) return {};
    if (found->second.size() == 1) return found->second.front();
    return found->second;
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

const std::vector<Principal>& Principals() {
  static const std::vector<Principal> kPrincipals{
      {.kind = PrincipalKind::kUser,
       .arn = "arn:aws:iam::111122223333:user/alice",
       .account = "111122223333",
       .unique_id = "AIDAALICEALICEALICE1",
       .parent_arn = {},
       .parent_id = {}},
      {.kind = PrincipalKind::kSession,
       .arn = "arn:aws:sts::111122223333:assumed-role/App/s",
       .account = "111122223333",
       .unique_id = "AROAAPPAPPAPPAPPAPP1:s",
       .parent_arn = "arn:aws:iam::111122223333:role/App",
       .parent_id = "AROAAPPAPPAPPAPPAPP1"},
      {.kind = PrincipalKind::kUser,
       .arn = "arn:aws:iam::444455556666:user/bob",
       .account = "444455556666",
       .unique_id = "AIDABOBBOBBOBBOBBOB1",
       .parent_arn = {},
       .parent_id = {}},
      {.kind = PrincipalKind::kService,
       .arn = "lambda.amazonaws.com",
       .account = {},
       .unique_id = {},
       .parent_arn = {},
       .parent_id = {}},
  };
  return kPrincipals;
}

/// Asks about one principal, one action and one resource.
class Asker {
 public:
  Asker(const Principal& principal, const RequestContext& context)
      : request_{.principal = principal,
                 .action = action_,
                 .resource = resource_,
                 .resource_account = "111122223333",
                 .context = context} {}

  [[nodiscard]] Decision Ask(const std::vector<Compiled>& identity, const Document* boundary,
                             const Document* resource) const {
    return Decide(request_, {.identity = identity,
                             .boundary = boundary,
                             .session = std::nullopt,
                             .resource = resource});
  }

 private:
  Action action_{"secretsmanager:GetSecretValue"};
  Resource resource_{"arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-a1B2c3"};
  Request request_;
};

Compiled CompileOrNull(std::string_view text, DocumentKind kind) {
  auto compiled = Compile(text, kind);
  return compiled ? std::make_shared<const Document>(*std::move(compiled)) : nullptr;
}

void EvaluateIdentity(const Compiled& document, const LineContext& context) {
  static const Compiled kEverything = CompileOrNull(
      R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})", DocumentKind::kIdentity);
  for (const Principal& principal : Principals()) {
    const Asker asker(principal, context);
    const Outcome alone = asker.Ask({document}, nullptr, nullptr).outcome;
    const Outcome beside = asker.Ask({kEverything, document}, nullptr, nullptr).outcome;
    const Outcome bounding = asker.Ask({kEverything}, document.get(), nullptr).outcome;
    // A denial is one whatever else allows, and a boundary says what its document says.
    Require((alone == Outcome::kExplicitlyDenied) == (beside == Outcome::kExplicitlyDenied));
    Require((alone == Outcome::kExplicitlyDenied) == (bounding == Outcome::kExplicitlyDenied));
    if (principal.kind == PrincipalKind::kUser && principal.account == "111122223333") {
      Require(alone == bounding);
    }
    // It grants nothing.
    Require(!asker.Ask({}, document.get(), nullptr).is_allowed());
  }
}

/// Everybody above who is a user or a role.
class FewPrincipals final : public PrincipalDirectory {
 public:
  [[nodiscard]] NamedPrincipal Find(std::string_view principal) const override {
    for (const auto& [arn, id] : kEntities) {
      if (arn == principal) return {.unique_id = std::string(id)};
    }
    return {};
  }
  [[nodiscard]] std::optional<std::string> ArnOf(std::string_view unique_id) const override {
    for (const auto& [arn, id] : kEntities) {
      if (id == unique_id) return std::string(arn);
    }
    return std::nullopt;
  }

 private:
  static constexpr std::pair<std::string_view, std::string_view> kEntities[]{
      {"arn:aws:iam::111122223333:user/alice", "AIDAALICEALICEALICE1"},
      {"arn:aws:iam::111122223333:role/App", "AROAAPPAPPAPPAPPAPP1"},
      {"arn:aws:iam::444455556666:user/bob", "AIDABOBBOBBOBBOBBOB1"}};
};

/// `pretty` as it is stored. What is shown of that is stored as the same again.
std::string Pin(const std::string& pretty) {
  const FewPrincipals directory;
  const auto pinned = PinPrincipals(pretty, directory);
  Require(pinned.has_value());
  const std::string shown = ShowPrincipals(*pinned, directory);
  Require(PinPrincipals(shown, directory) == *pinned && PrettyPrint(shown) == shown);
  return *pinned;
}

void EvaluateResource(const Compiled& document, const Compiled& pretty,
                      const LineContext& context) {
  for (const Principal& principal : Principals()) {
    const Asker asker(principal, context);
    const Decision decision = asker.Ask({}, nullptr, document.get());
    const bool is_stranger = principal.account == "444455556666";
    Require(!is_stranger || !decision.is_allowed());
    Require(pretty != nullptr);
    const Decision again = asker.Ask({}, nullptr, pretty.get());
    Require(again.outcome == decision.outcome && again.statement == decision.statement);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = std::min(input.find('\0'), size);
  const std::string_view text = input.substr(0, split);
  const LineContext context(input.substr(std::min(split + 1, size)));

  if (const Compiled document = CompileOrNull(text, DocumentKind::kIdentity)) {
    EvaluateIdentity(document, context);
  }
  (void)Compile(text, DocumentKind::kTrust);
  const Compiled document = CompileOrNull(text, DocumentKind::kResource);
  const bool is_refused = !CheckResourcePolicy(text).has_value();
  // What is refused has a finding that says why.
  Require(!is_refused || !Examine(text, std::nullopt).empty());
  if (is_refused) return 0;

  const std::string pretty = PrettyPrint(text);

  Require(document != nullptr);
  Require(CheckResourcePolicy(pretty).has_value() && PrettyPrint(pretty) == pretty);
  EvaluateResource(document, CompileOrNull(pretty, DocumentKind::kResource), context);
  EvaluateResource(document, CompileOrNull(Pin(pretty), DocumentKind::kResource), context);
  return 0;
}
