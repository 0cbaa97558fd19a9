#include "support/recording_vfs.h"
#include "vault_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace coffer::test {
namespace {

constexpr std::uint64_t kSeed = 3;

/// What a fault means for the server.
enum class Meaning { kDiskFailed, kNoSpace };

struct FaultSort {
  const char* name;
  Meaning meaning;
  InjectedFault fault;
};

InjectedFault Broken(FileOperation operation, int code, int system_error = EIO) {
  return {.operation = operation, .kind = {}, .code = code, .system_error = system_error};
}

InjectedFault Cut(InjectedFault fault) {
  fault.writes_a_part = true;
  return fault;
}

const std::vector<FaultSort>& FaultSorts() {
  using enum FileOperation;
  using enum Meaning;
  static const std::vector<FaultSort> kSorts{
      // The code that SQLite's own VFS answers, which becomes another one on the way.
      {"read", kDiskFailed, Broken(kRead, SQLITE_IOERR_CORRUPTFS)},
      {"read, other error", kDiskFailed, Broken(kRead, SQLITE_IOERR_READ)},
      {"write", kDiskFailed, Broken(kWrite, SQLITE_IOERR_WRITE)},
      {"short write", kDiskFailed, Cut(Broken(kWrite, SQLITE_IOERR_WRITE))},
      {"sync", kDiskFailed, Broken(kSync, SQLITE_IOERR_FSYNC)},
      {"sync without space", kDiskFailed, Broken(kSync, SQLITE_IOERR_FSYNC, ENOSPC)},
      {"truncation", kDiskFailed, Broken(kTruncate, SQLITE_IOERR_TRUNCATE)},
      {"opening", kDiskFailed, Broken(kOpen, SQLITE_CANTOPEN)},
      {"removal", kDiskFailed, Broken(kDelete, SQLITE_IOERR_DELETE)},
      {"shared memory", kDiskFailed, Broken(kMapShared, SQLITE_IOERR_SHMMAP)},
      {"full disk", kNoSpace, Broken(kWrite, SQLITE_FULL, ENOSPC)},
      {"full disk, short write", kNoSpace, Cut(Broken(kWrite, SQLITE_FULL, ENOSPC))},
      {"quota", kNoSpace, Broken(kWrite, SQLITE_IOERR_WRITE, EDQUOT)},
      {"file size limit", kNoSpace, Cut(Broken(kWrite, SQLITE_IOERR_WRITE, EFBIG))},
      {"full disk, shared memory", kNoSpace, Broken(kExtendShared, SQLITE_IOERR_SHMSIZE, ENOSPC)},
  };
  return kSorts;
}

/// A call, and what it does when the disk is well.
class Case {
 public:
  Case(ApiRequest request, const std::vector<ApiRequest>& set_up)
      : request_(std::move(request)), vault_(set_up) {
    const MemoryDirectory directory;
    vault_.CopyTo(directory.path() / "vault");
    rows_before_ = ReopenedRowsIn(directory.path() / "vault");
    {
      ServerOverFiles server(directory.path() / "vault", {}, kSeed);
      told_before_ = server.Describe();
    }
    ServerOverFiles server(directory.path() / "vault", {}, kSeed);
    answer_ = server.Ask(request_);
    EXPECT_EQ(server.status(), 200) << NameOf(request_) << ": " << answer_;
    rows_after_ = RowsIn(directory.path() / "vault");
  }

  [[nodiscard]] const ApiRequest& request() const { return request_; }
  [[nodiscard]] const PreparedVault& vault() const { return vault_; }
  [[nodiscard]] const std::string& rows_before() const { return rows_before_; }
  [[nodiscard]] const std::string& rows_after() const { return rows_after_; }
  [[nodiscard]] const std::string& told_before() const { return told_before_; }
  [[nodiscard]] bool IsRead() const { return rows_before_ == rows_after_; }
  [[nodiscard]] std::string AnswerOf(const std::string& body) const {
    return IsRead() && request_.service != Service::kIam && body != answer_ ? "another answer" : "";
  }

