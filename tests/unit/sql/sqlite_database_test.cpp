#include "sql/sqlite_database.h"

#include "support/temporary_directory.h"
#include "unit/sql/notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

namespace coffer::sql {
namespace {

using testing::ElementsAre;

enum class Place : std::uint8_t { kFile, kMemory };

/// What every database of ours does, wherever it lies.
class SqliteDatabaseTest : public testing::TestWithParam<Place> {
 protected:
  SqliteDatabaseTest() {
    if (GetParam() == Place::kFile) options_.file = directory_.path() / "test.db";
    database_ = std::make_unique<SqliteDatabase>(options_, kNotesSchema);
  }

  test::TemporaryDirectory directory_;
  SqliteOptions options_;
  std::unique_ptr<SqliteDatabase> database_;
};

INSTANTIATE_TEST_SUITE_P(Places, SqliteDatabaseTest, testing::Values(Place::kFile, Place::kMemory),
                         [](const auto& place) {
                           return place.param == Place::kFile ? "File" : "Memory";
                         });

TEST_P(SqliteDatabaseTest, ReadsWhatWasWritten) {
  database_->Write([](Transaction& transaction) { InsertNote(transaction, 1); });

  EXPECT_TRUE(HasNote(*database_, 1));
  EXPECT_FALSE(HasNote(*database_, 2));
}

TEST_P(SqliteDatabaseTest, WriteThrowsWhatItsBodyThrewAndChangesNothing) {
  const auto body = [](Transaction& transaction) {
    InsertNote(transaction, 1);
    throw std::domain_error("no");
  };

  EXPECT_THROW(database_->Write(body), std::domain_error);
  EXPECT_EQ(CountNotes(*database_), 0);
}

TEST_P(SqliteDatabaseTest, RollsBackOnlyTheJobThatAskedForIt) {
  Submitter submitter(*database_);
  {
    const WriterPause pause(*database_);
    submitter.SubmitNote(1);
    submitter.SubmitNote(2, /*keep=*/false);
    submitter.Submit([](Transaction& transaction) -> bool {
      InsertNote(transaction, 3);
      throw std::runtime_error("no");
    });
    submitter.SubmitNote(4);
  }

  EXPECT_THAT(submitter.Wait(), ElementsAre(WriteOutcome::kCommitted, WriteOutcome::kRolledBack,
                                            WriteOutcome::kRolledBack, WriteOutcome::kCommitted));
  EXPECT_TRUE(HasNote(*database_, 1));
  EXPECT_EQ(CountNotes(*database_), 2);
  EXPECT_TRUE(HasNote(*database_, 4));
}

TEST_P(SqliteDatabaseTest, AConstraintConcernsItsJobAlone) {
  Submitter submitter(*database_);
  {
    const WriterPause pause(*database_);
    submitter.SubmitNote(1);
    submitter.SubmitNote(1);
    submitter.SubmitNote(2);
  }

  EXPECT_THAT(submitter.Wait(), ElementsAre(WriteOutcome::kCommitted, WriteOutcome::kRolledBack,
                                            WriteOutcome::kCommitted));
}

TEST_P(SqliteDatabaseTest, AReferenceThatPointsNowhereConcernsItsJobAlone) {
  Submitter submitter(*database_);
  {
    const WriterPause pause(*database_);
    submitter.SubmitNote(1);
    submitter.Submit([](Transaction& transaction) {
      transaction.Execute(kInsertLabel, {"AWSCURRENT", std::int64_t{99}});
      return true;
    });
  }

  EXPECT_THAT(submitter.Wait(), ElementsAre(WriteOutcome::kCommitted, WriteOutcome::kRolledBack));
}

TEST_P(SqliteDatabaseTest, DeletesWhatHangsOnADeletedRow) {
  static constexpr Statement kInsertFile{"INSERT INTO files(note) VALUES($1)"};
  static constexpr Statement kDeleteNote{"DELETE FROM notes WHERE id = $1"};
  static constexpr Statement kCountFiles{"SELECT count(*) FROM files"};

  database_->Write([](Transaction& transaction) {
    InsertNote(transaction, 1);
    transaction.Execute(kInsertFile, {std::int64_t{1}});
    EXPECT_EQ(transaction.Execute(kDeleteNote, {std::int64_t{1}}), 1);
    EXPECT_EQ(QueryNumber(transaction, kCountFiles), 0);
  });
}

TEST_P(SqliteDatabaseTest, ReturningAnswersTheRowsThatWereWritten) {
  static constexpr Statement kInsertReturning{
      "INSERT INTO notes(id, body) VALUES($2, $1) RETURNING id"};

  database_->Write([](Transaction& transaction) {
    EXPECT_EQ(QueryNumber(transaction, kInsertReturning, {"body", std::int64_t{7}}), 7);
  });

  EXPECT_TRUE(HasNote(*database_, 7));
}

TEST_P(SqliteDatabaseTest, AReadCannotWrite) {
  static constexpr Statement kInsertReturning{"INSERT INTO notes VALUES(1, 'x') RETURNING id"};

  database_->Read([](Transaction& transaction) {
    EXPECT_THROW(InsertNote(transaction, 1), SqlError);
    EXPECT_THROW(QueryNumber(transaction, kInsertReturning), SqlError);
  });

  EXPECT_EQ(CountNotes(*database_), 0);
}

TEST_P(SqliteDatabaseTest, AReadThatThrewLeavesTheNextOneAFreshSnapshot) {
  const auto fail = [](Transaction& transaction) {
    (void)QueryNumber(transaction, kCountNotes);
    throw std::runtime_error("no");
  };

  EXPECT_THROW(database_->Read(fail), std::runtime_error);
  database_->Write([](Transaction& transaction) { InsertNote(transaction, 1); });

  EXPECT_EQ(CountNotes(*database_), 1);
}

TEST_P(SqliteDatabaseTest, HooksOfAllJobsRunBeforeAnybodyIsTold) {
  std::vector<int> events;
  std::latch told(2);
  {
    const WriterPause pause(*database_);
    for (const int number : {1, 2}) {
      const bool keep = number == 1;
      ASSERT_TRUE(database_->Submit({.run =
                                         [&events, number, keep](Transaction& transaction) {
                                           transaction.AtEnd(
                                               [&events, number] { events.push_back(number); });
                                           return keep;
                                         },
                                     .done =
                                         [&, number](WriteOutcome, std::exception_ptr) {
                                           events.push_back(number * 10);
                                           told.count_down();
                                         }}));
    }
  }
  told.wait();

  EXPECT_THAT(events, ElementsAre(1, 2, 10, 20));
}

TEST_P(SqliteDatabaseTest, HooksOfAReadRunAtItsEndEvenIfItThrew) {
  bool ended = false;

  EXPECT_THROW(database_->Read([&](Transaction& transaction) {
    transaction.AtEnd([&] { ended = true; });
    EXPECT_FALSE(ended);
    throw std::runtime_error("no");
  }),
               std::runtime_error);

  EXPECT_TRUE(ended);
}

TEST_P(SqliteDatabaseTest, CountsGroupsThatWereCommitted) {
  const std::int64_t before = database_->commit_sequence();
  Submitter submitter(*database_);
  {
    const WriterPause pause(*database_);
    submitter.SubmitNote(1);
    submitter.SubmitNote(2);
  }
  submitter.Wait();
  const std::int64_t after_group = database_->commit_sequence();
  submitter.SubmitNote(3, /*keep=*/false);
  submitter.Wait();

  EXPECT_EQ(after_group, before + 1);
  EXPECT_EQ(database_->commit_sequence(), after_group);
}

TEST_P(SqliteDatabaseTest, ManyThreadsGetEveryJobDoneOnce) {
  constexpr int kThreads = 8;
  constexpr int kJobs = 500;
  std::vector<std::atomic<int>> done(kThreads * kJobs);
  std::latch all_done(kThreads * kJobs);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int job = 0; job < kJobs; ++job) {
        const int id = thread * kJobs + job;
        const auto run = [id](Transaction& transaction) {
          InsertNote(transaction, id);
          return id % 10 != 0;
        };
        const auto tell = [&, id](WriteOutcome outcome, const std::exception_ptr&) {
          EXPECT_EQ(outcome == WriteOutcome::kCommitted, id % 10 != 0);
          ++done[static_cast<std::size_t>(id)];
          all_done.count_down();
        };
        while (!database_->Submit({.run = run, .done = tell})) std::this_thread::yield();
      }
    });
  }
  all_done.wait();

  EXPECT_TRUE(std::ranges::all_of(done, [](const auto& count) { return count == 1; }));
  EXPECT_EQ(CountNotes(*database_), kThreads * kJobs * 9 / 10);
}

