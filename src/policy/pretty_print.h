#pragma once

#include <string>
#include <string_view>

namespace coffer::policy {

/// The document as GetResourcePolicy returns it: member order kept, Jackson's pretty form (two
/// blanks of indentation, `"Key" : value`, arrays as `[ {` … `} ]`). `document` has been checked.
[[nodiscard]] std::string PrettyPrint(std::string_view document);

}  // namespace coffer::policy
