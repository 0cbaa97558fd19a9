#pragma once

#include "api/violations.h"
#include "base/shape.h"
#include "coffer/clock.h"
#include "coffer/result.h"
#include "json/document.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {

/// A value of the request with its place and what is demanded of it.
struct Found {
  json::Value value;
  Path path;
  const base::Constraint& constraint;
};

/// The part of decoding that does not depend on the request's type. A value of the wrong type ends
/// the reading (the functions answer false); a broken constraint is noted, so that one error can
/// name them all.
class RequestReader {
 public:
  /// The member `path.name` of `object`, unless it is absent or null, which is a violation when it
  /// is required.
  [[nodiscard]] std::optional<Found> Find(json::Value object, const Path& path,
                                          const base::Constraint& constraint);
  /// Element `position` (from 1) of a list, unless it is null, which is a violation.
  [[nodiscard]] std::optional<Found> Element(const Found& list, json::Value value,
                                             std::size_t position);

  [[nodiscard]] bool ExpectObject(json::Value value);
  /// The list's own size is checked, its elements are the caller's business.
  [[nodiscard]] bool ReadListOfObjects(const Found& found);
  [[nodiscard]] bool Read(const Found& found, std::string& out);
  [[nodiscard]] bool Read(const Found& found, std::int64_t& out);
  [[nodiscard]] bool Read(const Found& found, bool& out);
  [[nodiscard]] bool Read(const Found& found, Timestamp& out);
  [[nodiscard]] bool Read(const Found& found, base::SecretText& out);
  [[nodiscard]] bool Read(const Found& found, base::SecretBlob& out);
  [[nodiscard]] bool Read(const Found& found, std::vector<std::string>& out);

  /// After everything has been read, or reading ended early.
  [[nodiscard]] Result<void> Finish() const;

 private:
  /// Notes that `value` is no `type`, and answers false.
  bool Mismatch(json::Value value, std::string_view type);
  [[nodiscard]] bool ReadText(json::Value value, std::string& out);

  std::optional<std::string> mismatch_;
  Violations violations_;
};

}  // namespace coffer::api