 private:
  ApiRequest request_;
  PreparedVault vault_;
  std::string rows_before_;
  std::string rows_after_;
  std::string told_before_;
  std::string answer_;
};

/// One call over a disk that breaks. Collects what should not be.
class Ordeal {
 public:
  Ordeal(const Case& tried, const FaultSort& sort, const InjectedFault& fault,
         std::size_t forced_checkpoint_pages)
      : tried_(tried), sort_(sort), vault_(directory_.path() / "vault") {
    tried_.vault().CopyTo(vault_);
    {
      ServerOverFiles server(vault_,
                             {.vfs = vfs_.name(),
                              .forced_checkpoint_pages = forced_checkpoint_pages,
                              .on_fatal = [this](std::string_view) { ++alarms_; }},
                             kSeed);
      vfs_.Inject(fault);
      const std::string answer = IsOfOpening() ? server.AskWithoutOpenReaders(tried_.request())
                                               : server.Ask(tried_.request());
      status_ = server.status();
      has_struck_ = vfs_.HasFaultStruck();
      Judge(server, answer);
    }
    has_struck_ = vfs_.HasFaultStruck();  // Perhaps when it was closed.
    vfs_.Heal();
    JudgeFiles();
  }

  [[nodiscard]] bool has_struck() const { return has_struck_; }
  [[nodiscard]] bool was_absorbed() const { return has_struck_ && status_ == 200 && alarms_ == 0; }
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  void Require(bool is_so, const std::string& otherwise) {
    if (!is_so && complaint_.empty()) complaint_ = otherwise;
  }

  void Judge(ServerOverFiles& server, const std::string& answer) {
    Require(status_ == 200 || status_ == 500, "answered " + std::to_string(status_) + answer);
    Require(has_struck_ || status_ == 200, "failed without a fault: " + answer);
    if (status_ == 200) {
      Require(tried_.AnswerOf(answer).empty(), "answered something else: " + answer);
    } else if (sort_.meaning == Meaning::kNoSpace) {
      JudgeFullDisk(server, answer);
    } else {
      JudgePowerCut();
    }
    if (sort_.meaning == Meaning::kNoSpace) Require(alarms_ == 0, "a full disk ended the process");
  }

  /// Whoever restarts a machine whose disk has just failed finds the call whole or not at all.
  void JudgePowerCut() {
    const MemoryDirectory image;
    vfs_.WriteSyncedImage(image.path());
    const std::string rows = ReopenedRowsIn(image.path());
    Require(rows == tried_.rows_before() || rows == tried_.rows_after(),
            "after a power cut: " + (rows.starts_with("not ") ? rows : "half a call"));
  }

  /// Nothing changed, reads go on, and writes work again as soon as there is space.
  void JudgeFullDisk(ServerOverFiles& server, const std::string& answer) {
    Require(answer.find("disk is full") != std::string::npos, "an unclear error: " + answer);
    Require(RowsIn(vault_) == tried_.rows_before(), "a refused call left something");
    Require(server.Describe() == tried_.told_before(), "the API tells of a refused call");
    vfs_.Heal();
    const std::string again = server.Ask(tried_.request());
    Require(server.status() == 200, "not possible with space again: " + again);
    Require(RowsIn(vault_) != tried_.rows_before(), "the call did nothing the second time");
    was_repeated_ = true;
  }

  [[nodiscard]] bool IsOfAChange() const {
    using enum FileOperation;
    const FileOperation operation = sort_.fault.operation;
    return operation == kWrite || operation == kSync || operation == kTruncate;
  }
  [[nodiscard]] bool IsOfOpening() const {
    using enum FileOperation;
    return sort_.fault.operation == kOpen || sort_.fault.operation == kMapShared;
  }

