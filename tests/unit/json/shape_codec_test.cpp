#include "json/shape_codec.h"

#include <gtest/gtest.h>

namespace coffer::json {
namespace {

struct Inner {
  std::string text;
  bool flag = false;

  static constexpr auto Members() {
    return std::tuple{base::Required("Text", &Inner::text), base::Required("Flag", &Inner::flag)};
  }
  bool operator==(const Inner&) const = default;
};

struct Outer {
  std::int64_t number = 0;
  Timestamp time;
  std::optional<std::string> maybe;
  std::vector<std::string> texts;
  std::vector<Inner> inners;

  static constexpr auto Members() {
    return std::tuple{base::Required("Number", &Outer::number),
                      base::Required("Time", &Outer::time), base::Optional("Maybe", &Outer::maybe),
                      base::Required("Texts", &Outer::texts),
                      base::Required("Inners", &Outer::inners)};
  }
  bool operator==(const Outer&) const = default;
};

TEST(ShapeCodecTest, ReadsWhatItWrote) {
  const Outer full{.number = -5,
                   .time = Timestamp(std::chrono::milliseconds(1'700'000'000'123)),
                   .maybe = "a \"quoted\" text\n",
                   .texts = {"größe", ""},
                   .inners = {{.text = "x", .flag = true}, {.text = "y"}}};
  for (const Outer& value : {full, Outer{}}) {
    EXPECT_EQ(DecodeShape<Outer>(EncodeShape(value)), value);
  }
}

TEST(ShapeCodecTest, TheFormIsPlainJson) {
  Outer value;
  value.number = 1;
  value.inners = {{.text = "t"}};
  EXPECT_EQ(EncodeShape(value),
            R"({"Number":1,"Time":0,"Texts":[],"Inners":[{"Text":"t","Flag":false}]})");
}

TEST(ShapeCodecTest, RefusesWhatIsNotSuchADocument) {
  for (const std::string_view text :
       {"", "[]", "{}", R"({"Text":"x"})", R"({"Text":1,"Flag":true})",
        R"({"Text":"x","Flag":"true"})", R"({"Text":null,"Flag":true})"}) {
    EXPECT_FALSE(DecodeShape<Inner>(text).has_value()) << text;
  }
}

TEST(ShapeCodecTest, PassesOverUnknownMembers) {
  EXPECT_TRUE(DecodeShape<Inner>(R"({"New":[1],"Text":"x","Flag":true})").has_value());
}

}  // namespace
}  // namespace coffer::json
