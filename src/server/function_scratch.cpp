#include "server/function_scratch.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace coffer::server {
namespace {

constexpr std::string_view kPrefix = "coffer-functions-";

// What another user has put there since, under the old name, is his.
void RemoveLeftOver(const std::filesystem::path& note) {
  std::string old;
  if (!std::getline(std::ifstream(note), old)) return;
  const std::filesystem::path path(old);
  struct stat status {};
  const bool is_ours = path.filename().string().starts_with(kPrefix) &&
                       ::lstat(old.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                       status.st_uid == ::geteuid();
  std::error_code ignored;
  if (is_ours) std::filesystem::remove_all(path, ignored);
}

// Empty when it cannot be made.
std::filesystem::path Make() {
  constexpr mode_t kPassable = 0711;
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) return {};
  std::string path = parent / (std::string(kPrefix) + "XXXXXX");
  if (::mkdtemp(path.data()) == nullptr) return {};
  (void)::chmod(path.c_str(), kPassable);
  return path;
}

}  // namespace

FunctionScratch::FunctionScratch(const std::filesystem::path& data_directory)
    : note_(data_directory / "function-scratch") {
  RemoveLeftOver(note_);
  path_ = Make();
  if (path_.empty()) {
    // A read-only container: functions of users of their own will not get in, all others do.
    path_ = data_directory / "functions";
    std::filesystem::create_directories(path_);
  }
  std::ofstream(note_) << path_.string() << "\n";
}

FunctionScratch::~FunctionScratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  std::filesystem::remove(note_, ignored);
}

}  // namespace coffer::server
