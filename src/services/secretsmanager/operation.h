#pragma once

#include <cstdint>
#include <string_view>

namespace coffer::services::secretsmanager {

/// What an operation is authorized on, and so which arguments its handler takes.
enum class Authorizes : std::uint8_t {
  kSecret,          ///< request.secret_id must exist: (Context&, const AuthorizedSecret&, request)
  kSecretIfExists,  ///< may be missing: (Context&, const std::optional<AuthorizedSecret>&, request)
  /// request.secret_id must exist where it is given, else the caller's account:
  /// (Context&, const std::optional<AuthorizedSecret>&, request)
  kSecretIfGiven,
  kNewSecret,  ///< request.name, which is to be made: (Context&, request)
  kAccount,    ///< the caller's account: (Context&, request)
};

// A request that needs more permissions than that of its own name has
//   std::vector<std::string_view> FurtherOperations() const;
// which are authorized on the same. Operations that write are refused on a replica, unless the
// request has
//   bool IsAllowedOnReplica() const;
// and it answers true.

/// Which kind of transaction it runs in.
enum class Access : std::uint8_t {
  kRead,        ///< One snapshot of the database.
  kCachedRead,  ///< The same, and the store may answer from its cache of sealed values.
  kWrite,
};

/// One row of the operation table: the wire name and the handler, whose signature says what it
/// decodes and encodes.
template <auto Handler>
struct Operation {
  static constexpr auto kHandler = Handler;
  std::string_view name;
  Authorizes authorizes;
  Access access;
};

}  // namespace coffer::services::secretsmanager
