#pragma once

#include "base/reply_buffer.h"
#include "base/shape.h"
#include "json/document.h"
#include "json/writer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// Structures with `Members()` as JSON documents of the vault's own: what it stores and reads
/// again. There are no constraints here (requests have `api/json_codec.h`), and times are
/// milliseconds.
namespace coffer::json {

namespace shape {

template <base::Shape T>
void Write(Writer& writer, const T& value);
template <base::Shape T>
[[nodiscard]] bool Read(Value value, T& out);

inline void Write(Writer& writer, const std::string& value) { writer.String(value); }
inline void Write(Writer& writer, std::int64_t value) { writer.Integer(value); }
inline void Write(Writer& writer, bool value) { writer.Boolean(value); }
inline void Write(Writer& writer, Timestamp value) {
  writer.Integer(value.time_since_epoch().count());
}
template <class T>
void Write(Writer& writer, const std::vector<T>& values) {
  writer.BeginArray();
  for (const T& value : values) Write(writer, value);
  writer.EndArray();
}

template <class T>
void WriteMember(Writer& writer, std::string_view name, const T& value) {
  writer.Key(name);
  Write(writer, value);
}
template <class T>
void WriteMember(Writer& writer, std::string_view name, const std::optional<T>& value) {
  if (value) WriteMember(writer, name, *value);
}

template <base::Shape T>
void Write(Writer& writer, const T& value) {
  writer.BeginObject();
  std::apply(
      [&](const auto&... member) { (WriteMember(writer, member.name, value.*member.field), ...); },
      T::Members());
  writer.EndObject();
}

[[nodiscard]] inline bool Read(Value value, std::string& out) {
  if (value.kind() != Kind::kString) return false;
  out = value.text();
  return true;
}
[[nodiscard]] inline bool Read(Value value, std::int64_t& out) {
  if (value.kind() != Kind::kInteger) return false;
  out = value.integer();
  return true;
}
[[nodiscard]] inline bool Read(Value value, bool& out) {
  if (value.kind() != Kind::kBoolean) return false;
  out = value.boolean();
  return true;
}
[[nodiscard]] inline bool Read(Value value, Timestamp& out) {
  if (value.kind() != Kind::kInteger) return false;
  out = Timestamp(std::chrono::milliseconds(value.integer()));
  return true;
}
template <class T>
[[nodiscard]] bool Read(Value value, std::optional<T>& out) {
  return Read(value, out.emplace());
}
template <class T>
[[nodiscard]] bool Read(Value value, std::vector<T>& out) {
  if (value.kind() != Kind::kArray) return false;
  for (Value item = value.First(); item.valid(); item = item.Next()) {
    if (!Read(item, out.emplace_back())) return false;
  }
  return true;
}

template <class T, class Field>
[[nodiscard]] bool ReadMember(Value object, T& out, const base::Member<T, Field>& member) {
  Value found = object.First();
  while (found.valid() && found.key() != member.name) found = found.Next();
  if (!found.valid()) return !member.constraint.required;
  return Read(found, out.*member.field);
}

template <base::Shape T>
bool Read(Value value, T& out) {
  if (value.kind() != Kind::kObject) return false;
  return std::apply([&](const auto&... member) { return (ReadMember(value, out, member) && ...); },
                    T::Members());
}

}  // namespace shape

template <base::Shape T>
[[nodiscard]] std::string EncodeShape(const T& value) {
  base::ReplyBuffer out;
  Writer writer(out);
  shape::Write(writer, value);
  return std::string(out.body());
}

/// Nullopt when the text is not such a document. Members that are not known are passed over.
template <base::Shape T>
[[nodiscard]] std::optional<T> DecodeShape(std::string_view text) {
  constexpr Limits kNoLimits{.depth = 32, .values = 1 << 20, .key_bytes = 1 << 10};
  Document document;
  const auto root = document.Parse(text, kNoLimits);
  T value;
  if (!root || !shape::Read(*root, value)) return std::nullopt;
  return value;
}

}  // namespace coffer::json