  void JudgeFiles() {
    if (alarms_ == 1 && IsOfAChange()) {
      Require(vfs_.CountOfChangesSinceStrike() == 0, "wrote on after the disk had failed");
    }
    if (sort_.meaning == Meaning::kDiskFailed && status_ == 500) {
      Require(alarms_ == 1, std::to_string(alarms_) + " alarms");
    }
    const std::string rows = ReopenedRowsIn(vault_);
    Require(!rows.starts_with("not "), rows);
    if (was_repeated_) return;
    const bool is_after = rows == tried_.rows_after();
    Require(is_after || rows == tried_.rows_before(), "a call is there by half");
    Require(is_after || status_ != 200, "an acknowledged call is gone");
  }

  const Case& tried_;
  const FaultSort& sort_;
  MemoryDirectory directory_;
  std::filesystem::path vault_;
  RecordingVfs vfs_;
  std::atomic<int> alarms_ = 0;
  int status_ = 0;
  bool has_struck_ = false;
  bool was_repeated_ = false;
  std::string complaint_;
};

struct Tally {
  std::size_t runs = 0;
  std::size_t struck = 0;
  std::size_t absorbed = 0;  ///< SQLite did without the call that failed.
};

/// A sort of fault, once or for ever.
using Kind = std::pair<const FaultSort*, bool>;

/// Puts calls through faults, and counts.
class FaultWalk {
 public:
  /// Moves each fault from one call to the next until none is left that it could strike; or takes a
  /// sample, with faults at one of the first calls.
  void Take(const Case& tried, const std::vector<Kind>& kinds, std::size_t sample) {
    if (!WantsAll()) {
      for (std::size_t taken = 0; taken < SampleOf(sample); ++taken) TakeOne(tried, kinds);
      return;
    }
    for (const auto& [sort, is_sticky] : kinds) {
      for (const bool with_checkpoint : {false, true}) {
        for (std::size_t n = 0; Try(tried, *sort, is_sticky, n, with_checkpoint); ++n) {
        }
      }
    }
  }

  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
  void Report() const {
    for (const auto& [name, tally] : tallies_) {
      std::cout << name << ": " << tally.runs << " runs, struck in " << tally.struck
                << ", done without the call in " << tally.absorbed << "\n";
    }
  }

 private:
  void TakeOne(const Case& tried, const std::vector<Kind>& kinds) {
    std::uniform_int_distribution<std::size_t> any(0, kinds.size() - 1);
    std::geometric_distribution<std::size_t> first_calls(0.2);
    std::bernoulli_distribution coin(0.5);
    const auto& [sort, is_sticky] = kinds[any(SampleRandom())];
    const std::size_t successes = first_calls(SampleRandom());
    (void)Try(tried, *sort, is_sticky, successes, coin(SampleRandom()));
  }

  /// Whether the fault struck.
  bool Try(const Case& tried, const FaultSort& sort, bool is_sticky, std::size_t successes,
           bool with_checkpoint) {
    InjectedFault fault = sort.fault;
    fault.is_sticky = is_sticky;
    fault.successes_before = successes;
    const Ordeal ordeal(tried, sort, fault, with_checkpoint ? 1 : 8000);
    Tally& tally = tallies_[sort.name];
    ++tally.runs;
    if (ordeal.has_struck()) ++tally.struck;
    if (ordeal.was_absorbed()) ++tally.absorbed;
    if (!ordeal.complaint().empty()) {
      complaints_.push_back(
          NameOf(tried.request()) + ", " + sort.name + (is_sticky ? " for ever" : " once") +
          " after " + std::to_string(successes) + " calls" +
          (with_checkpoint ? ", with a checkpoint: " : ": ") + ordeal.complaint());
    }
    return ordeal.has_struck();
  }

