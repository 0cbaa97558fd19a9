#pragma once

#include "coffer/clock.h"
#include "secrets/rotation_rules.h"

#include <optional>

namespace coffer::secrets {

/// A time in which a rotation may start. It begins on the hour and never crosses the end of a UTC
/// day.
struct RotationWindow {
  Timestamp begin;
  Timestamp end;  ///< Not part of it.

  bool operator==(const RotationWindow&) const = default;
};

/// What happened to a secret, as far as schedules go.
struct RotationHistory {
  /// When the rules were last given to RotateSecret. Windows before it never were, and a rate in
  /// hours is counted from the midnight before it.
  Timestamp configured;
  std::optional<Timestamp> last_rotated;
  /// The last value that came from outside of a rotation: it counts as one for schedules.
  std::optional<Timestamp> last_changed_by_hand;
};

/// Where a schedule stands.
struct RotationTimes {
  /// The first window that nothing has used up: with a rotation or a change by hand (or the
  /// configuration) inside a window, that one is gone. It stays the same until the next such
  /// event, so that it may lie in the past.
  RotationWindow due;
  /// The window in which a rotation may start now.
  std::optional<RotationWindow> open;
  RotationWindow next;   ///< The first one that begins after now.
  bool overdue = false;  ///< `due` closed without being used.
};

/// The moment that schedules count from: the later one of the last rotation (of the configuration
/// when there was none) and of the last change by hand.
[[nodiscard]] Timestamp AnchorOf(const RotationHistory& history);

/// The windows of `schedule` around `now`:
///
/// - A rate in days, and AutomaticallyAfterDays: the whole day that is so many days after the
///   anchor's. Once it is over (or was before the configuration), each further day has a window
///   until a rotation happens.
/// - A rate in hours: windows 0, N, 2N, ... hours after the midnight before the configuration. They
///   go on from day to day, an hour long.
/// - cron: from each hour that it names to the end of the day; an hour long when it names several.
///   After a missed window that went to the end of the day the present day is open until the next
///   one; after any other the next one is waited for.
///
/// A duration replaces these lengths. The work does not depend on how far the times are apart.
/// All times lie between the years 1 and 30000.
[[nodiscard]] RotationTimes RotationTimesAt(const RotationSchedule& schedule,
                                            const RotationHistory& history, Timestamp now);

/// AWS: NextRotationDate, the last second of the window that is due. A failed rotation does not
/// move it.
[[nodiscard]] Timestamp NextRotationDate(const RotationSchedule& schedule,
                                         const RotationHistory& history);

/// AWS: RotationRules of DescribeSecret and ListSecrets. To an expression belongs a computed
/// AutomaticallyAfterDays: N of `rate(N days)`, otherwise the days from the date of the anchor (or
/// of a later configuration) to the date of the next rotation, at least 1.
[[nodiscard]] RotationRules Shown(RotationRules rules, const RotationHistory& history);

}  // namespace coffer::secrets
