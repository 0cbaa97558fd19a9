#pragma once

#include "base/shape.h"
#include "coffer/error.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {

/// Where a value is in the request: a chain on the stack, spelled out for a message alone.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;     ///< Wire name of a member; empty for an element of a list.
  std::size_t position = 0;  ///< Of an element, from 1.
};

/// Collects what is wrong with the members of one request, in AWS's words.
class Violations {
 public:
  void AddMissing(const Path& path);
  /// Length, pattern and enum of a string.
  void CheckText(const Path& path, const base::Constraint& constraint, std::string_view text);
  /// The number of items, and each item.
  void CheckTexts(const Path& path, const base::Constraint& constraint,
                  std::span<const std::string> texts);
  void CheckInteger(const Path& path, const base::Constraint& constraint, std::int64_t value);
  /// The length of something that is not echoed: a secret in bytes, a list of structures in items.
  void CheckSize(const Path& path, const base::Constraint& constraint, std::size_t size);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// All of them in one message.
  [[nodiscard]] ApiError ToError() const;

 private:
  /// `value` is what stands between `Value` and `at`.
  void Add(const Path& path, std::string_view value, std::string_view requirement);
  void AddAll(const Path& path, std::string_view value, std::span<const std::string> requirements);

  std::size_t count_ = 0;
  std::string details_;
};

}  // namespace coffer::api
