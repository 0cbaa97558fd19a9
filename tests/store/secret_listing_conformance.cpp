#include "store/secret_listing_conformance.h"

#include "support/fake_random.h"

#include <algorithm>
#include <array>

namespace coffer::test {

using secrets::Secret;
using store::ListQuery;
using store::SortBy;

namespace {

constexpr std::array kAllSorts{SortBy::kCreatedDate, SortBy::kLastAccessedDate,
                               SortBy::kLastChangedDate, SortBy::kName};

/// Every query that a listing can be, without a position.
std::vector<ListQuery> AllQueries() {
  std::vector<ListQuery> queries;
  for (const SortBy sort_by : kAllSorts) {
    for (const bool ascending : {true, false}) {
      for (const bool include_deleted : {true, false}) {
        for (const char* prefix : {"", "b", "a/b", "none", "Ä"}) {
          ListQuery query = QueryFor(sort_by, ascending);
          query.include_deleted = include_deleted;
          if (*prefix != '\0') query.name_prefix = prefix;
          queries.push_back(std::move(query));
        }
      }
    }
  }
  return queries;
}

std::string Describe(const ListQuery& query) {
  return "sort " + std::to_string(static_cast<int>(query.sort_by)) +
         (query.ascending ? " ascending" : " descending") +
         (query.include_deleted ? " with deleted" : "") + " prefix " +
         query.name_prefix.value_or("-");
}

/// What a listing has to show, the long way round.
std::vector<std::string> Expected(std::vector<Secret> secrets, const ListQuery& query) {
  std::erase_if(secrets, [&](const Secret& secret) {
    return (secret.deleted && !query.include_deleted) || secret.address.region != query.region ||
           !secret.address.name.starts_with(query.name_prefix.value_or(""));
  });
  std::ranges::sort(secrets, [&](const Secret& a, const Secret& b) {
    const auto key = [&](const Secret& secret) {
      const store::ListPosition position = PositionOf(secret, query.sort_by);
      return std::tuple(position.number, position.name, position.id);
    };
    return query.ascending ? key(a) < key(b) : key(b) < key(a);
  });
  return NamesOf(secrets);
}

/// Few different times and days, so that there are many ties.
std::vector<Secret> ManySecrets() {
  FakeRandom random(42);
  const auto draw = [&random](unsigned int bound) {
    std::array<std::byte, 1> byte{};
    random.Fill(byte);
    return std::to_integer<unsigned int>(byte[0]) % bound;
  };
  constexpr std::array kPrefixes{"a/b/", "b-", "B", "c"};
  std::vector<Secret> secrets;
  for (int i = 0; i < 150; ++i) {
    Secret secret = PlainSecret(kPrefixes[draw(4)] + std::to_string(i), 1000 + draw(10));
    secret.last_changed = At(2000 + draw(10));
    if (draw(2) == 0) secret.last_accessed = 100 + static_cast<DayNumber>(draw(4));
    if (draw(3) == 0) secret.deleted = At(3000);
    if (draw(10) == 0) secret.address.region = "eu-west-1";
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

}  // namespace

void SecretListingConformance::SetUp() {
  secrets_ = ManySecrets();
  database_->Write([&](Transaction& transaction) {
    for (Secret& secret : secrets_) store_.Insert(transaction, secret);
  });
}

std::vector<std::string> SecretListingConformance::Pages(ListQuery query, std::size_t page_size) {
  std::vector<std::string> names;
  for (std::size_t size = page_size; size == page_size;) {
    std::vector<Secret> page;
    database_->Read([&](Transaction& transaction) {
      store_.List(transaction, query, [&](const Secret& secret) {
        page.push_back(secret);
        return page.size() < page_size;
      });
    });
    std::ranges::copy(NamesOf(page), std::back_inserter(names));
    size = page.size();
    if (!page.empty()) query.after = PositionOf(page.back(), query.sort_by);
  }
  return names;
}

void SecretListingConformance::Touch(Secret& secret, DayNumber day) {
  store::StoredVersion version;
  version.version = VersionOf("v1");
  store_.Touch(secret, version, day);
  secret.last_accessed = std::max(secret.last_accessed.value_or(store::kNeverAccessed), day);
}

TEST_P(SecretListingConformance, EveryOrderIsRight) {
  for (const ListQuery& query : AllQueries()) {
    EXPECT_EQ(NamesOf(List(query)), Expected(secrets_, query)) << Describe(query);
  }
}

TEST_P(SecretListingConformance, PagesToTheEndAreTheWhole) {
  for (const ListQuery& query : AllQueries()) {
    EXPECT_EQ(Pages(query, 7), Expected(secrets_, query)) << Describe(query);
  }
}

TEST_P(SecretListingConformance, NeverAccessedSecretsComeFirst) {
  const std::vector<Secret> listed = List(QueryFor(SortBy::kLastAccessedDate));

  EXPECT_EQ(listed.front().last_accessed, std::nullopt);
  EXPECT_NE(listed.back().last_accessed, std::nullopt);
}

TEST_P(SecretListingConformance, AccessesThatAreNotFlushedYetHaveTheirPlace) {
  for (std::size_t i = 0; i < secrets_.size(); i += 3) {
    Touch(secrets_[i], 99 + static_cast<DayNumber>(i % 6));
  }

  for (int flushes = 0; flushes < 3; ++flushes) {
    for (const ListQuery& query : AllQueries()) {
      EXPECT_EQ(NamesOf(List(query)), Expected(secrets_, query)) << Describe(query);
      EXPECT_EQ(Pages(query, 7), Expected(secrets_, query)) << Describe(query);
    }
    Flush();
  }
}

TEST_P(SecretListingConformance, RowsThatWereTouchedAreLeftOutAndTheOthersAreThere) {
  constexpr static Statement kEdit{"UPDATE secrets SET version_count = 77 WHERE name = $1"};
  // Two of three, so that whole chunks are gone.
  std::vector<Secret> untouched;
  for (const Secret& secret : secrets_) {
    if (secret.id % 3 == 0) {
      untouched.push_back(secret);
    } else {
      Tamper(kEdit, secret.address.name);
    }
  }
  secrets_ = untouched;

  for (const ListQuery& query : AllQueries()) {
    EXPECT_EQ(NamesOf(List(query)), Expected(secrets_, query)) << Describe(query);
    EXPECT_EQ(Pages(query, 7), Expected(secrets_, query)) << Describe(query);
  }
}

TEST_P(SecretListingConformance, TheVisitorMayUseTheTransaction) {
  std::vector<std::string> names;
  database_->Read([&](Transaction& transaction) {
    store_.List(transaction, QueryFor(SortBy::kName), [&](const Secret& secret) {
      EXPECT_EQ(*store_.Find(transaction, secret.address), secret);
      names.push_back(secret.address.name);
      return true;
    });
  });

  EXPECT_EQ(names, Expected(secrets_, QueryFor(SortBy::kName)));
}

}  // namespace coffer::test