TEST_P(SqliteDatabaseTest, FinishesWhatIsQueuedBeforeItCloses) {
  std::atomic<int> committed = 0;
  const auto count = [&](WriteOutcome outcome, const std::exception_ptr&) {
    if (outcome == WriteOutcome::kCommitted) ++committed;
  };
  for (int id = 0; id < 100; ++id) {
    const auto run = [id](Transaction& transaction) {
      InsertNote(transaction, id);
      return true;
    };
    ASSERT_TRUE(database_->Submit({.run = run, .done = count}));
  }

  database_.reset();

  EXPECT_EQ(committed, 100);
}

TEST_P(SqliteDatabaseTest, TurnsJobsAwayWhenTheQueueIsFull) {
  options_.queue_limit = 2;
  if (options_.file) options_.file = directory_.path() / "other.db";
  SqliteDatabase database(options_, kNotesSchema);
  Submitter submitter(database);
  {
    const WriterPause pause(database);
    submitter.SubmitNote(1);
    submitter.SubmitNote(2);

    EXPECT_FALSE(database.Submit({.run = [](Transaction&) { return true; },
                                  .done = [](WriteOutcome, std::exception_ptr) { FAIL(); }}));
    EXPECT_THROW(database.Write([](Transaction&) {}), SqlError);
  }

  EXPECT_THAT(submitter.Wait(), ElementsAre(WriteOutcome::kCommitted, WriteOutcome::kCommitted));
}

