#include "policy/public_access.h"

#include "base/account.h"
#include "policy/condition_keys.h"
#include "policy/secret_actions.h"
#include "policy/variable_bounds.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace coffer::policy {

namespace {

using Bits = std::uint32_t;  ///< A set of actions or of condition keys.

bool HasWildcard(std::string_view pattern) {
  return pattern.find_first_of(std::string{kAnyRun, kAnyOne}) != std::string_view::npos;
}

/// Whether what is before the first `separator` has no wildcard.
bool BeginsFixed(std::string_view pattern, char separator) {
  const std::size_t end = pattern.find(separator);
  return end != std::string_view::npos && end != 0 && !HasWildcard(pattern.substr(0, end));
}

/// Whether the pattern of an ARN fits those of one account alone. Where a wildcard or a variable
/// can take colons, nothing in front of the account may be one.
bool NamesOneAccount(std::string_view pattern, bool stays_in_segment) {
  constexpr std::size_t kAccountSegment = 4;
  const auto segments = SplitArn(pattern);
  return segments && base::IsAccountId((*segments)[kAccountSegment]) &&
         (stays_in_segment || std::none_of(segments->begin(), segments->begin() + kAccountSegment,
                                           [](std::string_view s) { return HasWildcard(s); }));
}

/// Whether a key of this type that an outsider cannot choose may fit the text all the same.
bool IsOpenText(const TextTemplate& text, Comparison comparison, KeyType type) {
  const std::string pattern = WidestPattern(text);
  if (!HasWildcard(pattern)) return false;
  switch (type) {
    case KeyType::kArn:
      return !NamesOneAccount(pattern,
                              comparison == Comparison::kArnLike && text.fixed() != nullptr);
    case KeyType::kUserId:
      return !BeginsFixed(pattern, ':');
    case KeyType::kOrgPath:
      return !BeginsFixed(pattern, '/');
    default:
      return true;
  }
}

/// The same of any value. Ranges of addresses are open from a size on that nobody has for himself
/// (AWS: Amazon S3, the meaning of "public"); the private ones of IPv4 are not larger.
bool IsOpenValue(const Condition::Value& value, Comparison comparison, KeyType type) {
  constexpr int kShortestPrefix = 8;
  constexpr int kShortestPrefixV6 = 32;
  if (const auto* text = std::get_if<TextTemplate>(&value)) {
    return IsOpenText(*text, comparison, type);
  }
  if (const auto* range = std::get_if<AddressRange>(&value)) {
    return range->prefix_bits < (range->is_v6 ? kShortestPrefixV6 : kShortestPrefix);
  }
  const bool is_ordered =
      std::holds_alternative<long double>(value) || std::holds_alternative<std::int64_t>(value);
  return is_ordered && comparison != Comparison::kNumericEquals &&
         comparison != Comparison::kDateEquals;
}

/// Whether a Null condition holds for a key that is there, or is not: for an Allow whether it may,
/// for a Deny whether it must.
bool HoldsNull(const Condition& condition, bool is_present, Effect effect) {
  return std::ranges::any_of(condition.values(), [&](const Condition::Value& value) {
    const auto* text = std::get_if<TextTemplate>(&value);
    if (text == nullptr || text->fixed() == nullptr) return effect == Effect::kAllow;
    return ParseBool(*text->fixed()) == !is_present;
  });
}

/// The same of any condition on a pinned key that is there.
bool HoldsWhenPresent(const Condition& condition, const ConditionKey& key, Effect effect) {
  const ConditionOperator& comparison = condition.comparison();
  if (comparison.comparison == Comparison::kNull) return HoldsNull(condition, true, effect);
  const bool is_open = std::ranges::any_of(condition.values(), [&](const Condition::Value& value) {
    return IsOpenValue(value, comparison.comparison, key.type);
  });
  if (effect == Effect::kAllow) return comparison.is_negated || is_open;
  // Without a set operator nothing holds for a list.
  if (key.is_list && comparison.qualifier == SetQualifier::kNone) return false;
  return comparison.is_negated && !is_open;
}

/// The same when it is not there.
bool HoldsWhenAbsent(const Condition& condition, Effect effect) {
  const ConditionOperator& comparison = condition.comparison();
  if (comparison.comparison == Comparison::kNull) return HoldsNull(condition, false, effect);
  switch (comparison.qualifier) {
    case SetQualifier::kNone:
      return comparison.if_exists || comparison.is_negated;
    case SetQualifier::kForAllValues:
      return true;
    case SetQualifier::kForAnyValue:
      return comparison.if_exists;
  }
  return true;
}

/// A statement as it is for outsiders: an Allow that may apply to them, a Deny that must.
struct Rule {
  std::size_t statement = 0;
  Effect effect{};
  Bits actions = 0;
  Bits needs_present = 0;  ///< Pinned keys without which it does not apply.
  Bits needs_absent = 0;   ///< Pinned keys with which it does not apply.

