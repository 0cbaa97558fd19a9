#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace coffer::base::log {
namespace {

using testing::EndsWith;
using testing::MatchesRegex;

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    SetLevel(Level::kDebug);
    testing::internal::CaptureStderr();
  }
  void TearDown() override { SetLevel(Level::kInfo); }

  static std::string Written() {
    Flush();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesOneLineWithTimeLevelEventAndFields) {
  Info("server_ready", {{"port", 4566}, {"profile", "development"}});

  EXPECT_THAT(Written(),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                           "info server_ready port=4566 profile=development\n"));
}

TEST_F(LogTest, NamesEachLevel) {
  Debug("a");
  Info("b");
  Warning("c");
  Error("d");

  EXPECT_THAT(Written(),
              MatchesRegex("[^ ]+ debug a\n[^ ]+ info b\n[^ ]+ warning c\n[^ ]+ error d\n"));
}

TEST_F(LogTest, QuotesAndEscapesValuesSoThatNoneForgesALineOrAField) {
  struct Case {
    std::string_view value;
    std::string_view written;
  };
  const Case cases[] = {
      {"plain-value/1:2", "plain-value/1:2"},
      {"", R"("")"},
      {"two words", R"("two words")"},
      {"key=value", R"("key=value")"},
      {R"(say "no")", R"("say \"no\"")"},
      {R"(back\slash)", R"("back\\slash")"},
      {"a\n2026-01-01T00:00:00.000Z error forged",
       R"("a\x0a2026-01-01T00:00:00.000Z error forged")"},
      {"\r\t\x1b[31m\x7f", R"("\x0d\x09\x1b[31m\x7f")"},
      {std::string_view("\0", 1), R"("\x00")"},
      {"\u2028\u0085", R"("\xe2\x80\xa8\xc2\x85")"},
      {"%v {} %n", R"("%v {} %n")"},
  };
  for (const Case& c : cases) {
    Info("event", {{"value", c.value}});
    EXPECT_THAT(Written(), EndsWith(" info event value=" + std::string(c.written) + "\n"));
    testing::internal::CaptureStderr();
  }
  Written();
}

TEST_F(LogTest, WritesNumbersOfEitherSign) {
  Info("event", {{"low", std::numeric_limits<std::int64_t>::min()}, {"size", std::size_t{7}}});

  EXPECT_THAT(Written(), EndsWith(" info event low=-9223372036854775808 size=7\n"));
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  SetLevel(Level::kWarning);
  Info("quiet");
  Warning("loud");
  SetLevel(Level::kOff);
  Error("silent");

  EXPECT_THAT(Written(), MatchesRegex("[^ ]+ warning loud\n"));
}

TEST(ParseLevelTest, KnowsTheFiveNamesAndNoOthers) {
  const std::pair<std::string_view, Level> known[] = {{"debug", Level::kDebug},
                                                      {"info", Level::kInfo},
                                                      {"warning", Level::kWarning},
                                                      {"error", Level::kError},
                                                      {"off", Level::kOff}};
  for (const auto& [name, expected] : known) {
    Level level = Level::kInfo;
    EXPECT_TRUE(ParseLevel(name, level));
    EXPECT_EQ(level, expected);
  }
  Level untouched = Level::kError;
  for (const std::string_view name : {"", "INFO", "warn", "info "}) {
    EXPECT_FALSE(ParseLevel(name, untouched)) << name;
  }
  EXPECT_EQ(untouched, Level::kError);
}

}  // namespace
}  // namespace coffer::base::log
