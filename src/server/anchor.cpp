#include "server/anchor.h"

#include "server/data_directory.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <system_error>
#include <unistd.h>

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
  if (commit_sequence <= written_) return;
  const std::string text = std::to_string(commit_sequence) + "\n";
  const std::filesystem::path fresh = file_.string() + ".new";
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      descriptor >= 0 &&
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fdatasync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!written || ::rename(fresh.c_str(), file_.c_str()) != 0) {
    throw DataDirectoryError("The anchor file " + file_.string() + " can't be written: " +
                             std::generic_category().message(written ? errno : error) + ".");
  }
  written_ = commit_sequence;
}

}  // namespace coffer::server
