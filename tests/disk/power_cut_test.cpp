#include "support/recording_vfs.h"
#include "vault_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace coffer::test {
namespace {

constexpr std::uint64_t kSeed = 3;

/// After `events` of what was recorded, with this fate for what was not synced.
struct Cut {
  std::size_t events;
  PowerCut kind;
};

/// One call, all that it did to the disk, and the rows before and after it.
class RecordedCall {
 public:
  RecordedCall(const Mutation& mutation, DiskUse use) {
    use.vfs = vfs_.name();
    PreparedVault(mutation.set_up).CopyTo(directory_.path() / "vault");
    {
      ServerOverFiles server(directory_.path() / "vault", use, kSeed);
      // So that the WAL begins with something else.
      (void)server.Ask({Service::kSecretsManager, "TagResource",
                        R"({"SecretId":"c","Tags":[{"Key":"before","Value":"it"}]})"});
      vfs_.StartRecording();
      answer_ = server.Ask(mutation.request);
      status_ = server.status();
      acknowledged_ = vfs_.CountOfEvents();
    }
    before_ = RowsAfter({0, PowerCut::kAllIsKept});
    after_ = RowsAfter({vfs_.CountOfEvents(), PowerCut::kAllIsKept});
  }

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& answer() const { return answer_; }
  [[nodiscard]] const std::string& before() const { return before_; }
  [[nodiscard]] const std::string& after() const { return after_; }
  [[nodiscard]] bool IsAcknowledged(const Cut& cut) const { return cut.events >= acknowledged_; }

  /// All cuts that make a difference: what was synced changes by syncs and deletions alone.
  [[nodiscard]] std::vector<Cut> Cuts() const {
    std::vector<Cut> cuts;
    const std::vector<DiskEvent>& events = vfs_.recording().events;
    for (std::size_t done = 0; done <= events.size(); ++done) {
      using Kind = DiskEvent::Kind;
      const Kind last = done == 0 ? Kind::kSynced : events[done - 1].kind;
      const bool is_written = last == Kind::kWritten || last == Kind::kTruncated;
      if (!is_written || done == acknowledged_) {
        cuts.push_back({done, PowerCut::kNothingUnsyncedIsKept});
      }
      cuts.push_back({done, PowerCut::kSomeIsKept});
      cuts.push_back({done, PowerCut::kAllIsKept});
      if (is_written) cuts.push_back({done, PowerCut::kTornAtTheLast});
    }
    return cuts;
  }

  [[nodiscard]] std::string RowsAfter(const Cut& cut) const {
    const MemoryDirectory image;
    DiskModel disk = vfs_.recording().before;
    const std::vector<DiskEvent>& events = vfs_.recording().events;
    for (std::size_t done = 0; done < cut.events; ++done) disk.Apply(events[done]);
    disk.WriteImage(image.path(), cut.kind, SampleRandom());
    return ReopenedRowsIn(image.path());
  }

 private:
  MemoryDirectory directory_;
  RecordingVfs vfs_;
  std::string answer_;
  int status_ = 0;
  std::size_t acknowledged_ = 0;
  std::string before_;
  std::string after_;
};

/// Answers what is wrong with what a cut leaves, or nothing.
std::string Complaint(const RecordedCall& call, const Cut& cut) {
  const std::string rows = call.RowsAfter(cut);
  if (rows == call.after()) return "";
  if (rows == call.before()) return call.IsAcknowledged(cut) ? "an acknowledged call is gone" : "";
  return rows.starts_with("not ") ? rows : "a call is there by half";
}

std::vector<Cut> Sample(std::vector<Cut> cuts, std::size_t count) {
  std::ranges::shuffle(cuts, SampleRandom());
  cuts.resize(std::min(cuts.size(), SampleOf(count)));
  return cuts;
}

/// Cuts the power of each mutation in `sample` places, says how many that makes, and answers what
/// was wrong.
std::vector<std::string> CutPower(std::span<const Mutation> mutations, const DiskUse& use,
                                  std::size_t sample) {
  std::vector<std::string> complaints;
  std::size_t count = 0;
  for (const Mutation& mutation : mutations) {
    const std::string name = NameOf(mutation.request);
    const RecordedCall call(mutation, use);
    EXPECT_EQ(call.status(), 200) << name << ": " << call.answer();
    EXPECT_NE(call.before(), call.after()) << name << " changed nothing";
    for (const Cut& cut : Sample(call.Cuts(), sample)) {
      ++count;
      const std::string complaint = Complaint(call, cut);
      if (complaint.empty()) continue;
      complaints.push_back(name + ", cut of kind " + std::to_string(int(cut.kind)) + " after " +
                           std::to_string(cut.events) + " events: " + complaint);
    }
  }
  std::cout << count << " power cuts\n";
  return complaints;
}

TEST(PowerCutTest, NoCallIsLostOrHalved) {
  EXPECT_THAT(CutPower(Mutations(), {}, /*sample=*/4), testing::IsEmpty());
}

TEST(PowerCutTest, NoCallIsLostOrHalvedAroundACheckpoint) {
  EXPECT_THAT(CutPower(Mutations(), {.forced_checkpoint_pages = 1}, /*sample=*/4),
              testing::IsEmpty());
}

// The tests above are worth nothing if they could not fail.
TEST(PowerCutTest, TheCutsFindWhatIsLostWithoutSyncs) {
  const auto few = std::span(Mutations()).first(5);
  EXPECT_THAT(CutPower(few, {.synchronous = "OFF"}, /*sample=*/20),
              testing::Not(testing::IsEmpty()));
}

}  // namespace
}  // namespace coffer::test
