#include "base/http_message.h"

#include "base/ascii.h"

namespace coffer::base {

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (ToLower(text[i]) != lower[i]) return false;
  }
  return true;
}

std::string_view HttpRequest::Header(std::string_view lower_case_name) const {
  for (const HttpHeader& header : headers) {
    if (EqualsIgnoringCase(header.name, lower_case_name)) return header.value;
  }
  return {};
}

}  // namespace coffer::base
