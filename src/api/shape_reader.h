#pragma once

#include "api/violations.h"
#include "base/shape.h"

#include <optional>
#include <tuple>
#include <vector>

/// Fills a request's structure from its member list, for every protocol: a reader finds and checks
/// single values in one protocol's requests (`RequestReader`, `QueryReader`), and what depends on
/// the structure's type is here.
namespace coffer::api::codec {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsListOfShapes = false;
template <base::Shape T>
inline constexpr bool kIsListOfShapes<std::vector<T>> = true;

template <base::Shape T>
inline constexpr auto kMembers = T::Members();

/// A value of the request, as its protocol has it, with its place and what is demanded of it.
template <class Value>
struct FoundIn {
  Value value;
  Path path;
  const base::Constraint& constraint;
};

/// Answers false when a value is of the wrong type, which ends the reading; the reader knows why. A
/// broken constraint does not.
template <class Reader, class Value, base::Shape T>
[[nodiscard]] bool ReadShape(Reader& reader, const Value& object, const Path* parent, T& out);

template <class Reader, class Found, class T>
[[nodiscard]] bool ReadValue(Reader& reader, const Found& found, T& out) {
  if constexpr (kIsOptional<T>) {
    return ReadValue(reader, found, out.emplace());
  } else if constexpr (base::Shape<T>) {
    return ReadShape(reader, found.value, &found.path, out);
  } else if constexpr (kIsListOfShapes<T>) {
    return reader.ReadList(found, [&](const Found* element) {
      auto& shape = out.emplace_back();
      return element == nullptr || ReadValue(reader, *element, shape);
    });
  } else {
    return reader.Read(found, out);
  }
}

template <class Reader, class Value, base::Shape T>
bool ReadShape(Reader& reader, const Value& object, const Path* parent, T& out) {
  if (!reader.ExpectObject(object)) return false;
  const auto read = [&](const auto& member) {
    const auto found = reader.Find(object, Path{parent, member.name}, member.constraint);
    return !found || ReadValue(reader, *found, out.*member.field);
  };
  return std::apply([&](const auto&... members) { return (read(members) && ...); }, kMembers<T>);
}

}  // namespace coffer::api::codec