  std::map<std::string, Tally> tallies_;
  std::vector<std::string> complaints_;
};

/// Those that `may_strike`.
std::vector<Kind> Kinds(const std::function<bool(const FaultSort&)>& may_strike) {
  std::vector<Kind> kinds;
  for (const FaultSort& sort : FaultSorts()) {
    if (!may_strike(sort)) continue;
    kinds.emplace_back(&sort, false);
    kinds.emplace_back(&sort, true);
  }
  return kinds;
}

bool MayStrikeAStart(const FaultSort& /*sort*/) { return true; }

bool MayStrikeAMutation(const FaultSort& sort) {
  using enum FileOperation;
  const FileOperation operation = sort.fault.operation;
  return operation != kOpen && operation != kMapShared && operation != kExtendShared;
}

bool MayStrikeARead(const FaultSort& sort) {
  using enum FileOperation;
  const FileOperation operation = sort.fault.operation;
  return operation == kRead || operation == kOpen || operation == kMapShared;
}

TEST(DiskFaultTest, NoMutationIsLostHalvedOrFalselyAcknowledged) {
  FaultWalk walk;
  for (const Mutation& mutation : Mutations()) {
    walk.Take(Case(mutation.request, mutation.set_up), Kinds(MayStrikeAMutation), /*sample=*/4);
  }
  walk.Report();
  EXPECT_THAT(walk.complaints(), testing::IsEmpty());
}

TEST(DiskFaultTest, NoReadAnswersAnythingElse) {
  FaultWalk walk;
  for (const ApiRequest& question : Questions()) {
    const MemoryDirectory directory;
    PreparedVault({}).CopyTo(directory.path() / "vault");
    ServerOverFiles server(directory.path() / "vault", {}, kSeed);
    (void)server.Ask(question);
    if (server.status() != 200) continue;  // Asks for what only some mutation makes.
    walk.Take(Case(question, {}), Kinds(MayStrikeARead), /*sample=*/3);
  }
  walk.Report();
  EXPECT_THAT(walk.complaints(), testing::IsEmpty());
}

/// Starts a server on a disk that breaks; answers whether the fault struck.
bool StartOn(const PreparedVault& vault, const InjectedFault& fault, bool& has_served) {
  const MemoryDirectory directory;
  vault.CopyTo(directory.path() / "vault");
  RecordingVfs vfs;
  vfs.Inject(fault);
  has_served = false;
  try {
    ServerOverFiles server(directory.path() / "vault",
                           {.vfs = vfs.name(), .on_fatal = [](std::string_view) {}}, kSeed);
    (void)server.Ask({Service::kSecretsManager, "GetSecretValue", R"({"SecretId":"b"})"});
    has_served = server.status() == 200;
    EXPECT_TRUE(has_served || server.status() == 500) << server.status();
  } catch (const SqlError&) {  // With a message for the operator.
  }
  const bool has_struck = vfs.HasFaultStruck();
  EXPECT_TRUE(has_served || has_struck);
  vfs.Heal();
  EXPECT_THAT(ReopenedRowsIn(directory.path() / "vault"), testing::HasSubstr("secrets"));
  return has_struck;
}

TEST(DiskFaultTest, AStartOnAFailingDiskHarmsNothing) {
  const PreparedVault vault({});
  std::size_t starts = 0;
  std::vector<Kind> kinds = Kinds(MayStrikeAStart);
  std::ranges::shuffle(kinds, SampleRandom());
  kinds.resize(std::min(kinds.size(), SampleOf(8)));
  for (const auto& [sort, is_sticky] : kinds) {
    InjectedFault fault = sort->fault;
    fault.is_sticky = is_sticky;
    bool has_served = false;
    for (; ++starts, StartOn(vault, fault, has_served); ++fault.successes_before) {
      SCOPED_TRACE(std::string(sort->name) + " after " + std::to_string(fault.successes_before));
      const bool needs_space =
          sort->fault.operation == FileOperation::kExtendShared && fault.successes_before == 0;
      EXPECT_TRUE(has_served || sort->meaning != Meaning::kNoSpace || needs_space);
    }
  }
  std::cout << starts << " starts\n";
}

}  // namespace
}  // namespace coffer::test
