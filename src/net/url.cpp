#include "net/url.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace coffer::net {
namespace {

bool IsPort(std::string_view text) {
  std::uint16_t port = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), port);
  return text.size() <= 5 && result.ptr == text.data() + text.size() && result.ec == std::errc();
}

bool IsPlain(char c) { return c > ' ' && c < 0x7F && c != '#' && c != '\\'; }

// `host`, `host:port`, `[address]` or `[address]:port`.
bool SplitAuthority(std::string_view authority, Url& url) {
  if (authority.find('@') != std::string_view::npos) return false;
  std::size_t end = authority.find(':');
  if (authority.starts_with('[')) {
    end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = authority.substr(1, end - 1);
    ++end;
  } else {
    url.host = authority.substr(0, end);
  }
  if (url.host.empty()) return false;
  if (end >= authority.size()) return true;
  url.port = authority.substr(end + 1);
  return authority[end] == ':' && IsPort(url.port);
}

}  // namespace

std::optional<Url> ParseUrl(std::string_view text) {
  Url url;
  if (!std::ranges::all_of(text, IsPlain)) return std::nullopt;
  if (text.starts_with("https://")) {
    url.secure = true;
  } else if (!text.starts_with("http://")) {
    return std::nullopt;
  }
  text.remove_prefix(url.secure ? 8 : 7);
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  url.authority = text.substr(0, end);
  url.target = text.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  url.port = url.secure ? "443" : "80";
  if (!SplitAuthority(url.authority, url)) return std::nullopt;
  return url;
}

}  // namespace coffer::net