class SqliteFileTest : public testing::Test {
 protected:
  SqliteFileTest() { options_.file = directory_.path() / "test.db"; }

  test::TemporaryDirectory directory_;
  SqliteOptions options_;
};

TEST_F(SqliteFileTest, KeepsRowsAndTheSequenceAcrossARestart) {
  std::int64_t sequence = 0;
  {
    SqliteDatabase database(options_, kNotesSchema);
    database.Write([](Transaction& transaction) { InsertNote(transaction, 1); });
    sequence = database.commit_sequence();
  }

  SqliteDatabase database(options_, kNotesSchema);

  EXPECT_EQ(CountNotes(database), 1);
  EXPECT_EQ(sequence, 1);
  EXPECT_EQ(database.commit_sequence(), sequence);
}

TEST_F(SqliteFileTest, LeavesOneFileWhenClosed) {
  {
    SqliteDatabase database(options_, kNotesSchema);
    database.Write([](Transaction& transaction) { InsertNote(transaction, 1); });
    EXPECT_EQ(CountNotes(database), 1);
  }

  EXPECT_FALSE(std::filesystem::exists(options_.file->string() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(options_.file->string() + "-shm"));
}

TEST_F(SqliteFileTest, AReaderIsNotHeldUpByALongWrite) {
  SqliteDatabase database(options_, kNotesSchema);
  Submitter submitter(database);
  std::latch is_written(1);
  std::latch is_read(1);
  submitter.Submit([&](Transaction& transaction) {
    InsertNote(transaction, 1);
    is_written.count_down();
    is_read.wait();
    return true;
  });
  is_written.wait();

  const std::int64_t during = CountNotes(database);
  is_read.count_down();
  submitter.Wait();

  EXPECT_EQ(during, 0);
  EXPECT_EQ(CountNotes(database), 1);
}

TEST_F(SqliteFileTest, ASnapshotDoesNotChangeWhileOthersWrite) {
  SqliteDatabase database(options_, kNotesSchema);

  database.Read([&](Transaction& transaction) {
    EXPECT_EQ(QueryNumber(transaction, kCountNotes), 0);
    database.Write([](Transaction& other) { InsertNote(other, 1); });
    EXPECT_EQ(QueryNumber(transaction, kCountNotes), 0);
  });

  EXPECT_EQ(CountNotes(database), 1);
}

}  // namespace
}  // namespace coffer::sql
