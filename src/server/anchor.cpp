#include "server/anchor.h"

#include "base/durable_file.h"
#include "server/data_directory.h"

#include <fstream>
#include <string>
#include <system_error>

namespace coffer::server {

std::optional<std::int64_t> Anchor::Read() const {
  std::ifstream in(file_);
  if (!in) return std::nullopt;
  std::int64_t number = 0;
  if (in >> number) return number;
  throw DataDirectoryError("The anchor file " + file_.string() +
                           " is damaged. Check that the data is the newest copy, then remove it.");
}

void Anchor::Check(std::int64_t commit_sequence) {
  const std::optional<std::int64_t> known = Read();
  if (known && commit_sequence < *known) {
    throw DataDirectoryError(
        "The data is an older copy: it has seen " + std::to_string(commit_sequence) +
        " commits, the anchor file " + file_.string() + " knows of " + std::to_string(*known) +
        ". If you restored a backup on purpose, remove the anchor file and start again.");
  }
  Advance(commit_sequence);
}

void Anchor::Advance(std::int64_t commit_sequence) {
  const std::scoped_lock lock(mutex_);
  if (commit_sequence <= written_) return;
  try {
    base::ReplaceFile(file_, 0600, {std::to_string(commit_sequence), "\n"});
  } catch (const std::system_error& error) {
    throw DataDirectoryError("The anchor file " + file_.string() +
                             " can't be written: " + error.code().message() + ".");
  }
  written_ = commit_sequence;
}

}  // namespace coffer::server
