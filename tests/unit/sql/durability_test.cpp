#include "sql/sqlite_database.h"
#include "support/recording_vfs.h"
#include "support/temporary_directory.h"
#include "unit/sql/notes.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::sql {
namespace {

/// Writes notes, one after the other and in groups, and at each acknowledgement asks what a power
/// loss at that moment would leave. Answers how many acknowledged notes would be missing.
int CountLostAcknowledgements(const std::string& synchronous) {
  constexpr int kNotes = 60;
  const test::TemporaryDirectory directory;
  test::RecordingVfs vfs;
  int lost = 0;
  const auto look = [&](int id) {
    const std::filesystem::path image = directory.path() / ("image-" + std::to_string(id));
    vfs.WriteSyncedImage(image);
    SqliteOptions reopening;
    reopening.file = image / "test.db";
    reopening.synchronous = "OFF";  // Nobody pulls the plug of the image.
    SqliteDatabase after_power_loss(reopening, kNotesSchema);
    if (!HasNote(after_power_loss, id)) ++lost;
  };

  std::latch acknowledged(kNotes);
  SqliteOptions options;
  options.file = directory.path() / "test.db";
  options.vfs = vfs.name();
  options.synchronous = synchronous;
  // Small, so that there are many commits, and checkpoints in between.
  options.batch_limit = 3;
  options.idle_checkpoint_pages = 20;
  options.forced_checkpoint_pages = 40;
  SqliteDatabase database(options, kNotesSchema);
  const std::string body(3000, 'x');
  for (int id = 0; id < kNotes; ++id) {
    const auto run = [&, id](Transaction& transaction) {
      InsertNote(transaction, id, body);
      return true;
    };
    const auto done = [&, id](WriteOutcome outcome, const std::exception_ptr&) {
      EXPECT_EQ(outcome, WriteOutcome::kCommitted);
      look(id);
      acknowledged.count_down();
    };
    EXPECT_TRUE(database.Submit({.run = run, .done = done}));
  }
  acknowledged.wait();
  return lost;
}

TEST(DurabilityTest, PowerLossTakesNothingThatWasAcknowledged) {
  EXPECT_EQ(CountLostAcknowledgements("FULL"), 0);
}

// The test above is worth nothing if it could not fail.
TEST(DurabilityTest, TheRecordingSeesWhatIsLostWithoutSyncs) {
  EXPECT_GT(CountLostAcknowledgements("OFF"), 0);
}

}  // namespace
}  // namespace coffer::sql