  [[nodiscard]] bool AppliesTo(Bits present) const {
    return (needs_present & ~present) == 0 && (needs_absent & present) == 0;
  }
};

/// Which pinned keys a request has is all that tells one outsider from another: what they are, is
/// fixed, and everything else he chooses. So each such set is tried.
class Analysis {
 public:
  Analysis(const Document& policy, std::optional<std::string_view> secret_arn) {
    if (secret_arn) secret_.emplace(*secret_arn);
    for (std::size_t i = 0; i < policy.statements.size(); ++i) {
      if (auto rule = RuleOf(policy.statements[i])) {
        rule->statement = i;
        rules_.push_back(*rule);
      }
    }
  }

  [[nodiscard]] std::optional<PublicGrant> Find() const {
    Bits optional = 0;
    Bits always = 0;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      (keys_[i]->control == Control::kPinned ? always : optional) |= Bits{1} << i;
    }
    std::optional<PublicGrant> first;
    Bits present = optional;
    while (true) {
      const auto grant = GrantFor(always | present);
      if (grant && (!first || grant->statement < first->statement)) first = grant;
      if (present == 0) return first;
      present = (present - 1) & optional;
    }
  }

 private:
  /// Nullopt when the statement never applies to an outsider, or as a Deny not for certain.
  std::optional<Rule> RuleOf(const Statement& statement) {
    const bool is_allow = statement.effect == Effect::kAllow;
    Rule rule{.effect = statement.effect, .actions = ActionsOf(statement)};
    const bool covers =
        is_allow ? MayCover(statement.resources, secret_) : MustCover(statement.resources, secret_);
    if (!IsAboutOutsiders(statement) || !covers) return std::nullopt;
    for (const Condition& condition : statement.conditions) {
      const ConditionKey* key = FindConditionKey(condition.key());
      if (key == nullptr || key->control == Control::kFree) {
        if (is_allow) continue;
        return std::nullopt;
      }
      const Bits bit = BitOf(*key);
      if (!HoldsWhenPresent(condition, *key, statement.effect)) rule.needs_absent |= bit;
      if (!HoldsWhenAbsent(condition, statement.effect)) rule.needs_present |= bit;
    }
    return rule;
  }

  static bool IsAboutOutsiders(const Statement& statement) {
    const bool lists_anyone =
        std::ranges::find(statement.principals, PrincipalEntry::Type::kAnyone,
                          &PrincipalEntry::type) != statement.principals.end();
    return statement.principals_are == Statement::Principals::kAllButListed ? !lists_anyone
                                                                            : lists_anyone;
  }

  [[nodiscard]] Bits ActionsOf(const Statement& statement) const {
    Bits covered = 0;
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      if (statement.actions.Covers(actions_[i])) covered |= Bits{1} << i;
    }
    return covered;
  }

  Bits BitOf(const ConditionKey& key) {
    const auto found = std::ranges::find(keys_, &key);
    const auto place = static_cast<std::size_t>(found - keys_.begin());
    if (found == keys_.end()) keys_.push_back(&key);
    return Bits{1} << place;
  }

  [[nodiscard]] std::optional<PublicGrant> GrantFor(Bits present) const {
    Bits denied = 0;
    for (const Rule& rule : rules_) {
      if (rule.effect == Effect::kDeny && rule.AppliesTo(present)) denied |= rule.actions;
    }
    for (const Rule& rule : rules_) {
      const Bits open = rule.actions & ~denied;
      if (rule.effect == Effect::kAllow && open != 0 && rule.AppliesTo(present)) {
        const auto action = static_cast<std::size_t>(std::countr_zero(open));
        return PublicGrant{.statement = rule.statement, .action = actions_[action].name};
      }
    }
    return std::nullopt;
  }

  std::vector<Action> actions_ = SecretActions();
  std::optional<Resource> secret_;
  std::vector<const ConditionKey*> keys_;  ///< The pinned ones; the place is the bit.
  std::vector<Rule> rules_;
};

}  // namespace

std::optional<PublicGrant> FindPublicGrant(const Document& policy,
                                           std::optional<std::string_view> secret_arn) {
  return Analysis(policy, secret_arn).Find();
}

bool IsPublic(std::string_view policy, std::string_view secret_arn) {
  const auto compiled = Compile(policy, DocumentKind::kResource);
  return !compiled || FindPublicGrant(*compiled, secret_arn).has_value();
}

}  // namespace coffer::policy
