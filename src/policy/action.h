#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

/// The actions that Coffer decides about, sorted without regard to letter case. Each has a number,
/// its place here, so that a statement answers for one with a look at a bit.
[[nodiscard]] std::span<const std::string_view> KnownActions();
inline constexpr std::size_t kMaxKnownActions = 192;
using ActionBits = std::bitset<kMaxKnownActions>;

/// What is to be done, such as `secretsmanager:GetSecretValue`.
struct Action {
  /// Looks the number up once; keep the result where an action is asked for often.
  explicit Action(std::string_view action_name);

  std::string_view name;              ///< The caller's memory.
  std::optional<std::size_t> number;  ///< Absent: an action of another service.
};

/// An Action or NotAction element. Patterns are matched without regard to letter case.
class ActionSet {
 public:
  enum class Kind : bool { kAction, kNotAction };
  explicit ActionSet(Kind kind) : kind_(kind) {}

  void Add(std::string_view pattern);
  [[nodiscard]] bool Covers(const Action& action) const {
    const bool is_listed = action.number ? known_[*action.number] : ListsUnknown(action.name);
    return is_listed == (kind_ == Kind::kAction);
  }
  /// By their numbers.
  [[nodiscard]] ActionBits KnownCovered() const {
    return kind_ == Kind::kAction ? known_ : ~known_;
  }

 private:
  [[nodiscard]] bool ListsUnknown(std::string_view name) const;

  ActionBits known_;
  Kind kind_;
  std::vector<std::string> patterns_;  ///< In lower case, for actions without a number.
};

}  // namespace coffer::policy
