#include "api/violations.h"

#include "base/encoding.h"

#include <algorithm>

namespace coffer::api {

namespace {

// Enough to recognize a value; a request of megabytes does not come back whole.
constexpr std::size_t kEchoBytes = 1024;

using Requirements = std::vector<std::string>;

std::string AtLeast(std::string_view quantity, std::int64_t bound) {
  return "Member must have " + std::string(quantity) + " greater than or equal to " +
         std::to_string(bound);
}

std::string AtMost(std::string_view quantity, std::int64_t bound) {
  return "Member must have " + std::string(quantity) + " less than or equal to " +
         std::to_string(bound);
}

std::string Matching(const base::Pattern& pattern) {
  return "Member must satisfy regular expression pattern: " + std::string(pattern.pattern);
}

std::string Joined(std::span<const std::string_view> texts) {
  std::string joined = "[";
  for (const std::string_view text : texts) {
    if (joined.size() > 1) joined += ", ";
    joined += text;
  }
  return joined + "]";
}

std::string OneOf(std::span<const std::string_view> allowed) {
  return "Member must satisfy enum value set: " + Joined(allowed);
}

void RequireRange(const base::Range& range, std::string_view quantity, std::int64_t value,
                  Requirements& unmet) {
  if (value < range.min) unmet.push_back(AtLeast(quantity, range.min));
  if (value > range.max) unmet.push_back(AtMost(quantity, range.max));
}

std::int64_t LengthOf(std::string_view text) {
  return static_cast<std::int64_t>(base::CharacterCount(text));
}

bool IsAllowed(std::span<const std::string_view> allowed, std::string_view text) {
  return allowed.empty() || std::ranges::find(allowed, text) != allowed.end();
}

bool Matches(const base::Pattern& pattern, std::string_view text) {
  return pattern.matches == nullptr || pattern.matches(text);
}

bool IsGoodItem(const base::Constraint& constraint, std::string_view item) {
  const std::int64_t length = LengthOf(item);
  return length >= constraint.item_range.min && length <= constraint.item_range.max &&
         Matches(constraint.pattern, item) && IsAllowed(constraint.allowed, item);
}

/// AWS names every constraint of the items when one of them is bad, whichever it breaks.
std::string ItemRequirement(const base::Constraint& constraint) {
  Requirements all;
  const base::Range unbounded;
  if (constraint.item_range.max != unbounded.max) {
    all.push_back(AtMost("length", constraint.item_range.max));
  }
  if (constraint.item_range.min != unbounded.min) {
    all.push_back(AtLeast("length", constraint.item_range.min));
  }
  if (constraint.pattern.matches != nullptr) all.push_back(Matching(constraint.pattern));
  if (!constraint.allowed.empty()) all.push_back(OneOf(constraint.allowed));
  return "Member must satisfy constraint: " +
         Joined(std::vector<std::string_view>(all.begin(), all.end()));
}

/// `text` in quotes, cut between characters when it is long; nothing for a sensitive member.
std::string Echo(const base::Constraint& constraint, std::string_view text) {
  if (constraint.sensitive) return {};
  std::size_t size = std::min(text.size(), kEchoBytes);
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return "'" + std::string(text.substr(0, size)) + (size < text.size() ? "...'" : "'");
}

std::string EchoList(const base::Constraint& constraint, std::span<const std::string> texts) {
  return Echo(constraint, Joined(std::vector<std::string_view>(texts.begin(), texts.end())));
}

void AppendPath(std::string& out, const Path& path) {
  if (path.parent != nullptr) {
    AppendPath(out, *path.parent);
    out += '.';
  }
  if (path.position != 0) {
    out += std::to_string(path.position) + ".member";
    return;
  }
  const std::size_t start = out.size();
  out += path.name;
  // Names are ASCII and begin with a capital letter.
  out[start] = static_cast<char>(out[start] | 0x20);
}

}  // namespace

void Violations::AddMissing(const Path& path) { Add(path, "null", "Member must not be null"); }

void Violations::CheckText(const Path& path, const base::Constraint& constraint,
                           std::string_view text) {
  Requirements unmet;
  RequireRange(constraint.range, "length", LengthOf(text), unmet);
  if (!Matches(constraint.pattern, text)) unmet.push_back(Matching(constraint.pattern));
  if (!IsAllowed(constraint.allowed, text)) unmet.push_back(OneOf(constraint.allowed));
  if (!unmet.empty()) AddAll(path, Echo(constraint, text), unmet);
}

void Violations::CheckTexts(const Path& path, const base::Constraint& constraint,
                            std::span<const std::string> texts) {
  Requirements unmet;
  RequireRange(constraint.range, "length", static_cast<std::int64_t>(texts.size()), unmet);
  const bool all_good = std::ranges::all_of(
      texts, [&](const std::string& text) { return IsGoodItem(constraint, text); });
  if (!all_good) unmet.push_back(ItemRequirement(constraint));
  if (!unmet.empty()) AddAll(path, EchoList(constraint, texts), unmet);
}

void Violations::CheckInteger(const Path& path, const base::Constraint& constraint,
                              std::int64_t value) {
  Requirements unmet;
  RequireRange(constraint.range, "value", value, unmet);
  if (!unmet.empty()) AddAll(path, Echo(constraint, std::to_string(value)), unmet);
}

void Violations::CheckSize(const Path& path, const base::Constraint& constraint, std::size_t size) {
  Requirements unmet;
  RequireRange(constraint.range, "length", static_cast<std::int64_t>(size), unmet);
  AddAll(path, {}, unmet);
}

ApiError Violations::ToError() const {
  return {ErrorCode::kValidation, std::to_string(count_) + " validation error" +
                                      (count_ == 1 ? "" : "s") + " detected: " + details_};
}

void Violations::Add(const Path& path, std::string_view value, std::string_view requirement) {
  if (count_++ > 0) details_ += "; ";
  details_ += "Value ";
  if (!value.empty()) (details_ += value) += ' ';
  details_ += "at '";
  AppendPath(details_, path);
  details_ += "' failed to satisfy constraint: ";
  details_ += requirement;
}

void Violations::AddAll(const Path& path, std::string_view value,
                        std::span<const std::string> requirements) {
  for (const std::string& requirement : requirements) Add(path, value, requirement);
}

}  // namespace coffer::api
