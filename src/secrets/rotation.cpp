#include "secrets/rotation.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace coffer::secrets {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

// FNV-1a, and a last mix: texts that differ in one character must not get neighbouring numbers.
std::uint64_t Mixed(std::uint64_t hash) {
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccdULL;
  return hash ^ (hash >> 33U);
}

Timestamp StartIn(const RotationWindow& window, std::uint64_t seed) {
  constexpr milliseconds kLongestWait = minutes(15);
  const milliseconds room = window.end - window.begin - minutes(1);
  const auto spread = std::clamp(room, milliseconds(1), kLongestWait).count();
  const auto begin = static_cast<std::uint64_t>(window.begin.time_since_epoch().count());
  return window.begin + milliseconds(Mixed(seed ^ begin) % static_cast<std::uint64_t>(spread));
}

}  // namespace

void Rotation::set_rules(RotationRules rules) {
  automatically_after_days = rules.automatically_after_days;
  duration = std::move(rules.duration);
  schedule_expression = std::move(rules.schedule_expression);
}

std::optional<RotationSchedule> Rotation::schedule() const {
  const auto parsed = ParseRotationRules(rules());
  return parsed ? *parsed : std::nullopt;
}

std::optional<Timestamp> NextLook(const Rotation& rotation, Timestamp now, std::uint64_t seed) {
  if (!rotation.is_enabled) return std::nullopt;
  const auto schedule = rotation.schedule();
  if (!schedule) return std::nullopt;
  const RotationTimes times = RotationTimesAt(*schedule, rotation.history(), now);
  if (times.open) return StartIn(*times.open, seed);
  if (!times.overdue) return StartIn(times.due, seed);
  return StartIn(times.next, seed);
}

std::optional<Timestamp> LookInNextWindow(const Rotation& rotation, Timestamp now,
                                          std::uint64_t seed) {
  if (!rotation.is_enabled) return std::nullopt;
  const auto schedule = rotation.schedule();
  if (!schedule) return std::nullopt;
  const RotationTimes times = RotationTimesAt(*schedule, rotation.history(), now);
  // The first window may lie further ahead than the schedule's next: an anchor can use windows up.
  return StartIn(times.due.begin > now ? times.due : times.next, seed);
}

RotationFinding LookAt(const Rotation& rotation, Timestamp now, std::uint64_t seed) {
  if (!rotation.is_enabled) return RotationFinding::kNothing;
  const auto schedule = rotation.schedule();
  if (!schedule) return RotationFinding::kNothing;
  const RotationTimes times = RotationTimesAt(*schedule, rotation.history(), now);
  if (times.open) {
    return StartIn(*times.open, seed) <= now ? RotationFinding::kBegin : RotationFinding::kNothing;
  }
  return times.overdue ? RotationFinding::kOverdue : RotationFinding::kNothing;
}

std::uint64_t RotationSeed(std::string_view secret_arn) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : secret_arn) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return Mixed(hash);
}

}  // namespace coffer::secrets
