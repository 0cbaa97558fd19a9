#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coffer::net {

/// The parts of an absolute http or https URL.
struct Url {
  bool secure = false;
  std::string host;       ///< Without the brackets of an IPv6 address.
  std::string port;       ///< `80` or `443` where none is given.
  std::string target;     ///< Path and query, at least `/`.
  std::string authority;  ///< As it goes into the Host header.
};
/// Nullopt for anything else: other schemes, user names, fragments, blanks, no host.
[[nodiscard]] std::optional<Url> ParseUrl(std::string_view text);

}  // namespace coffer::net
