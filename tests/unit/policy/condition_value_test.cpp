#include "policy/condition_value.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {
namespace {

using namespace std::string_view_literals;

TEST(ConditionValueTest, NumbersAreDecimal) {
  struct Row {
    std::string_view text;
    long double value;
  };
  for (const Row& row : std::vector<Row>{{"0", 0},
                                         {"7", 7},
                                         {"7.0", 7},
                                         {"007", 7},
                                         {"-3", -3},
                                         {"-0", 0},
                                         {"0.5", 0.5L},
                                         {"1e3", 1000},
                                         {"9007199254740993", 9007199254740993.0L}}) {
    EXPECT_EQ(ParseNumber(row.text), row.value) << row.text;
  }
  EXPECT_EQ(ParseNumber("0.1"), ParseNumber("0.10"));
}

TEST(ConditionValueTest, OtherTextsAreNoNumbers) {
  for (const std::string_view text : {"", " ", "seven", " 7", "7 ", "+7", "0x10", "1,5", "7s",
                                      "inf", "-infinity", "nan", "1e999999", "--1", "1.2.3"}) {
    EXPECT_FALSE(ParseNumber(text).has_value()) << text;
  }
}

TEST(ConditionValueTest, DatesAreOfTheFormsOfW3C) {
  struct Row {
    std::string_view text;
    std::int64_t milliseconds;
  };
  constexpr std::int64_t kNoon = 1'768'478'400'000;  // 2026-01-15T12:00:00Z
  for (const Row& row : std::vector<Row>{
           {"1970", 0},
           {"1970-01", 0},
           {"1970-01-01", 0},
           {"2026-01-15", kNoon - 43'200'000},
           {"2026-01-15T12:00Z", kNoon},
           {"2026-01-15T12:00:00Z", kNoon},
           {"2026-01-15T12:00:00", kNoon},
           {"2026-01-15T12:00:00.5Z", kNoon + 500},
           {"2026-01-15T12:00:00.0019Z", kNoon + 1},
           {"2026-01-15T14:00:00+02:00", kNoon},
           {"2026-01-15T14:00:00+0200", kNoon},
           {"2026-01-15T04:30:00.25-07:30", kNoon + 250},
           {"2026-01-16T01:00+13:00", kNoon},
           {"2024-02-29", 1'709'164'800'000},
           {"1969-12-31T23:59:59Z", -1000},
           // Seconds, unless they could be a year.
           {"0", 0},
           {"1768478400", kNoon},
           {"2026", 1'767'225'600'000},
           {"02026", 2'026'000},
           {"253402300799", 253'402'300'799'000},
       }) {
    EXPECT_EQ(ParseDate(row.text), row.milliseconds) << row.text;
  }
}

TEST(ConditionValueTest, OtherTextsAreNoDates) {
  for (const std::string_view text : {"",
                                      "now",
                                      "-1",
                                      "26-01-15",
                                      "2026-1-5",
                                      "2026-13",
                                      "2026-00",
                                      "2026-02-29",
                                      "2026-01-32",
                                      "2026-01-15 12:00",
                                      "2026-01-15T",
                                      "2026-01-15T12",
                                      "2026-01-15T24:00Z",
                                      "2026-01-15T12:60Z",
                                      "2026-01-15T23:59:60Z",
                                      "2026-01-15T12:00:00.Z",
                                      "2026-01-15T12:00:00z",
                                      "2026-01-15Z",
                                      "2026-01-15T12:00:00+2",
                                      "2026-01-15T12:00:00+24:00",
                                      "2026-01-15T12:00:00Z ",
                                      "1768478400.5",
                                      "253402300800",
                                      "99999999999999999999"}) {
    EXPECT_FALSE(ParseDate(text).has_value()) << text;
  }
}

TEST(ConditionValueTest, BooleansAreTwoWords) {
  EXPECT_EQ(ParseBool("true"), true);
  EXPECT_EQ(ParseBool("TRUE"), true);
  EXPECT_EQ(ParseBool("False"), false);
  for (const std::string_view text : {"", "1", "0", "yes", "true ", "tru", "truee"}) {
    EXPECT_FALSE(ParseBool(text).has_value()) << text;
  }
}

TEST(ConditionValueTest, BinariesAreStandardBase64) {
  EXPECT_EQ(ParseBinary(""), std::vector<std::byte>{});
  EXPECT_EQ(ParseBinary("AAE="), (std::vector<std::byte>{std::byte{0}, std::byte{1}}));
  EXPECT_EQ(ParseBinary("/+8="), (std::vector<std::byte>{std::byte{0xFF}, std::byte{0xEF}}));
  for (const std::string_view text : {"A", "AAE", "AAE=\n", "AAF=", "_-8=", "AA=E", "===="}) {
    EXPECT_FALSE(ParseBinary(text).has_value()) << text;
  }
}

TEST(ConditionValueTest, RangesHoldTheAddressesOfTheirPrefix) {
  struct Row {
    std::string_view range;
    std::string_view address;
    bool holds;
  };
  for (const Row& row : std::vector<Row>{
           {"203.0.113.10", "203.0.113.10", true},
           {"203.0.113.10", "203.0.113.11", false},
           {"203.0.113.10/32", "203.0.113.10", true},
           {"203.0.113.0/24", "203.0.113.255", true},
           {"203.0.113.0/24", "203.0.114.0", false},
           {"203.0.113.77/24", "203.0.113.1", true},
           {"203.0.113.8/29", "203.0.113.15", true},
           {"203.0.113.8/29", "203.0.113.16", false},
           {"128.0.0.0/1", "127.255.255.255", false},
           {"0.0.0.0/0", "203.0.113.10", true},
           {"2001:db8::/32", "2001:db8:ffff::1", true},
           {"2001:db8::/32", "2001:db9::1", false},
           {"2001:db8::1", "2001:DB8:0:0::1", true},
           {"2001:db8::/33", "2001:db8:8000::", false},
           {"::/0", "2001:db8::1", true},
           // The families never hold each other,
           {"::/0", "203.0.113.10", false},
           {"0.0.0.0/0", "2001:db8::1", false},
           // but an IPv4 address mapped into IPv6 is the IPv4 address.
           {"203.0.113.0/24", "::ffff:203.0.113.10", true},
           {"::ffff:203.0.113.10", "203.0.113.10", true},
           {"::ffff:203.0.113.0/120", "203.0.113.10", true},
           {"::ffff:203.0.113.0/120", "203.0.114.10", false},
           {"::ffff:0:0/96", "203.0.113.10", true},
           {"::/0", "::ffff:203.0.113.10", false},
           // Of a range, all of it must be held.
           {"10.0.0.0/8", "10.1.0.0/16", true},
           {"10.1.0.0/16", "10.0.0.0/8", false},
       }) {
    const auto range = ParseAddressRange(row.range);
    const auto address = ParseAddressRange(row.address);
    ASSERT_TRUE(range.has_value()) << row.range;
    ASSERT_TRUE(address.has_value()) << row.address;
    EXPECT_EQ(range->Contains(*address), row.holds) << row.range << " " << row.address;
  }
}

TEST(ConditionValueTest, OtherTextsAreNoAddresses) {
  for (const std::string_view text : {""sv,
                                      "localhost"sv,
                                      "203.0.113"sv,
                                      "203.0.113.256"sv,
                                      "203.0.113.010"sv,
                                      "203.0.113.10/"sv,
                                      "203.0.113.10/33"sv,
                                      "203.0.113.10/-1"sv,
                                      "203.0.113.10/+8"sv,
                                      "203.0.113.10/8/8"sv,
                                      "203.0.113.10/0008"sv,
                                      " 203.0.113.10"sv,
                                      "203.0.113.10 "sv,
                                      "2001:db8::/129"sv,
                                      "2001:db8::1::2"sv,
                                      "fe80::1%eth0"sv,
                                      "[::1]"sv,
                                      "::ffff:203.0.113.0/95"sv,
                                      "::ffff:203.0.113.0/129"sv,
                                      "/8"sv,
                                      "203.0.113.10\0"sv,
                                      "203.0.113.10\0x/8"sv}) {
    EXPECT_FALSE(ParseAddressRange(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace coffer::policy
