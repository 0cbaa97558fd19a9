#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// The types that conditions compare, read from the texts of policies and requests. Nullopt where a
/// text is not of the type: it then fits nothing.
namespace coffer::policy {

/// A decimal number; no blanks, no sign but `-`, no hexadecimal, infinity or NaN.
[[nodiscard]] std::optional<long double> ParseNumber(std::string_view text);

/// Milliseconds since 1970 of a W3C date (a year, a month, a day, or a time with `Z`, an offset or
/// none, which is UTC) or of epoch seconds. Four digits are a year.
[[nodiscard]] std::optional<std::int64_t> ParseDate(std::string_view text);

/// `true` or `false` in any letter case.
[[nodiscard]] std::optional<bool> ParseBool(std::string_view text);

/// The bytes behind standard base64.
[[nodiscard]] std::optional<std::vector<std::byte>> ParseBinary(std::string_view text);

/// An address and how many of its leading bits count. An IPv4 address mapped into IPv6 is the IPv4
/// address.
struct AddressRange {
  std::array<std::uint8_t, 16> address{};
  bool is_v6 = false;
  int prefix_bits = 0;

  [[nodiscard]] bool Contains(const AddressRange& single) const;
};
/// An address, or a range in CIDR notation. Bits behind the prefix are ignored.
[[nodiscard]] std::optional<AddressRange> ParseAddressRange(std::string_view text);

}  // namespace coffer::policy
