#pragma once

#include "base/shape.h"
#include "coffer/clock.h"
#include "secrets/rotation_rules.h"
#include "secrets/rotation_window.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace coffer::secrets {

/// How a secret is rotated: what RotateSecret was told, and what became of it since.
struct Rotation {
  bool is_enabled = false;
  std::string function_arn{};  ///< RotationLambdaARN.
  std::optional<std::int64_t> automatically_after_days{};
  std::optional<std::string> duration{};
  std::optional<std::string> schedule_expression{};
  Timestamp configured{};  ///< When rotation was last configured or switched on.
  std::optional<Timestamp> last_rotated{};
  std::optional<Timestamp> last_changed_by_hand{};  ///< A value that came from no rotation.
  /// ARNs of further secrets that a rotation may read: those that the secret's own value named and
  /// that whoever called RotateSecret could read himself.
  std::vector<std::string> related_secrets{};

  [[nodiscard]] RotationRules rules() const {
    return {automatically_after_days, duration, schedule_expression};
  }
  void set_rules(RotationRules rules);
  [[nodiscard]] bool has_rules() const { return rules() != RotationRules{}; }
  [[nodiscard]] RotationHistory history() const {
    return {configured, last_rotated, last_changed_by_hand};
  }
  /// Null when there is none, or when what is stored means nothing any more.
  [[nodiscard]] std::optional<RotationSchedule> schedule() const;

  static constexpr auto Members() {
    using R = Rotation;
    return std::tuple{base::Required("enabled", &R::is_enabled),
                      base::Required("function", &R::function_arn),
                      base::Optional("days", &R::automatically_after_days),
                      base::Optional("duration", &R::duration),
                      base::Optional("expression", &R::schedule_expression),
                      base::Required("configured", &R::configured),
                      base::Optional("rotated", &R::last_rotated),
                      base::Optional("changed", &R::last_changed_by_hand),
                      base::Required("related", &R::related_secrets)};
  }
  bool operator==(const Rotation&) const = default;
};

/// When somebody has to look whether `rotation` is to begin; nullopt when never: it is off, or has
/// no schedule. Within a window that is open the moment is the same for each `seed` (a number of
/// the secret's own), at most 15 minutes in and a minute before its end, so that not all secrets
/// rotate at the same second. At or before `now` when the moment has come.
[[nodiscard]] std::optional<Timestamp> NextLook(const Rotation& rotation, Timestamp now,
                                                std::uint64_t seed);

/// The same after a look that came to nothing, or began what is not over yet: in the next window.
[[nodiscard]] std::optional<Timestamp> LookInNextWindow(const Rotation& rotation, Timestamp now,
                                                        std::uint64_t seed);

/// What a look finds.
enum class RotationFinding : std::uint8_t {
  kNothing,  ///< It was too early.
  kBegin,
  kOverdue,  ///< A window closed without a rotation and this schedule waits for the next one.
};
[[nodiscard]] RotationFinding LookAt(const Rotation& rotation, Timestamp now, std::uint64_t seed);

/// A number that spreads secrets over a window: always the same for the same text.
[[nodiscard]] std::uint64_t RotationSeed(std::string_view secret_arn);

}  // namespace coffer::secrets
