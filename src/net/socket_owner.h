#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <sys/types.h>

namespace coffer::net {

/// The user that owns the socket on 127.0.0.1:`peer_port` that is connected to
/// 127.0.0.1:`own_port`, by a table in the form of /proc/net/tcp or /proc/net/tcp6 (proc(5)), where
/// sockets for both families are. Nullopt when there is no such connection.
[[nodiscard]] std::optional<uid_t> OwnerInTable(std::string_view table, std::uint16_t peer_port,
                                                std::uint16_t own_port);

/// The same by the kernel's tables of now. Loopback has no other way to tell who calls.
[[nodiscard]] std::optional<uid_t> OwnerOfPeer(std::uint16_t peer_port, std::uint16_t own_port);

}  // namespace coffer::net
