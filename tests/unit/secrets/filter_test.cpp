#include "secrets/filter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<std::string>;
using Tags = std::vector<Tag>;

/// What one filter of a request says.
struct Given {
  FilterKey key;
  Values values;
};

struct Case {
  std::vector<Given> filters;
  Names found;
};

Secret Named(std::string name) {
  Secret secret;
  secret.address.name = std::move(name);
  return secret;
}

Secret Described(std::string description) {
  Secret secret = Named(description);
  secret.description = std::move(description);
  return secret;
}

Names Found(const std::vector<Secret>& secrets, const std::vector<Given>& given) {
  std::vector<Filter> filters;
  for (const Given& filter : given) filters.push_back(CompileFilter(filter.key, filter.values));
  Names names;
  for (const Secret& secret : secrets) {
    if (Matches(secret, filters)) names.push_back(secret.address.name);
  }
  return names;
}

void ExpectFound(const std::vector<Secret>& secrets, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    std::string trace;
    for (const Given& filter : c.filters) trace += testing::PrintToString(filter.values);
    SCOPED_TRACE(trace);
    EXPECT_EQ(Found(secrets, c.filters), c.found);
  }
}

Case All(std::string value, Names found) {
  return {{{FilterKey::kAll, {std::move(value)}}}, std::move(found)};
}

Case Description(Values values, Names found) {
  return {{{FilterKey::kDescription, std::move(values)}}, std::move(found)};
}

TEST(FilterTest, DescriptionMatchesTheBeginningsOfWords) {
  ExpectFound(
      {Described("a secret"), Described("an secret"), Described("asecret"), Described("thesecret")},
      {
          Description({"a"}, {"a secret", "an secret", "asecret"}),
          Description({"a secret"}, {"a secret", "an secret"}),
          Description({"!a"}, {"thesecret"}),
          Description({"!c"}, {"a secret", "an secret", "asecret", "thesecret"}),
          Description({"SECRET A"}, {"a secret", "an secret"}),
          Description({"ecret"}, {}),
          Description({"+"}, {}),
          Description({""}, {}),
      });
}

TEST(FilterTest, DescriptionWantsEveryWordInAnyOrder) {
  ExpectFound({Described("one two"), Described("one and two"), Described("one"), Described("two")},
              {
                  Description({"one two"}, {"one two", "one and two"}),
                  Description({"o t"}, {"one two", "one and two"}),
                  Description({"t o"}, {"one two", "one and two"}),
                  Description({"t"}, {"one two", "one and two", "two"}),
                  {{{FilterKey::kDescription, {"one"}}, {FilterKey::kDescription, {"two"}}},
                   {"one two", "one and two"}},
              });
}

TEST(FilterTest, DescriptionFollowsTheUserGuide) {
  ExpectFound(
      {Described("My basic description"), Described("Description of my secret"),
       Described("Something else")},
      {Description({"My Description"}, {"My basic description", "Description of my secret"})});
}

TEST(FilterTest, ValuesAreAlternativesAndFiltersAddUp) {
  ExpectFound(
      {Described("one two"), Described("one"), Described("two"), Named("three")},
      {
          Description({"one", "two"}, {"one two", "one", "two"}),
          Description({"!one", "two"}, {"one two", "two", "three"}),
          Description({"!one"}, {"two", "three"}),
          {{{FilterKey::kDescription, {"one"}}, {FilterKey::kName, {"one "}}}, {"one two"}},
          {{{FilterKey::kDescription, {"one"}}, {FilterKey::kDescription, {"!two"}}}, {"one"}},
          {{}, {"one two", "one", "two", "three"}},
      });
}

