#include "sql/sqlite_writer.h"

#include "support/recording_vfs.h"
#include "support/temporary_directory.h"
#include "unit/sql/notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

namespace coffer::sql {
namespace {

using test::FileKind;
using test::FileOperation;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// The writer over a disk that fails when told to.
class SqliteWriterTest : public testing::Test {
 protected:
  SqliteWriterTest() {
    options_.file = directory_.path() / "test.db";
    options_.vfs = vfs_.name();
    options_.on_fatal = [this](std::string_view reason) {
      ++fatal_count_;
      fatal_reason_ = reason;
    };
  }

  void Open() {
    options_.writer_cache_kibibytes = 2'000;
    database_ = std::make_unique<SqliteDatabase>(options_, kNotesSchema);
  }

  std::vector<WriteOutcome> WriteNote(std::int64_t id) {
    Submitter submitter(*database_);
    submitter.SubmitNote(id);
    return submitter.Wait();
  }

  /// A note far larger than the page cache, so that a job writes to the WAL before its commit.
  static void InsertHugeNotes(Transaction& transaction) {
    const std::string body(900'000, 'x');
    for (std::int64_t id = 1000; id < 1006; ++id) InsertNote(transaction, id, body);
  }

  test::TemporaryDirectory directory_;
  test::RecordingVfs vfs_;
  SqliteOptions options_;
  std::atomic<int> fatal_count_ = 0;
  std::string fatal_reason_;  // Of the writer's thread; read after database_ is closed.
  std::unique_ptr<SqliteDatabase> database_;
};

TEST_F(SqliteWriterTest, FullDiskAtCommitFailsTheBatchAndLaterWritesSucceed) {
  Open();
  Submitter submitter(*database_);
  {
    const WriterPause pause(*database_);
    submitter.SubmitNote(1);
    submitter.SubmitNote(2);
    vfs_.Inject({FileOperation::kWrite, FileKind::kWal, SQLITE_FULL});
  }

  EXPECT_THAT(submitter.Wait(), Each(WriteOutcome::kNoSpace));
  EXPECT_EQ(CountNotes(*database_), 0);
  EXPECT_THAT(WriteNote(1), ElementsAre(WriteOutcome::kCommitted));
  EXPECT_EQ(fatal_count_, 0);
}

TEST_F(SqliteWriterTest, FullDiskInsideOneJobFailsItsWholeBatch) {
  Open();
  Submitter submitter(*database_);
  {
    const WriterPause pause(*database_);
    submitter.SubmitNote(1);
    submitter.Submit([](Transaction& transaction) {
      InsertHugeNotes(transaction);
      return true;
    });
    submitter.SubmitNote(2);
    vfs_.Inject({FileOperation::kWrite, FileKind::kWal, SQLITE_FULL, 10});
  }

  EXPECT_THAT(submitter.Wait(), Each(WriteOutcome::kNoSpace));
  EXPECT_TRUE(vfs_.HasFaultStruck());
  EXPECT_EQ(CountNotes(*database_), 0);
  EXPECT_THAT(WriteNote(1), ElementsAre(WriteOutcome::kCommitted));
}

/// Overwrites the page of a closed database that holds `text`, from its header on.
void DamagePageWith(const std::filesystem::path& file, std::string_view text) {
  constexpr std::size_t kPage = 4096;
  std::fstream database(file, std::ios::in | std::ios::out | std::ios::binary);
  std::string page(kPage, '\0');
  for (std::size_t number = 0; database.read(page.data(), kPage); ++number) {
    if (page.find(text) == std::string::npos) continue;
    database.seekp(static_cast<std::streamoff>(number * kPage));
    database.write(std::string(kPage, '\x7F').data(), kPage);
    return;
  }
  FAIL() << "no page holds it";
}

TEST_F(SqliteWriterTest, ADamagedPageFailsWhoNeedsItAndNobodyElse) {
  Open();
  database_->Write([](Transaction& transaction) {
    const std::string filler(3000, 'x');  // One note a page.
    for (std::int64_t id = 1; id <= 60; ++id) {
      InsertNote(transaction, id, filler + "note " + std::to_string(id) + ";");
    }
  });
  database_.reset();
  DamagePageWith(*options_.file, "note 30;");
  Open();
  Submitter submitter(*database_);
  {
    const WriterPause pause(*database_);
    submitter.SubmitNote(1001);
    submitter.Submit([](Transaction& transaction) {
      constexpr Statement kRead{"SELECT length(body) FROM notes WHERE id = 30"};
      return QueryNumber(transaction, kRead) > 0;
    });
    submitter.SubmitNote(1002);
  }

  EXPECT_THAT(submitter.Wait(), ElementsAre(WriteOutcome::kCommitted, WriteOutcome::kFailed,
                                            WriteOutcome::kCommitted));
  EXPECT_TRUE(HasNote(*database_, 1001));
  EXPECT_TRUE(HasNote(*database_, 1002));
  EXPECT_EQ(fatal_count_, 0);
}

TEST_F(SqliteWriterTest, AJobCannotHideThatTheDiskIsFull) {
  Open();
  Submitter submitter(*database_);
  vfs_.Inject({FileOperation::kWrite, FileKind::kWal, SQLITE_FULL, 10});
  submitter.Submit([](Transaction& transaction) {
    EXPECT_THROW(InsertHugeNotes(transaction), SqlError);
    return true;
  });

  EXPECT_THAT(submitter.Wait(), ElementsAre(WriteOutcome::kNoSpace));
}

// SQLite extends the index after the commit is in the WAL: too late to say that it was not made.
TEST_F(SqliteWriterTest, ALongerWalNeedsNoSpaceForItsIndex) {
  constexpr std::uintmax_t kMoreThanOneBlock = std::uintmax_t{4200} * 4120;
  options_.idle_checkpoint_pages = options_.forced_checkpoint_pages = 100'000;
  Open();
  vfs_.Inject({.operation = FileOperation::kExtendShared,
               .kind = {},
               .code = SQLITE_IOERR_SHMSIZE,
               .system_error = ENOSPC});
  const std::string wal = options_.file->string() + "-wal";
  for (std::int64_t id = 0; std::filesystem::file_size(wal) < kMoreThanOneBlock; ++id) {
    ASSERT_LT(id, 100);
    Submitter submitter(*database_);
    submitter.Submit([id](Transaction& transaction) {
      InsertNote(transaction, id, std::string(900'000, 'x'));
      return true;
    });
    ASSERT_THAT(submitter.Wait(), ElementsAre(WriteOutcome::kCommitted));
  }
  EXPECT_FALSE(vfs_.HasFaultStruck());
}

struct WantOfSpace {
  const char* name;
  int code;
  int system_error;
};

class SqliteWriterSpaceTest : public SqliteWriterTest,
                              public testing::WithParamInterface<WantOfSpace> {};

INSTANTIATE_TEST_SUITE_P(Wants, SqliteWriterSpaceTest,
                         testing::Values(WantOfSpace{"FullDisk", SQLITE_FULL, ENOSPC},
                                         WantOfSpace{"Quota", SQLITE_IOERR_WRITE, EDQUOT},
                                         WantOfSpace{"SizeLimit", SQLITE_IOERR_WRITE, EFBIG}),
                         [](const auto& want) { return want.param.name; });

TEST_P(SqliteWriterSpaceTest, RefusesWritesUntilThereIsSpaceAgain) {
  Open();
  ASSERT_THAT(WriteNote(1), ElementsAre(WriteOutcome::kCommitted));
  vfs_.Inject({.operation = FileOperation::kWrite,
               .kind = {},
               .code = GetParam().code,
               .is_sticky = true,
               .system_error = GetParam().system_error});

  EXPECT_THAT(WriteNote(2), ElementsAre(WriteOutcome::kNoSpace));
  EXPECT_THAT(WriteNote(2), ElementsAre(WriteOutcome::kNoSpace));
  EXPECT_TRUE(HasNote(*database_, 1));
  vfs_.Heal();

  EXPECT_THAT(WriteNote(2), ElementsAre(WriteOutcome::kCommitted));
  EXPECT_EQ(fatal_count_, 0);
}

/// A call that fails for a reader; what SQLite makes of it.
struct ReadFailure {
  const char* name;
  FileOperation operation;
  int code;
  int system_error;
  int alarms;
};

class SqliteReaderDiskFailureTest : public SqliteWriterTest,
                                    public testing::WithParamInterface<ReadFailure> {};

INSTANTIATE_TEST_SUITE_P(
    Failures, SqliteReaderDiskFailureTest,
    testing::Values(
        ReadFailure{"Read", FileOperation::kRead, SQLITE_IOERR_READ, EIO, 1},
        ReadFailure{"ReadAsTheRealVfsSaysIt", FileOperation::kRead, SQLITE_IOERR_CORRUPTFS, EIO, 1},
        ReadFailure{"Opening", FileOperation::kOpen, SQLITE_CANTOPEN, EIO, 1},
        ReadFailure{"NoDescriptorLeft", FileOperation::kOpen, SQLITE_CANTOPEN, EMFILE, 0}),
    [](const auto& failure) { return failure.param.name; });

TEST_P(SqliteReaderDiskFailureTest, IsReportedOnce) {
  Open();
  vfs_.Inject({.operation = GetParam().operation,
               .kind = {},
               .code = GetParam().code,
               .is_sticky = true,
               .system_error = GetParam().system_error});

  EXPECT_THROW((void)CountNotes(*database_), SqlError);
  EXPECT_THROW((void)CountNotes(*database_), SqlError);

  EXPECT_EQ(fatal_count_, GetParam().alarms);
  vfs_.Heal();
  EXPECT_EQ(CountNotes(*database_), 0);
}

TEST_F(SqliteWriterTest, HooksRunWhenTheBatchFailed) {
  Open();
  bool ended = false;
  vfs_.Inject({FileOperation::kWrite, FileKind::kWal, SQLITE_FULL});

  EXPECT_THROW(database_->Write([&](Transaction& transaction) {
    transaction.AtEnd([&] { ended = true; });
    InsertNote(transaction, 1);
  }),
               SqlError);

  EXPECT_TRUE(ended);
}

/// A disk failure after which nobody knows what was kept, and where it strikes.
struct DiskFailure {
  const char* name;
  FileOperation operation;
  int code;
};

class SqliteWriterDiskFailureTest : public SqliteWriterTest,
                                    public testing::WithParamInterface<DiskFailure> {};

INSTANTIATE_TEST_SUITE_P(
    Failures, SqliteWriterDiskFailureTest,
    testing::Values(DiskFailure{"Sync", FileOperation::kSync, SQLITE_IOERR_FSYNC},
                    DiskFailure{"Write", FileOperation::kWrite, SQLITE_IOERR_WRITE}),
    [](const auto& failure) { return failure.param.name; });

TEST_P(SqliteWriterDiskFailureTest, LeavesTheOutcomeUnknownAndEndsAllWriting) {
  Open();
  ASSERT_THAT(WriteNote(1), ElementsAre(WriteOutcome::kCommitted));
  Submitter submitter(*database_);
  {
    const WriterPause pause(*database_);
    submitter.SubmitNote(2);
    submitter.SubmitNote(3);
    vfs_.Inject({GetParam().operation, FileKind::kWal, GetParam().code});
  }
  const std::vector<WriteOutcome> outcomes = submitter.Wait();
  const std::size_t changes = vfs_.CountOfChanges();

  EXPECT_THAT(outcomes, Each(WriteOutcome::kUnknown));
  EXPECT_THAT(WriteNote(4), ElementsAre(WriteOutcome::kFailed));
  EXPECT_THROW(database_->Write([](Transaction& transaction) { InsertNote(transaction, 5); }),
               SqlError);
  database_.reset();
  EXPECT_EQ(vfs_.CountOfChanges(), changes);
  EXPECT_EQ(fatal_count_, 1);
  EXPECT_THAT(fatal_reason_, HasSubstr("disk I/O error"));
}

TEST_P(SqliteWriterDiskFailureTest, ARestartShowsTheBatchWholeOrNotAtAll) {
  Open();
  ASSERT_THAT(WriteNote(1), ElementsAre(WriteOutcome::kCommitted));
  Submitter submitter(*database_);
  {
    const WriterPause pause(*database_);
    submitter.SubmitNote(2);
    submitter.SubmitNote(3);
    vfs_.Inject({GetParam().operation, FileKind::kWal, GetParam().code});
  }
  ASSERT_THAT(submitter.Wait(), Each(WriteOutcome::kUnknown));
  database_.reset();

  Open();

  EXPECT_TRUE(HasNote(*database_, 1));
  EXPECT_EQ(HasNote(*database_, 2), HasNote(*database_, 3));
  EXPECT_THAT(WriteNote(4), ElementsAre(WriteOutcome::kCommitted));
}

TEST_F(SqliteWriterTest, AFailedSyncOfACheckpointIsFatalButLosesNothing) {
  options_.forced_checkpoint_pages = 1;
  Open();
  vfs_.Inject({FileOperation::kSync, FileKind::kDatabase, SQLITE_IOERR_FSYNC});

  EXPECT_THAT(WriteNote(1), ElementsAre(WriteOutcome::kCommitted));
  database_.reset();
  EXPECT_EQ(fatal_count_, 1);

  Open();
  EXPECT_TRUE(HasNote(*database_, 1));
}

TEST_F(SqliteWriterTest, AFullDiskAtACheckpointDoesNoHarm) {
  options_.forced_checkpoint_pages = 1;
  Open();
  vfs_.Inject({FileOperation::kWrite, FileKind::kDatabase, SQLITE_FULL});

  EXPECT_THAT(WriteNote(1), ElementsAre(WriteOutcome::kCommitted));
  EXPECT_THAT(WriteNote(2), ElementsAre(WriteOutcome::kCommitted));
  EXPECT_TRUE(vfs_.HasFaultStruck());
  EXPECT_EQ(fatal_count_, 0);
}

TEST_F(SqliteWriterTest, WritesNothingForABatchOfWhichNothingIsKept) {
  Open();
  const std::size_t changes = vfs_.CountOfChanges();
  Submitter submitter(*database_);
  submitter.SubmitNote(1, /*keep=*/false);

  EXPECT_THAT(submitter.Wait(), ElementsAre(WriteOutcome::kRolledBack));
  EXPECT_EQ(vfs_.CountOfChanges(), changes);
}

TEST_F(SqliteWriterTest, CommitsWhatIsWaitingWithOneSync) {
  Open();
  Submitter submitter(*database_);
  const std::size_t syncs = vfs_.CountOf(FileOperation::kSync, FileKind::kWal);
  {
    const WriterPause pause(*database_);
    for (int id = 0; id < 50; ++id) submitter.SubmitNote(id);
  }
  submitter.Wait();

  EXPECT_EQ(vfs_.CountOf(FileOperation::kSync, FileKind::kWal), syncs + 1);
}

TEST_F(SqliteWriterTest, SplitsWhatIsWaitingAtTheBatchLimit) {
  options_.batch_limit = 10;
  Open();
  Submitter submitter(*database_);
  const std::int64_t before = database_->commit_sequence();
  {
    const WriterPause pause(*database_);
    for (int id = 0; id < 25; ++id) submitter.SubmitNote(id);
  }
  submitter.Wait();

  EXPECT_EQ(database_->commit_sequence(), before + 3);
}

TEST_F(SqliteWriterTest, CheckpointsInAQuietMomentOnceTheWalHasGrown) {
  options_.idle_checkpoint_pages = 1;
  Open();
  const std::size_t syncs = vfs_.CountOf(FileOperation::kSync, FileKind::kDatabase);

  WriteNote(1);

  EXPECT_TRUE(vfs_.WaitForCount(FileOperation::kSync, FileKind::kDatabase, syncs + 1));
}

TEST_F(SqliteWriterTest, EmptiesTheWalAtTheForcedSize) {
  options_.forced_checkpoint_pages = 20;
  Open();
  const std::uintmax_t limit = 40 * 4096;
  for (int id = 0; id < 200; ++id) {
    WriteNote(id);
    ASSERT_LT(std::filesystem::file_size(options_.file->string() + "-wal"), limit);
  }
}

TEST_F(SqliteWriterTest, AReaderThatHoldsUpACheckpointDoesNotStopWrites) {
  options_.idle_checkpoint_pages = 5;
  options_.forced_checkpoint_pages = 5;
  Open();

  database_->Read([&](Transaction& transaction) {
    EXPECT_EQ(QueryNumber(transaction, kCountNotes), 0);
    for (int id = 0; id < 10; ++id) {
      EXPECT_THAT(WriteNote(id), ElementsAre(WriteOutcome::kCommitted));
    }
    EXPECT_EQ(QueryNumber(transaction, kCountNotes), 0);
  });

  EXPECT_EQ(CountNotes(*database_), 10);
}

TEST_F(SqliteWriterTest, WhatIsErasedLeavesTheFiles) {
  static constexpr Statement kAll{"DELETE FROM notes"};
  Open();
  const auto remains = [&] {
    std::string all;
    for (const char* suffix : {"", "-wal"}) {
      std::ifstream file(options_.file->string() + suffix, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all.find("to be forgotten") != std::string::npos;
  };
  const auto write_and_remove = [&](bool erases) {
    database_->Write([](Transaction& transaction) {
      transaction.Execute(kInsertNote, {std::int64_t{1}, "to be forgotten"});
    });
    database_->Write([&](Transaction& transaction) {
      transaction.Execute(kAll, {});
      if (erases) transaction.Erase();
    });
  };

  write_and_remove(false);
  EXPECT_TRUE(remains());  // In the log.

  // A reader stands in the way for a while.
  database_->Read([&](Transaction& transaction) {
    EXPECT_EQ(QueryNumber(transaction, kCountNotes), 0);
    write_and_remove(true);
    EXPECT_TRUE(remains());
  });
  for (int i = 0; i < 600 && remains(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_FALSE(remains());
}

TEST_F(SqliteWriterTest, AReadThatAsksNothingTouchesNoFile) {
  Open();
  const std::size_t reads = vfs_.CountOf(FileOperation::kRead, FileKind::kDatabase);

  database_->Read([](Transaction&) {});

  EXPECT_EQ(vfs_.CountOf(FileOperation::kRead, FileKind::kDatabase), reads);
}

TEST_F(SqliteWriterTest, BusyForAnotherProcessFailsTheBatchAlone) {
  Open();
  sqlite3* intruder = nullptr;
  ASSERT_EQ(sqlite3_open(options_.file->c_str(), &intruder), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(intruder, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);

  EXPECT_THAT(WriteNote(1), ElementsAre(WriteOutcome::kFailed));
  ASSERT_EQ(sqlite3_exec(intruder, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(intruder);

  EXPECT_THAT(WriteNote(1), ElementsAre(WriteOutcome::kCommitted));
}

}  // namespace
}  // namespace coffer::sql
