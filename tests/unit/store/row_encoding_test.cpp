#include "store/row_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace coffer::store {
namespace {

std::vector<int> Numbers(const RowEncoder& row) {
  std::vector<int> numbers;
  for (const std::byte byte : row.bytes()) numbers.push_back(std::to_integer<int>(byte));
  return numbers;
}

TEST(RowEncodingTest, EveryItemIsKindLengthAndBytes) {
  RowEncoder row("t");
  row.Text("ab");
  row.OptionalText(std::nullopt);
  row.Integer(-2);

  EXPECT_THAT(Numbers(row), testing::ElementsAre(1, 0, 0, 0, 1, 't',                 //
                                                 1, 0, 0, 0, 2, 'a', 'b',            //
                                                 0, 0, 0, 0, 0,                      //
                                                 3, 0, 0, 0, 8, 255, 255, 255, 255,  //
                                                 255, 255, 255, 254));
}

TEST(RowEncodingTest, AbsentAndPresentValuesOfOneMeaningEncodeAlike) {
  RowEncoder plain("t");
  plain.Text("x");
  plain.Integer(5);
  plain.Time(Timestamp(std::chrono::milliseconds(5)));
  RowEncoder optional("t");
  optional.OptionalText("x");
  optional.OptionalInteger(5);
  optional.OptionalTime(Timestamp(std::chrono::milliseconds(5)));

  EXPECT_EQ(Numbers(plain), Numbers(optional));
}

TEST(RowEncodingTest, DifferentRowsEncodeDifferently) {
  const std::vector<std::function<void(RowEncoder&)>> rows = {
      [](RowEncoder&) {},
      [](RowEncoder& row) { row.Text(""); },
      [](RowEncoder& row) { row.Bytes({}); },
      [](RowEncoder& row) { row.OptionalText(std::nullopt); },
      [](RowEncoder& row) { row.Integer(0); },
      [](RowEncoder& row) { row.Text("ab"); },
      [](RowEncoder& row) { row.Text("a"), row.Text("b"); },
      [](RowEncoder& row) { row.Text("b"), row.Text("a"); },
      [](RowEncoder& row) { row.Text(std::string_view("\0\0\0\0\0\0\0\0", 8)); },
      [](RowEncoder& row) { row.OptionalText(std::nullopt), row.Text("a"); },
      [](RowEncoder& row) { row.Text("a"), row.OptionalText(std::nullopt); },
  };
  std::set<std::vector<int>> encodings;
  for (const auto& fill : rows) {
    RowEncoder row("t");
    fill(row);
    encodings.insert(Numbers(row));
  }

  EXPECT_EQ(encodings.size(), rows.size());
}

TEST(RowEncodingTest, TablesAreToldApart) {
  EXPECT_NE(Numbers(RowEncoder("a")), Numbers(RowEncoder("b")));
}

}  // namespace
}  // namespace coffer::store
