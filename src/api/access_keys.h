#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/secret_bytes.h"
#include "keyring/keyring.h"
#include "sigv4/credential.h"
#include "store/key_store.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::api {

/// The access keys of root users. Those of the database are loaded once, sealed; the development
/// profile adds the built-in ones: `test` is root of the default account, twelve digits are root of
/// that account, and the secret of all of them is `test`.
/// Safe to call from any thread once constructed.
class AccessKeys final {
 public:
  struct Options {
    bool built_in = false;  ///< The development profile's keys.
    std::string default_account;
  };

  /// `keyring` must outlive this.
  AccessKeys(Database& database, const keyring::Keyring& keyring, Options options);

  /// Nullopt when the key is unknown.
  [[nodiscard]] std::optional<sigv4::Credential> Find(std::string_view access_key_id) const;
  [[nodiscard]] std::optional<std::uint64_t> Generation(std::string_view access_key_id) const;

  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  /// The account that a built-in key is root of.
  [[nodiscard]] std::optional<std::string> BuiltInAccount(std::string_view access_key_id) const;

  const keyring::Keyring& keyring_;
  Options options_;
  std::map<std::string, store::AccessKeyRow, std::less<>> rows_;
};

}  // namespace coffer::api
