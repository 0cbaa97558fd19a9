#include "store/secret_store_conformance.h"
#include "support/fake_random.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <stdexcept>

namespace coffer::test {

using secrets::Secret;

namespace {

constexpr int kOperations = 1000;
constexpr unsigned int kNames = 12;
constexpr unsigned int kVersions = 4;

struct ModelVersion {
  secrets::Version version;
  std::optional<std::string> text;

  bool operator==(const ModelVersion&) const = default;
};

struct ModelSecret {
  Secret secret;
  std::map<std::string, ModelVersion> versions;
};

using Model = std::map<std::string, ModelSecret>;

struct RollBack : std::runtime_error {
  RollBack() : std::runtime_error("roll back") {}
};

/// Does the same thing to a store and to a model, over and over.
class RandomOperations {
 public:
  RandomOperations(Database& database, store::SecretStore& store, std::uint64_t seed)
      : database_(database), store_(store), random_(seed) {}

  /// One operation, in a transaction that is sometimes rolled back.
  void Step() {
    Model after = model_;
    const bool keep = Draw(5) != 0;
    try {
      database_.Write([&](Transaction& transaction) {
        after = model_;
        Change(transaction, after);
        if (!keep) throw RollBack();
      });
      model_ = std::move(after);
    } catch (const RollBack&) {
    }
    TouchSomething();
    time_ += 1 + Draw(2);
  }

  void CompareOne() {
    const std::string name = AnyName();
    database_.Read([&](Transaction& transaction) {
      Compare(name, transaction, store_.FindForRead(transaction, AddressOf(name)), true);
    });
    database_.Read([&](Transaction& transaction) {
      Compare(name, transaction, store_.Find(transaction, AddressOf(name)), false);
    });
  }

  void CompareAll() {
    std::vector<Secret> expected;
    for (const auto& [name, entry] : model_) expected.push_back(entry.secret);
    std::vector<Secret> listed;
    store::ListQuery query = QueryFor(store::SortBy::kName);
    query.include_deleted = true;
    database_.Read([&](Transaction& transaction) {
      store_.List(transaction, query, [&](const Secret& secret) {
        listed.push_back(secret);
        return true;
      });
    });
    EXPECT_EQ(listed, expected);
  }

 private:
  unsigned int Draw(unsigned int bound) {
    std::array<std::byte, 2> bytes{};
    random_.Fill(bytes);
    return (std::to_integer<unsigned int>(bytes[0]) << 8 |
            std::to_integer<unsigned int>(bytes[1])) %
           bound;
  }
  std::string AnyName() { return "name-" + std::to_string(Draw(kNames)); }
  /// Of one that exists, or, when there are few, of a new one: ids are not used twice.
  std::string AnyVersionId(const ModelSecret& entry) {
    const unsigned int place = Draw(kVersions);
    if (place >= entry.versions.size()) return "version-" + std::to_string(time_);
    return std::next(entry.versions.begin(), place)->first;
  }

  void Change(Transaction& transaction, Model& model) {
    const std::string name = AnyName();
    const auto found = model.find(name);
    if (found == model.end()) return Insert(transaction, model, name);
    ModelSecret& entry = found->second;
    switch (Draw(8)) {
      case 0:
        store_.Remove(transaction, entry.secret);
        model.erase(found);
        break;
      case 1:
        store_.FlushAccesses(transaction);
        break;
      case 2:
      case 3:
        UpdateSecret(transaction, entry.secret, AnyVersionId(entry));
        break;
      default:
        ChangeVersion(transaction, entry);
    }
  }

  void Insert(Transaction& transaction, Model& model, const std::string& name) {
    ModelSecret entry{.secret = Draw(2) == 0 ? PlainSecret(name, time_) : FullSecret(name),
                      .versions = {}};
    store_.Insert(transaction, entry.secret);
    model[name] = std::move(entry);
  }

