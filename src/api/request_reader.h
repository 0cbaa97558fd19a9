#pragma once

#include "api/shape_reader.h"
#include "api/violations.h"
#include "base/shape.h"
#include "coffer/clock.h"
#include "coffer/result.h"
#include "json/document.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {

/// The part of decoding that does not depend on the request's type. A value of the wrong type ends
/// the reading (the functions answer false); a broken constraint is noted, so that one error can
/// name them all.
class RequestReader {
 public:
  using Found = codec::FoundIn<json::Value>;

  /// The member `path.name` of `object`, unless it is absent or null, which is a violation when it
  /// is required.
  [[nodiscard]] std::optional<Found> Find(json::Value object, const Path& path,
                                          const base::Constraint& constraint);

  [[nodiscard]] bool ExpectObject(json::Value value);
  /// Checks the list's size and has `read` take each element; one that is null is a violation, and
  /// `read` is given none.
  template <class ReadElement>
  [[nodiscard]] bool ReadList(const Found& list, ReadElement read);
  [[nodiscard]] bool Read(const Found& found, std::string& out);
  [[nodiscard]] bool Read(const Found& found, std::int64_t& out);
  [[nodiscard]] bool Read(const Found& found, bool& out);
  [[nodiscard]] bool Read(const Found& found, Timestamp& out);
  [[nodiscard]] bool Read(const Found& found, base::SecretText& out);
  [[nodiscard]] bool Read(const Found& found, base::SecretBlob& out);
  [[nodiscard]] bool Read(const Found& found, std::vector<std::string>& out);
  /// An entry that is null is passed over, as AWS's parsers do with null members.
  [[nodiscard]] bool Read(const Found& found, std::map<std::string, std::string>& out);

  /// After everything has been read, or reading ended early.
  [[nodiscard]] Result<void> Finish() const;

 private:
  /// Element `position` (from 1) of a list, unless it is null, which is a violation.
  [[nodiscard]] std::optional<Found> Element(const Found& list, json::Value value,
                                             std::size_t position);
  [[nodiscard]] bool CheckList(const Found& list);
  /// Notes that `value` is no `type`, and answers false.
  bool Mismatch(json::Value value, std::string_view type);
  [[nodiscard]] bool ReadText(json::Value value, std::string& out);

  std::optional<std::string> mismatch_;
  Violations violations_;
};

template <class ReadElement>
bool RequestReader::ReadList(const Found& list, ReadElement read) {
  if (!CheckList(list)) return false;
  std::size_t position = 0;
  for (json::Value item = list.value.First(); item.valid(); item = item.Next()) {
    const auto element = Element(list, item, ++position);
    if (!read(element ? &*element : nullptr)) return false;
  }
  return true;
}

}  // namespace coffer::api
