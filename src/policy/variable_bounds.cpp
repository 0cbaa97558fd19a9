#include "policy/variable_bounds.h"

#include "policy/request_context.h"

namespace coffer::policy {

namespace {

/// A request in which all keys have the same value.
class SameValue final : public RequestContext {
 public:
  explicit SameValue(char value) : value_(1, value) {}
  [[nodiscard]] ContextValue Find(const ContextKey& /*key*/) const override { return value_; }
  [[nodiscard]] bool values_are_patterns() const override { return true; }

 private:
  std::string value_;
};

/// In a pattern, what fits no text: a byte that UTF-8 does not have and that is no wildcard.
constexpr char kNothing = '\xFD';

SameValue Widest() { return SameValue(kAnyRun); }
SameValue Narrowest() { return SameValue(kNothing); }

}  // namespace

std::string WidestPattern(const TextTemplate& text) {
  return text.Expand(Widest()).value_or(std::string(1, kAnyRun));
}

// A set covers the most with its variables at their widest, or, if it is a NotResource, at their
// narrowest; so both are asked and the kind of the set does not matter.
bool MayCover(const ResourceSet& set, const std::optional<Resource>& secret) {
  if (secret) return set.Covers(*secret, Widest()) || set.Covers(*secret, Narrowest());
  return set.kind() == ResourceSet::Kind::kResource ? set.Names("secretsmanager")
                                                    : !set.is_everything();
}

bool MustCover(const ResourceSet& set, const std::optional<Resource>& secret) {
  if (secret) return set.Covers(*secret, Widest()) && set.Covers(*secret, Narrowest());
  return set.kind() == ResourceSet::Kind::kResource && set.is_everything();
}

}  // namespace coffer::policy
