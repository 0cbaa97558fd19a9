#include "keyring/master_key_text.h"

#include "support/hex.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::keyring {
namespace {

const std::string kHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";
const std::string kUpper = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1EFF";
const std::string kBase64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8=";
const std::string kOther = std::string(64, 'a');
const std::string kRaw(32, 'k');

std::string Keys(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::string(62, 'c') + std::to_string(10 + i) + "\n";
  return text;
}

struct Case {
  std::string name;
  std::string text;
  bool may_be_raw;
  std::vector<std::string> keys;  ///< In hexadecimal; empty when the text is refused.
  std::string reason;
};

const Case kCases[] = {
    {"hexadecimal", kHex, false, {kHex}, ""},
    {"capitals", kUpper, false, {kHex}, ""},
    {"base64", kBase64, false, {kHex}, ""},
    {"blanks around", " \t\r\n" + kHex + " \r\n\n", false, {kHex}, ""},
    {"two lines", kHex + "\n" + kOther + "\n", false, {kHex, kOther}, ""},
    {"two lines of DOS", kHex + "\r\n" + kOther + "\r\n", false, {kHex, kOther}, ""},
    {"a blank between", kHex + " " + kOther, false, {kHex, kOther}, ""},
    {"both spellings", kBase64 + "\n" + kOther, false, {kHex, kOther}, ""},
    {"raw", kRaw, true, {test::Hex(std::as_bytes(std::span(kRaw)))}, ""},
    {"eight", Keys(8), false, {}, ""},  // Counted below.
    {"nine", Keys(9), false, {}, "more than 8"},
    {"the same twice", kHex + "\n" + kHex, false, {}, "twice"},
    {"the same in another spelling", kHex + "\n" + kBase64, false, {}, "twice"},
    {"raw where only text may be", kRaw, false, {}, "neither"},
    {"raw with a line feed", kRaw + "\n", true, {}, "neither"},
    {"raw, short", kRaw.substr(1), true, {}, "neither"},
    {"nothing", "", true, {}, "neither"},
    {"blanks alone", " \n\t", true, {}, "neither"},
    {"short", kHex.substr(1), false, {}, "neither"},
    {"long", kHex + "0", false, {}, "neither"},
    {"no digit", "g" + kHex.substr(1), false, {}, "neither"},
    {"base64 without padding", kBase64.substr(0, 43), false, {}, "neither"},
    {"base64 of 33 bytes", std::string(44, 'A'), false, {}, "neither"},
    {"a comment", "# old\n" + kHex, false, {}, "neither"},
    {"a good one and a bad one", kHex + "\nx", false, {}, "neither"},
    {"a comma", kHex + "," + kOther, false, {}, "neither"},
};

TEST(MasterKeyTextTest, TakesWhatIsAKeyAndNothingElse) {
  for (const Case& test : kCases) {
    const auto parsed = ParseMasterKeys(SecretBytes::FromText(test.text), test.may_be_raw);
    if (test.name == "eight") {
      EXPECT_TRUE(parsed && parsed->size() == 8);
      continue;
    }
    if (!test.reason.empty()) {
      ASSERT_FALSE(parsed) << test.name;
      EXPECT_NE(parsed.error().find(test.reason), std::string::npos) << parsed.error();
      continue;
    }
    ASSERT_TRUE(parsed) << test.name << ": " << parsed.error();
    std::vector<std::string> keys;
    for (const SecretBytes& key : *parsed) keys.push_back(test::Hex(key.Expose()));
    EXPECT_EQ(keys, test.keys) << test.name;
  }
}

TEST(MasterKeyTextTest, WhatIsFormattedCanBeParsed) {
  const auto keys = ParseMasterKeys(SecretBytes::FromText(kUpper + " " + kOther), false);
  ASSERT_TRUE(keys);

  EXPECT_EQ(FormatMasterKeys(*keys).ExposeText(), kHex + "\n" + kOther + "\n");
}

}  // namespace
}  // namespace coffer::keyring
