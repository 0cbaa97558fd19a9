#pragma once

#include "keyring/keyring.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace coffer::keyring {

inline constexpr std::string_view kAccount = "123456789012";
inline constexpr std::string_view kRegion = "eu-central-1";

[[nodiscard]] inline SecretBytes MasterKey(int fill = 1) {
  SecretBytes key(32);
  for (std::byte& byte : key.ExposeWritable()) byte = static_cast<std::byte>(fill);
  return key;
}

/// An empty database in memory.
class MemoryDatabase {
 public:
  [[nodiscard]] Database& get() { return database_; }

  template <class Body>
  auto Write(const Body& body) {
    std::optional<decltype(body(std::declval<Transaction&>()))> answer;
    database_.Write([&](Transaction& transaction) { answer.emplace(body(transaction)); });
    return *std::move(answer);
  }
  template <class Body>
  auto Read(const Body& body) {
    std::optional<decltype(body(std::declval<Transaction&>()))> answer;
    database_.Read([&](Transaction& transaction) { answer.emplace(body(transaction)); });
    return *std::move(answer);
  }

  [[nodiscard]] std::optional<std::vector<std::byte>> Meta(std::string_view key) {
    return Read(
        [&](Transaction& transaction) { return store::KeyStore::FindMeta(transaction, key); });
  }
  void PutMeta(std::string_view key, std::span<const std::byte> value) {
    database_.Write(
        [&](Transaction& transaction) { store::KeyStore::PutMeta(transaction, key, value); });
  }

 private:
  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
};

}  // namespace coffer::keyring
