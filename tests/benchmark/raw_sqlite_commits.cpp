// What the disk and SQLite alone can do: rows of 600 bytes, each in a commit of its own, for so
// many seconds, with the settings that Coffer uses. Prints the number of commits and the seconds.
//
//   raw_sqlite_commits NEW_DATABASE_FILE SECONDS

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>

namespace {

constexpr std::size_t kRowBytes = 600;

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

void Require(bool done, sqlite3* database) {
  if (!done) throw std::runtime_error(sqlite3_errmsg(database));
}

Database Open(const char* file) {
  sqlite3* raw = nullptr;
  const int result = sqlite3_open(file, &raw);
  Database database(raw, sqlite3_close);
  Require(result == SQLITE_OK, raw);
  const int prepared = sqlite3_exec(raw,
                                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                    "CREATE TABLE rows (id INTEGER PRIMARY KEY, value BLOB) STRICT",
                                    nullptr, nullptr, nullptr);
  Require(prepared == SQLITE_OK, raw);
  return database;
}

void CommitRows(sqlite3* database, std::chrono::duration<double> time) {
  sqlite3_stmt* raw = nullptr;
  Require(sqlite3_prepare_v2(database, "INSERT INTO rows (value) VALUES (?)", -1, &raw, nullptr) ==
              SQLITE_OK,
          database);
  const Statement insert(raw, sqlite3_finalize);
  std::array<unsigned char, kRowBytes> row{};
  row.fill(0xa5);
  Require(sqlite3_bind_blob(raw, 1, row.data(), kRowBytes, SQLITE_STATIC) == SQLITE_OK, database);

  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double> elapsed{};
  long commits = 0;
  while (elapsed < time) {
    Require(sqlite3_step(raw) == SQLITE_DONE, database);
    sqlite3_reset(raw);
    ++commits;
    elapsed = std::chrono::steady_clock::now() - start;
  }
  std::printf("%ld %.6f\n", commits, elapsed.count());
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 3) {
    std::fputs("usage: raw_sqlite_commits NEW_DATABASE_FILE SECONDS\n", stderr);
    return EXIT_FAILURE;
  }
  try {
    const Database database = Open(arguments[1]);
    CommitRows(database.get(), std::chrono::duration<double>(std::atof(arguments[2])));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "raw_sqlite_commits: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
