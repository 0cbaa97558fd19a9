#include "keyring/ciphertext.h"
#include "keyring/envelope.h"
#include "keyring/master_key.h"
#include "keyring_fixture.h"
#include "support/hex.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

namespace coffer::keyring {
namespace {

/// Records of format 1 as they were written once: a release that cannot open them cannot open its
/// users' data.
class GoldenRecordTest : public ::testing::Test {
 protected:
  GoldenRecordTest() {
    std::ifstream file(COFFER_SOURCE_DIR "/tests/data/envelope_v1.txt");
    for (std::string line; std::getline(file, line);) {
      const std::size_t blank = line.find(' ');
      golden_.emplace(line.substr(0, blank), line.substr(blank + 1));
    }
    for (const std::string name : {"installation_id", "master_key_version", "row_mac_key"}) {
      database_.PutMeta(name, GoldenBytes(name));
    }
  }

  [[nodiscard]] const std::string& Golden(const std::string& name) const {
    return golden_.at(name);
  }
  [[nodiscard]] std::vector<std::byte> GoldenBytes(const std::string& name) const {
    return test::Bytes(Golden(name));
  }
  [[nodiscard]] secrets::KeyId KeyId() const {
    secrets::KeyId id{};
    std::ranges::copy(GoldenBytes("key_id"), id.begin());
    return id;
  }
  void InsertKey(const Keyring& keyring) {
    store::KeyRow row;
    row.id = KeyId();
    row.account = Golden("account");
    row.region = Golden("region");
    row.name = Golden("key_name");
    store::KeyVersionRow version;
    version.id = row.id;
    version.version = 1;
    version.master_version = 1;
    version.wrapped = GoldenBytes("wrapped_key");
    database_.get().Write([&](Transaction& transaction) {
      store::KeyStore(keyring.row_mac()).InsertKey(transaction, row, version);
    });
  }
  /// The golden value `name`, opened.
  [[nodiscard]] Result<Value> Open(Keyring& keyring, const std::string& name) {
    secrets::Secret secret;
    secret.address = {Golden("account"), Golden("region"), Golden("secret_name")};
    secret.arn_suffix = Golden("secret_suffix");
    const store::SealedValue sealed{KeyId(), 1, GoldenBytes(name + "_wrapped_data_key"),
                                    GoldenBytes(name + "_record")};
    const Envelope envelope(keyring, random_);
    return database_.Read([&](Transaction& transaction) {
      return envelope.Open(transaction, secret, Golden(name + "_version_id"), sealed);
    });
  }

  MemoryDatabase database_;
  test::FakeRandom random_;
  test::FakeClock clock_;

 private:
  std::map<std::string, std::string> golden_;
};

TEST_F(GoldenRecordTest, CiphertextsOfFormat1Open) {
  Keyring keyring(database_.get(), SecretBytes(GoldenBytes("master_key")), random_, clock_);
  InsertKey(keyring);

  const auto opened = database_.Read([&](Transaction& transaction) {
    const auto key = keyring.key_store().FindKey(transaction, KeyId());
    return OpenCiphertext(keyring, transaction, *key,
                          {{"purpose", "test"}, {"department", "10103.0"}},
                          GoldenBytes("ciphertext_blob"));
  });

  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(test::Hex(opened->Expose()), Golden("ciphertext_plaintext"));
}

TEST_F(GoldenRecordTest, RecordsOfFormat1Open) {
  Keyring keyring(database_.get(), SecretBytes(GoldenBytes("master_key")), random_, clock_);
  InsertKey(keyring);

  const auto text = Open(keyring, "text");
  const auto binary = Open(keyring, "binary");

  ASSERT_THAT(text, test::IsOk());
  EXPECT_EQ(text->kind, ValueKind::kText);
  EXPECT_EQ(test::Hex(text->bytes.Expose()), Golden("text_value"));
  ASSERT_THAT(binary, test::IsOk());
  EXPECT_EQ(binary->kind, ValueKind::kBinary);
  EXPECT_EQ(test::Hex(binary->bytes.Expose()), Golden("binary_value"));
}

TEST_F(GoldenRecordTest, AccessKeySecretOfFormat1Opens) {
  const Keyring keyring(database_.get(), SecretBytes(GoldenBytes("master_key")), random_, clock_);
  store::AccessKeyRow row;
  row.access_key_id = Golden("access_key_id");
  row.account = Golden("account");
  row.sealed_secret = GoldenBytes("sealed_access_key");

  const auto secret = keyring.OpenAccessKey(row);

  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->ExposeText(), Golden("access_key_secret"));
}

TEST_F(GoldenRecordTest, AnotherMasterKeyDoesNotOpenThem) {
  auto master_key = GoldenBytes("master_key");
  master_key.back() ^= std::byte{1};

  EXPECT_THROW(Keyring(database_.get(), SecretBytes(master_key), random_, clock_), MasterKeyError);
}

}  // namespace
}  // namespace coffer::keyring
