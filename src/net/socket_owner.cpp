#include "net/socket_owner.h"

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

namespace coffer::net {
namespace {

// 127.0.0.1 as the kernel prints it on a little-endian machine; in IPv6 it comes after ::ffff:.
constexpr std::string_view kLoopback = "0100007F";
constexpr std::string_view kMappedLoopback = "0000000000000000FFFF00000100007F";
constexpr std::string_view kEstablished = "01";

std::string_view NextWord(std::string_view& line) {
  const std::size_t start = line.find_first_not_of(' ');
  if (start == std::string_view::npos) return line = {};
  const std::size_t end = std::min(line.find(' ', start), line.size());
  const std::string_view word = line.substr(start, end - start);
  line.remove_prefix(end);
  return word;
}

template <class Number>
std::optional<Number> ParseNumber(std::string_view text, int base) {
  Number number{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

bool IsLoopbackPort(std::string_view address, std::uint16_t port) {
  const std::size_t colon = std::min(address.find(':'), address.size());
  const std::string_view host = address.substr(0, colon);
  return (host == kLoopback || host == kMappedLoopback) && colon < address.size() &&
         ParseNumber<std::uint16_t>(address.substr(colon + 1), 16) == port;
}

std::string ReadAll(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::optional<uid_t> OwnerInTable(std::string_view table, std::uint16_t peer_port,
                                  std::uint16_t own_port) {
  while (!table.empty()) {
    const std::size_t end = std::min(table.find('\n'), table.size());
    std::string_view line = table.substr(0, end);
    table.remove_prefix(std::min(end + 1, table.size()));
    // sl local_address rem_address st tx:rx_queue tr:tm->when retrnsmt uid ...
    std::array<std::string_view, 8> words;
    for (std::string_view& word : words) word = NextWord(line);
    if (words[3] == kEstablished && IsLoopbackPort(words[1], peer_port) &&
        IsLoopbackPort(words[2], own_port)) {
      return ParseNumber<uid_t>(words[7], 10);
    }
  }
  return std::nullopt;
}

std::optional<uid_t> OwnerOfPeer(std::uint16_t peer_port, std::uint16_t own_port) {
  for (const char* const path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    if (const auto owner = OwnerInTable(ReadAll(path), peer_port, own_port)) return owner;
  }
  return std::nullopt;
}

}  // namespace coffer::net
