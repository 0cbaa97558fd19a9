#pragma once

#include <functional>
#include <string_view>

namespace coffer::base {

/// Lets an unordered container of std::string be asked with a view, together with std::equal_to<>.
struct TextHash : std::hash<std::string_view> {
  using is_transparent = void;
};

}  // namespace coffer::base