  void UpdateSecret(Transaction& transaction, Secret& secret, const std::string& current) {
    secret.last_changed = At(time_);
    secret.description = "changed at " + std::to_string(time_);
    secret.labels = secrets::StagingLabels(secrets::StagingLabels::Map{{"AWSCURRENT", current}});
    secret.deleted = Draw(2) == 0 ? std::optional(At(time_)) : std::nullopt;
    if (secret.deleted) secret.purge_at = At(time_ + 100);
    if (Draw(3) == 0) secret.tags = {{.key = "time", .value = std::to_string(time_)}};
    store_.Update(transaction, secret);
  }

  void ChangeVersion(Transaction& transaction, ModelSecret& entry) {
    const std::string id = AnyVersionId(entry);
    const std::string text = id + " at " + std::to_string(time_);
    const auto found = entry.versions.find(id);
    if (found == entry.versions.end()) {
      secrets::Version version = VersionOf(id, time_);
      version.has_value = Draw(3) != 0;
      const auto value = version.has_value ? std::optional(SealedOf(text)) : std::nullopt;
      store_.InsertVersion(transaction, entry.secret, version, value);
      entry.versions[id] = {version, value ? std::optional(text) : std::nullopt};
    } else if (Draw(3) == 0) {
      store_.RemoveVersion(transaction, entry.secret, id);
      entry.versions.erase(found);
    } else {
      store_.ReplaceValue(transaction, entry.secret, found->second.version, SealedOf(text));
      found->second.version.has_value = true;
      found->second.text = text;
    }
  }

  void TouchSomething() {
    const auto found = model_.find(AnyName());
    if (found == model_.end() || found->second.versions.empty()) return;
    auto& [secret, versions] = found->second;
    secrets::Version& version = versions.begin()->second.version;
    const auto day = static_cast<DayNumber>(100 + Draw(50));
    database_.Read([&, &touched = secret](Transaction& transaction) {
      const auto read = store_.FindForRead(transaction, touched.address);
      store_.Touch(*read, *store_.FindVersionForRead(transaction, *read, version.id), day);
    });
    for (auto* last_accessed : {&secret.last_accessed, &version.last_accessed}) {
      *last_accessed = std::max(last_accessed->value_or(store::kNeverAccessed), day);
    }
  }

  void Compare(const std::string& name, Transaction& transaction,
               const std::shared_ptr<const Secret>& secret, bool for_read) {
    const auto expected = model_.find(name);
    ASSERT_EQ(secret != nullptr, expected != model_.end()) << name;
    if (!secret) return;
    EXPECT_EQ(*secret, expected->second.secret);
    for (const auto& [id, version] : expected->second.versions) {
      const auto found = for_read ? store_.FindVersionForRead(transaction, *secret, id)
                                  : store_.FindVersion(transaction, *secret, id);
      CompareVersion(version, found.get(), for_read);
    }
    EXPECT_EQ(store_.FindVersionForRead(transaction, *secret, "version-0"), nullptr);
    EXPECT_EQ(store_.Versions(transaction, *secret).size(), expected->second.versions.size());
  }

  static void CompareVersion(const ModelVersion& expected, const store::StoredVersion* version,
                             bool for_read) {
    ASSERT_NE(version, nullptr) << expected.version.id;
    ModelVersion found{version->version, std::nullopt};
    if (version->value) found.text = TextOf(*version->value);
    // What is cached of a version does not say when it was read.
    if (for_read) found.version.last_accessed = expected.version.last_accessed;
    EXPECT_EQ(found, expected);
  }

  Database& database_;
  store::SecretStore& store_;
  FakeRandom random_;
  Model model_;
  std::int64_t time_ = 1000;
};

}  // namespace

TEST_P(SecretStoreConformance, RandomOperationsAgreeWithAMap) {
  RandomOperations operations(*database_, store_, 20'240'817);
  for (int i = 0; i < kOperations && !HasFailure(); ++i) {
    SCOPED_TRACE("operation " + std::to_string(i));
    operations.Step();
    operations.CompareOne();
    if (i % 20 == 0) operations.CompareAll();
  }
}

}  // namespace coffer::test
