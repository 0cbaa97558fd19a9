#include "policy/findings.h"
#include "policy/pretty_print.h"
#include "policy/resource_policy.h"

#include <cstdint>
#include <cstdlib>

// A resource policy is a document within a document: the caller writes all of it.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto findings = coffer::policy::Examine(text, std::nullopt);
  const bool is_refused = !coffer::policy::CheckResourcePolicy(text).has_value();
  // What is refused has a finding that says why.
  if (is_refused && findings.empty()) std::abort();
  if (is_refused) return 0;

  const std::string pretty = coffer::policy::PrettyPrint(text);

  const bool holds = coffer::policy::CheckResourcePolicy(pretty).has_value() &&
                     coffer::policy::PrettyPrint(pretty) == pretty;
  if (!holds) std::abort();
  return 0;
}
