// The configuration file. Whatever is in it, the operator gets a configuration or a SettingError,
// which is one line of text.

#include "checks.h"
#include "server/config_loader.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using coffer::fuzz::Require;

/// A file in memory that can be opened by its path.
class File {
 public:
  explicit File(std::string_view content) : descriptor_(::memfd_create("configuration", 0)) {
    Require(descriptor_ >= 0);
    Require(::write(descriptor_, content.data(), content.size()) ==
            static_cast<ssize_t>(content.size()));
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(descriptor_); }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void Load(const std::string& file, coffer::Profile profile) {
  try {
    (void)coffer::server::LoadConfig(
        {.profile = profile, .file = file, .environment = {}, .flags = {}});
  } catch (const coffer::server::SettingError& error) {
    const std::string_view reason = error.what();
    Require(!reason.empty() && reason.find('\0') == std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const File file({reinterpret_cast<const char*>(data), size});
  Load(file.path(), coffer::Profile::kDevelopment);
  Load(file.path(), coffer::Profile::kStrict);
  return 0;
}
