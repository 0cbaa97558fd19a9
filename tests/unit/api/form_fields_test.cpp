#include "api/form_fields.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace coffer::api {
namespace {

using namespace std::string_literals;
using test::FailsWith;
using test::FailsWithCode;
using test::IsOk;

using Names = std::vector<std::pair<std::string, std::string>>;

Names Below(const FormNode& node) {
  Names names;
  for (const FormField& field : node.below) names.emplace_back(field.name, field.value);
  return names;
}

TEST(FormFieldsTest, DecodesNamesAndValues) {
  struct Case {
    std::string_view text;
    Names fields;
  };
  const std::vector<Case> cases = {
      {"", {}},
      {"&&", {}},
      {"a=1", {{"a", "1"}}},
      {"b=2&a=1", {{"a", "1"}, {"b", "2"}}},
      {"a", {{"a", ""}}},
      {"a=", {{"a", ""}}},
      {"=x", {{"", "x"}}},
      {"=", {{"", ""}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"a=x+y%20z%2Bw", {{"a", "x y z+w"}}},
      {"a+b%3D=%26", {{"a b=", "&"}}},
      {"a=%c3%A9é", {{"a", "éé"}}},
      {"a=%00", {{"a", "\0"s}}},
      {"a=1&b=2&a=3&%61=4", {{"a", "1"}, {"b", "2"}}},
      {"A=1&a=2", {{"A", "1"}, {"a", "2"}}},
  };
  for (const Case& entry : cases) {
    const auto form = FormFields::Parse(entry.text);

    ASSERT_THAT(form, IsOk()) << entry.text;
    EXPECT_EQ(Below(form->root()), entry.fields) << entry.text;
  }
}

TEST(FormFieldsTest, RefusesMalformedText) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a=%", "Incomplete trailing escape % sequence"},
      {"a=%4", "Incomplete trailing escape % sequence"},
      {"a=%4&b=1", "Illegal hex character in escape % pattern: %4&"},
      {"%zz=1", "Illegal hex character in escape % pattern: %zz"},
      {"a=%FF", "A parameter is not well-formed UTF-8"},
      {"\xFF=1", "A parameter is not well-formed UTF-8"},
      {"a=%ED%A0%80", "A parameter is not well-formed UTF-8"},
      // Two halves of a character do not meet across a separator.
      {"a%C3=%A9", "A parameter is not well-formed UTF-8"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(FormFields::Parse(text),
                FailsWith(ErrorCode::kMalformedQueryString, std::string(message)))
        << text;
  }
}

TEST(FormFieldsTest, RefusesWhatIsBeyondTheBounds) {
  const std::string long_value = "a=" + std::string(FormFields::kMaxBytes - 2, 'x');
  EXPECT_THAT(FormFields::Parse(long_value), IsOk());
  EXPECT_THAT(FormFields::Parse(long_value + "x"), FailsWithCode(ErrorCode::kValidation));

  const std::string long_name(FormFields::kMaxNameBytes, 'n');
  EXPECT_THAT(FormFields::Parse(long_name + "=1"), IsOk());
  EXPECT_THAT(FormFields::Parse(long_name + "n=1"), FailsWithCode(ErrorCode::kValidation));

  std::string many;
  for (std::size_t i = 0; i < FormFields::kMaxFields; ++i) many += "a=&";
  EXPECT_THAT(FormFields::Parse(many), IsOk());
  EXPECT_THAT(FormFields::Parse(many + "a="), FailsWithCode(ErrorCode::kValidation));
}

TEST(FormFieldsTest, FindsActionAndVersion) {
  const auto form = FormFields::Parse("Version=2010-05-08&Action=GetUser&Action.x=1&Actio=2");
  ASSERT_THAT(form, IsOk());

  EXPECT_EQ(form->Action(), "GetUser");
  EXPECT_EQ(form->Version(), "2010-05-08");
}

TEST(FormFieldsTest, RefusesARequestWithoutAnAction) {
  for (const std::string_view text : {"", "Version=2010-05-08", "Action=", "Action", "action=x"}) {
    const auto form = FormFields::Parse(text);
    ASSERT_THAT(form, IsOk());
    EXPECT_THAT(form->Action(),
                FailsWith(ErrorCode::kMissingAction,
                          "The request is missing an action or a required parameter."))
        << text;
  }
}

TEST(FormFieldsTest, NamesAnUnknownAction) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"Action=Sing&Version=2010-05-08", "Could not find operation Sing for version 2010-05-08"},
      {"Action=Sing", "Could not find operation Sing for version NO_VERSION_SPECIFIED"},
      {"Action=%0Aé&Version=%00", "Could not find operation ??? for version ?"},
  };
  for (const auto& [text, message] : cases) {
    const auto form = FormFields::Parse(text);
    ASSERT_THAT(form, IsOk());
    EXPECT_EQ(UnknownAction(*form), (ApiError{ErrorCode::kUnknownOperation, std::string(message)}));
  }
}

TEST(FormFieldsTest, StaysWholeWhenMoved) {
  auto form = FormFields::Parse("Action=GetUser&UserName=alice");
  ASSERT_THAT(form, IsOk());

  const FormFields moved = *std::move(form);

  EXPECT_EQ(moved.Action(), "GetUser");
  EXPECT_EQ(moved.root().Child("UserName").value, "alice");
}

TEST(HasFieldTest, ComparesNamesAsTheyAreWritten) {
  for (const std::string_view text : {"Action=x", "Action", "a=1&Action=", "&&Action"}) {
    EXPECT_TRUE(HasField(text, "Action")) << text;
  }
  for (const std::string_view text :
       {"", "a=Action", "action=x", "Action.x=1", "%41ction=x", "Action%", "xAction"}) {
    EXPECT_FALSE(HasField(text, "Action")) << text;
  }
}

TEST(FormNodeTest, FindsWhatIsBelowAName) {
  const auto form =
      FormFields::Parse("Tag=0&Tag-x=1&Tag.b=2&Tag.a.c=3&Tag.a=4&Tag.=5&Tag/=6&Ta.a=7&Tags.a=8");
  ASSERT_THAT(form, IsOk());

  const FormNode tag = form->root().Child("Tag");
  EXPECT_EQ(tag.value, "0");
  EXPECT_EQ(Below(tag), (Names{{"Tag.", "5"}, {"Tag.a", "4"}, {"Tag.a.c", "3"}, {"Tag.b", "2"}}));

  EXPECT_EQ(tag.Child("a").value, "4");
  EXPECT_EQ(Below(tag.Child("a")), (Names{{"Tag.a.c", "3"}}));
  EXPECT_EQ(tag.Child("a").Child("c").value, "3");
  EXPECT_EQ(tag.Child("").value, "5");
  EXPECT_TRUE(tag.Child("c").empty());
  EXPECT_TRUE(tag.Child("b").Child("c").empty());
  EXPECT_TRUE(form->root().Child("T").empty());
}

}  // namespace
}  // namespace coffer::api
