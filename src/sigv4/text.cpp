#include "sigv4/text.h"

#include <algorithm>

namespace coffer::sigv4 {

std::string Echo(std::string_view text) {
  constexpr std::size_t kLongest = 1024;
  std::string echo(text.substr(0, kLongest));
  std::ranges::replace_if(
      echo, [](char c) { return c < ' ' || c > '~'; }, '?');
  return echo;
}

std::string Concatenate(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

}  // namespace coffer::sigv4
