#pragma once

#include "api/form_fields.h"
#include "api/shape_reader.h"
#include "api/violations.h"
#include "base/shape.h"
#include "coffer/clock.h"
#include "coffer/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {

/// What `RequestReader` is for JSON: the part of decoding a request of the query protocol that does
/// not depend on its type. The same rules about wrong types and broken constraints hold.
class QueryReader {
 public:
  using Found = codec::FoundIn<FormNode>;

  /// The member `path.name` of `structure`, unless it is absent, which is a violation when it is
  /// required.
  [[nodiscard]] std::optional<Found> Find(const FormNode& structure, const Path& path,
                                          const base::Constraint& constraint);

  [[nodiscard]] bool ExpectObject(const FormNode& node);
  /// Checks the list's size and has `read` take each element. An empty list is the name of the list
  /// with an empty value; otherwise elements are numbered from 1, in any order, and gaps are
  /// closed.
  template <class ReadElement>
  [[nodiscard]] bool ReadList(const Found& list, ReadElement read);
  [[nodiscard]] bool Read(const Found& found, std::string& out);
  [[nodiscard]] bool Read(const Found& found, std::int64_t& out);
  [[nodiscard]] bool Read(const Found& found, bool& out);
  [[nodiscard]] bool Read(const Found& found, Timestamp& out);
  [[nodiscard]] bool Read(const Found& found, base::SecretText& out);
  [[nodiscard]] bool Read(const Found& found, base::EncodedDocument& out);
  [[nodiscard]] bool Read(const Found& found, std::vector<std::string>& out);

  /// After everything has been read, or reading ended early.
  [[nodiscard]] Result<void> Finish() const;

 private:
  /// In the order of their numbers; nullopt, and a mismatch is noted, when `list` is none.
  [[nodiscard]] std::optional<std::vector<FormNode>> Elements(const FormNode& list);
  /// The text of a node that has nothing below it; nullopt, and a mismatch is noted, for others.
  [[nodiscard]] std::optional<std::string_view> Text(const FormNode& node);
  /// Notes what is wrong, and answers false.
  bool Mismatch(std::string_view message);

  std::optional<std::string> mismatch_;
  Violations violations_;
};

template <class ReadElement>
bool QueryReader::ReadList(const Found& list, ReadElement read) {
  const auto elements = Elements(list.value);
  if (!elements) return false;
  violations_.CheckSize(list.path, list.constraint, elements->size());
  std::size_t position = 0;
  for (const FormNode& node : *elements) {
    const Path path{.parent = &list.path, .name = {}, .position = ++position};
    const Found element{node, path, list.constraint};
    if (!read(&element)) return false;
  }
  return true;
}

}  // namespace coffer::api