TEST(FilterTest, NameIsAPlainPrefix) {
  const auto name = [](Values values, Names found) {
    return Case{{{FilterKey::kName, std::move(values)}}, std::move(found)};
  };
  ExpectFound({Named("testing1/one"), Named("/testing1"), Named("Testing2")},
              {
                  name({"/"}, {"/testing1"}),
                  name({"testing1 one"}, {}),
                  name({"testing1"}, {"testing1/one"}),
                  name({"one"}, {}),
                  name({"T"}, {"Testing2"}),
                  name({"!t"}, {"/testing1", "Testing2"}),
                  name({"T", "/"}, {"/testing1", "Testing2"}),
                  name({""}, {"testing1/one", "/testing1", "Testing2"}),
              });
}

TEST(FilterTest, OtherKeysArePrefixesOfTheirAttribute) {
  Secret tagged = Named("tagged");
  tagged.tags = Tags{{"Team", "Payments"}, {"stage", "prod"}};
  Secret owned = Named("owned");
  owned.owning_service = "rds";
  Secret replica = Named("replica");
  replica.primary_region = "us-east-1";
  replica.tags = Tags{};
  const auto one = [](FilterKey key, std::string value, Names found) {
    return Case{{{key, {std::move(value)}}}, std::move(found)};
  };
  ExpectFound({tagged, owned, replica},
              {
                  one(FilterKey::kTagKey, "Te", {"tagged"}),
                  one(FilterKey::kTagKey, "stage", {"tagged"}),
                  one(FilterKey::kTagKey, "te", {}),
                  one(FilterKey::kTagKey, "!T", {"owned", "replica"}),
                  one(FilterKey::kTagValue, "prod", {"tagged"}),
                  one(FilterKey::kTagValue, "pay", {}),
                  one(FilterKey::kPrimaryRegion, "us-", {"replica"}),
                  one(FilterKey::kPrimaryRegion, "US-", {}),
                  one(FilterKey::kPrimaryRegion, "", {"replica"}),
                  one(FilterKey::kOwningService, "RD", {"owned"}),
                  one(FilterKey::kOwningService, "rdsx", {}),
                  one(FilterKey::kOwningService, "!rds", {"tagged", "replica"}),
              });
}

TEST(FilterTest, AllSearchesNamesDescriptionsAndTags) {
  std::vector<Secret> secrets = {Named("SecretOne3f2"),    Named("SecretTwo3f2"),
                                 Named("Thirdsecret3f2"),  Named("SecretFTag3f2"),
                                 Named("SecretFValue3f2"), Named("none3f2")};
  secrets[1].description = "DescTwo";
  secrets[3].tags = Tags{{"1", "foo"}};
  secrets[4].tags = Tags{{"foo", "v"}};
  const Names with_word_secret = {"SecretOne3f2", "SecretTwo3f2", "SecretFTag3f2",
                                  "SecretFValue3f2"};
  ExpectFound(secrets, {
                           All("SecretOne", {"SecretOne3f2"}),
                           All("foo", {"SecretFTag3f2", "SecretFValue3f2"}),
                           All("Secret", with_word_secret),
                           All("secret", with_word_secret),
                           All("sec", with_word_secret),
                           All("ret", {}),
                           All("SomeSecret", {}),
                           All("d", {"SecretTwo3f2"}),
                           All("d t", {"SecretTwo3f2"}),
                           All("t", {"SecretTwo3f2", "Thirdsecret3f2", "SecretFTag3f2"}),
                           All("foo secret v", {"SecretFValue3f2"}),
                           All("!secret", {"Thirdsecret3f2", "none3f2"}),
                       });
}

TEST(FilterTest, AllSplitsNamesAtPunctuationAndCase) {
  const std::string tail = "4c1d9e";
  Names prod;
  std::vector<Secret> secrets;
  for (const char punctuation : std::string("/_+=.@-")) {
    prod.push_back(std::string("prod") + punctuation + "AppBeta" + punctuation + tail);
    secrets.push_back(Named(prod.back()));
  }
  const std::string company = "uat/COMPANY/" + tail;
  const std::string company_things = "uat/COMPANYthings/" + tail;
  secrets.push_back(Named(company));
  secrets.push_back(Named(company_things));
  Names everything = prod;
  everything.insert(everything.end(), {company, company_things});

  ExpectFound(secrets, {
                           All("AppBeta", prod),
                           All("Beta", prod),
                           All("+", {}),
                           All("!+", everything),
                           All(tail, everything),
                           All("company", {company}),
                           All("things", {}),
                           All("N", {}),
                           All("pany", {}),
                           All("Ythings", {company_things}),
                       });
}

