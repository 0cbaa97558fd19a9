#pragma once

#include "coffer/database.h"
#include "sql/sqlite_database.h"

#include <condition_variable>
#include <cstdint>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// A small schema and what several tests do with it.
namespace coffer::sql {

inline constexpr SchemaStep kNotesSchema[] = {
    {1, "notes", "CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"},
    {2, "labels",
     "CREATE TABLE labels(label TEXT PRIMARY KEY, note INTEGER NOT NULL REFERENCES notes(id) "
     "  DEFERRABLE INITIALLY DEFERRED) STRICT;"
     "CREATE TABLE files(note INTEGER PRIMARY KEY REFERENCES notes(id) ON DELETE CASCADE, "
     "  content BLOB) STRICT;"},
};

inline constexpr Statement kInsertNote{"INSERT INTO notes(id, body) VALUES($1, $2)"};
inline constexpr Statement kCountNotes{"SELECT count(*) FROM notes"};
inline constexpr Statement kCountNotesWithId{"SELECT count(*) FROM notes WHERE id = $1"};
inline constexpr Statement kInsertLabel{"INSERT INTO labels(label, note) VALUES($1, $2)"};

inline void InsertNote(Transaction& transaction, std::int64_t id, std::string_view body = "note") {
  transaction.Execute(kInsertNote, {id, body});
}

inline std::int64_t QueryNumber(Transaction& transaction, const Statement& statement,
                                SqlParameters parameters = {}) {
  std::int64_t number = -1;
  transaction.Query(statement, parameters, [&](const Row& row) {
    number = row.Integer(0);
    return false;
  });
  return number;
}

inline std::int64_t CountNotes(Database& database) {
  std::int64_t count = -1;
  database.Read([&](Transaction& transaction) { count = QueryNumber(transaction, kCountNotes); });
  return count;
}

inline bool HasNote(Database& database, std::int64_t id) {
  std::int64_t count = -1;
  database.Read(
      [&](Transaction& transaction) { count = QueryNumber(transaction, kCountNotesWithId, {id}); });
  return count == 1;
}

/// Submits jobs and collects what became of them, in the order of the submissions.
class Submitter {
 public:
  explicit Submitter(Database& database) : database_(database) {}

  void Submit(std::function<bool(Transaction&)> run) {
    std::size_t index = 0;
    {
      const std::scoped_lock lock(outcomes_mutex_);
      index = outcomes_.size();
      outcomes_.push_back(WriteOutcome::kUnknown);
    }
    const bool is_queued = database_.Submit(
        {.run = std::move(run), .done = [this, index](WriteOutcome outcome, std::exception_ptr) {
           const std::scoped_lock lock(outcomes_mutex_);
           outcomes_[index] = outcome;
           ++settled_count_;
           settled_.notify_all();
         }});
    if (!is_queued) throw std::runtime_error("the queue is full");
  }

  void SubmitNote(std::int64_t id, bool keep = true) {
    Submit([id, keep](Transaction& transaction) {
      InsertNote(transaction, id);
      return keep;
    });
  }

  /// Waits for all and answers their outcomes.
  std::vector<WriteOutcome> Wait() {
    std::unique_lock lock(outcomes_mutex_);
    settled_.wait(lock, [this] { return settled_count_ == outcomes_.size(); });
    return outcomes_;
  }

 private:
  Database& database_;
  std::mutex outcomes_mutex_;
  std::condition_variable settled_;
  std::vector<WriteOutcome> outcomes_;
  std::size_t settled_count_ = 0;
};

/// Holds the writer in a job that changes nothing, so that what is submitted meanwhile becomes one
/// batch.
class WriterPause {
 public:
  explicit WriterPause(Database& database) {
    const bool is_queued = database.Submit(
        {.run =
             [this](Transaction&) {
               is_held_.count_down();
               release_.wait();
               return false;
             },
         .done = [this](WriteOutcome, std::exception_ptr) { is_over_.count_down(); }});
    if (!is_queued) throw std::runtime_error("the queue is full");
    is_held_.wait();
  }
  WriterPause(const WriterPause&) = delete;
  WriterPause& operator=(const WriterPause&) = delete;
  ~WriterPause() {
    release_.count_down();
    is_over_.wait();
  }

 private:
  std::latch is_held_{1};
  std::latch release_{1};
  std::latch is_over_{1};
};

}  // namespace coffer::sql
