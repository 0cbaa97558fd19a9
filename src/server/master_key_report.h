#pragma once

#include "base/shape.h"
#include "coffer/clock.h"
#include "keyring/wrapped_keys.h"
#include "store/master_key_store.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace coffer::server {

/// What `coffer key status` says of one version of the master key. Times are ISO 8601.
struct MasterKeyVersionReport {
  std::int64_t version = 0;
  std::string state;  ///< `current`, `rewrapping` (keys of it are being wrapped again), `retired`.
  std::string kind;   ///< `key` or `passphrase`.
  std::string created;
  std::int64_t age_days = 0;
  std::optional<std::string> retired;
  std::int64_t installation_keys = 0;  ///< How many it wraps, and so below.
  std::int64_t key_versions = 0;
  std::int64_t access_keys = 0;

  static constexpr auto Members() {
    using R = MasterKeyVersionReport;
    return std::tuple{base::Required("version", &R::version),
                      base::Required("state", &R::state),
                      base::Required("kind", &R::kind),
                      base::Required("created", &R::created),
                      base::Required("age_days", &R::age_days),
                      base::Optional("retired", &R::retired),
                      base::Required("installation_keys", &R::installation_keys),
                      base::Required("key_versions", &R::key_versions),
                      base::Required("access_keys", &R::access_keys)};
  }
};

/// What `coffer key status` says. Never a key.
struct MasterKeyReport {
  std::vector<std::string> sources;
  std::vector<MasterKeyVersionReport> versions;
  std::int64_t keys = 0;          ///< Key-encryption keys, of all accounts and regions.
  std::int64_t key_versions = 0;  ///< Of them.
  std::int64_t unreadable =
      0;  ///< Keys that could not be wrapped again; `coffer verify` names them.

  static constexpr auto Members() {
    using R = MasterKeyReport;
    return std::tuple{base::Required("sources", &R::sources),
                      base::Required("versions", &R::versions), base::Required("keys", &R::keys),
                      base::Required("key_versions", &R::key_versions),
                      base::Required("unreadable", &R::unreadable)};
  }
};

/// Of the rows of all versions, and what each of them wraps.
[[nodiscard]] std::vector<MasterKeyVersionReport> ReportVersions(
    const std::vector<store::MasterKeyRow>& rows,
    const std::map<std::uint32_t, keyring::WrappedKeyCounts>& counts, Timestamp now);

/// For people, one line for each version.
[[nodiscard]] std::string Show(const MasterKeyReport& report);

}  // namespace coffer::server