TEST(FilterTest, AllSearchesOwningServiceAndPrimaryRegion) {
  Secret owned = Named("x");
  owned.owning_service = "rds";
  owned.primary_region = "eu-west-1";
  ExpectFound({owned}, {All("RDS", {"x"}), All("west", {"x"}), All("rds eu x", {"x"})});
}

TEST(FilterTest, WordsAreSplitAsMeasured) {
  struct Split {
    std::string text;
    Values words;
  };
  const std::vector<Split> cases = {
      {"", {}},
      {" /-_+=.@:!#", {}},
      {"one two", {"one", "two"}},
      {"prod-AppBeta/x", {"prod", "app", "beta", "x"}},
      {"COMPANYthings", {"compan", "ythings"}},
      {"COMPANY", {"company"}},
      {"Thirdsecret", {"thirdsecret"}},
      {"SecretFTag", {"secret", "f", "tag"}},
      {"credsDatabase#892", {"creds", "database", "892"}},
      {"db2Replica10", {"db", "2", "replica", "10"}},
      {"aB", {"a", "b"}},
      {"AB", {"ab"}},
      {"A", {"a"}},
      {"Z\xC3\xBCrich caf\xC3\xA9", {"z\xC3\xBCrich", "caf\xC3\xA9"}},
  };
  for (const Split& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(Words(c.text), c.words);
  }
}

TEST(FilterTest, KeysAreThoseOfTheModel) {
  EXPECT_EQ(ParseFilterKey("description"), FilterKey::kDescription);
  EXPECT_EQ(ParseFilterKey("name"), FilterKey::kName);
  EXPECT_EQ(ParseFilterKey("tag-key"), FilterKey::kTagKey);
  EXPECT_EQ(ParseFilterKey("tag-value"), FilterKey::kTagValue);
  EXPECT_EQ(ParseFilterKey("primary-region"), FilterKey::kPrimaryRegion);
  EXPECT_EQ(ParseFilterKey("owning-service"), FilterKey::kOwningService);
  EXPECT_EQ(ParseFilterKey("all"), FilterKey::kAll);
  EXPECT_EQ(ParseFilterKey("Name"), std::nullopt);
  EXPECT_EQ(ParseFilterKey(""), std::nullopt);
}

TEST(FilterTest, OnePlainNameValueIsARequiredPrefix) {
  struct Prefix {
    std::string name;
    std::vector<Given> filters;
    std::optional<std::string> prefix;
  };
  const std::vector<Prefix> cases = {
      {"one value", {{FilterKey::kName, {"prod/"}}}, "prod/"},
      {"behind another filter", {{FilterKey::kAll, {"x"}}, {FilterKey::kName, {"prod/"}}}, "prod/"},
      {"two values", {{FilterKey::kName, {"a", "b"}}}, std::nullopt},
      {"a negated value", {{FilterKey::kName, {"!a"}}}, std::nullopt},
      {"an empty value", {{FilterKey::kName, {""}}}, std::nullopt},
      {"another key", {{FilterKey::kTagKey, {"a"}}}, std::nullopt},
      {"no filter", {}, std::nullopt},
  };
  for (const Prefix& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<Filter> filters;
    for (const Given& given : c.filters) filters.push_back(CompileFilter(given.key, given.values));
    EXPECT_EQ(RequiredNamePrefix(filters), c.prefix);
  }
}

}  // namespace
}  // namespace coffer::secrets
