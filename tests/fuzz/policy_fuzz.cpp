#include "policy/resource_policy.h"
#include "policy/pretty_print.h"

#include <cstdint>
#include <cstdlib>

// A resource policy is a document within a document: the caller writes all of it.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!coffer::policy::CheckResourcePolicy(text)) return 0;

  const std::string pretty = coffer::policy::PrettyPrint(text);

  const bool holds = coffer::policy::CheckResourcePolicy(pretty).has_value() &&
                     coffer::policy::PrettyPrint(pretty) == pretty;
  if (!holds) std::abort();
  return 0;
}
