#include "support/recording_vfs.h"
#include "vault_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
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
      {"read", kDiskFailed, Broken(kRead, SQLITE_IOERR_READ)},
      {"write", kDiskFailed, Broken(kWrite, SQLITE_IOERR_WRITE)},
      {"short write", kDiskFailed, Cut(Broken(kWrite, SQLITE_IOERR_WRITE))},
      {"sync", kDiskFailed, Broken(kSync, SQLITE_IOERR_FSYNC)},
      {"sync without space", kDiskFailed, Broken(kSync, SQLITE_IOERR_FSYNC, ENOSPC)},
      {"truncation", kDiskFailed, Broken(kTruncate, SQLITE_IOERR_TRUNCATE)},
      {"opening", kDiskFailed, Broken(kOpen, SQLITE_CANTOPEN)},
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
      const std::string answer = server.Ask(tried_.request());
      status_ = server.status();
      has_struck_ = vfs_.HasFaultStruck();
      Judge(server, answer);
    }
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
    }
    if (sort_.meaning == Meaning::kNoSpace) Require(alarms_ == 0, "a full disk ended the process");
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

/// Moves the fault from one call to the next until none is left that it could strike, or takes one
/// of the first calls at random.
class FaultWalk {
 public:
  void Take(const Case& tried, const FaultSort& sort, bool is_sticky) {
    const bool checkpoints = std::bernoulli_distribution(0.5)(SampleRandom());
    if (!WantsAll()) {
      std::geometric_distribution<std::size_t> first_calls(0.2);
      (void)Try(tried, sort, is_sticky, first_calls(SampleRandom()), checkpoints);
      return;
    }
    for (const bool with_checkpoint : {false, true}) {
      for (std::size_t n = 0; Try(tried, sort, is_sticky, n, with_checkpoint); ++n) {
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

void TakeAll(FaultWalk& walk, const Case& tried, std::size_t sample) {
  std::vector<std::pair<const FaultSort*, bool>> kinds;
  for (const FaultSort& sort : FaultSorts()) {
    kinds.emplace_back(&sort, false);
    kinds.emplace_back(&sort, true);
  }
  std::ranges::shuffle(kinds, SampleRandom());
  if (!WantsAll()) kinds.resize(sample);
  for (const auto& [sort, is_sticky] : kinds) walk.Take(tried, *sort, is_sticky);
}

TEST(DiskFaultTest, NoMutationIsLostHalvedOrFalselyAcknowledged) {
  FaultWalk walk;
  for (const Mutation& mutation : Mutations()) {
    TakeAll(walk, Case(mutation.request, mutation.set_up), /*sample=*/6);
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
    TakeAll(walk, Case(question, {}), /*sample=*/4);
  }
  walk.Report();
  EXPECT_THAT(walk.complaints(), testing::IsEmpty());
}

}  // namespace
}  // namespace coffer::test
