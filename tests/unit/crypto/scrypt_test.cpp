#include "crypto/scrypt.h"

#include "base/encoding.h"
#include "crypto/crypto_error.h"
#include "support/hex.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace coffer::crypto {
namespace {

struct Vector {
  std::string_view passphrase;
  std::string_view salt;
  ScryptCost cost;
  std::string_view expected;
};

// RFC 7914 §12.
constexpr Vector kVectors[] = {
    {"",
     "",
     {16, 1, 1},
     "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
     "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"},
    {"password",
     "NaCl",
     {1024, 8, 16},
     "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
     "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"},
    {"pleaseletmein",
     "SodiumChloride",
     {16384, 8, 1},
     "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
     "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"},
};

TEST(ScryptTest, MatchesThePublishedVectors) {
  for (const Vector& vector : kVectors) {
    std::array<std::byte, 64> out{};
    Scrypt(base::AsBytes(vector.passphrase), base::AsBytes(vector.salt), vector.cost, out);
    EXPECT_EQ(test::Hex(out), vector.expected) << vector.passphrase;
  }
}

TEST(ScryptTest, TheUsualCostFitsIntoItsMemory) {
  std::array<std::byte, 32> out{};
  Scrypt(base::AsBytes("passphrase"), base::AsBytes("0123456789abcdef"), {}, out);
  EXPECT_NE(test::Hex(out), std::string(64, '0'));
}

TEST(ScryptTest, ACostThatIsNoneIsRefused) {
  std::array<std::byte, 32> out{};
  EXPECT_THROW(Scrypt({}, {}, {.n = 1000, .r = 8, .p = 1}, out), CryptoError);
}

}  // namespace
}  // namespace coffer::crypto
