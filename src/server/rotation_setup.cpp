#include "server/rotation_setup.h"

#include "base/encoding.h"

#include <array>
#include <filesystem>
#include <system_error>

namespace coffer::server {
namespace {

std::string RotatorOf(const Config& config) {
  if (!config.rotator_file.empty()) return config.rotator_file;
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "coffer-rotator";
}

}  // namespace

secrets::RotationRetryPolicy RetryPolicyOf(const Config& config) {
  secrets::RotationRetryPolicy policy;
  policy.delays.clear();
  for (const std::int64_t seconds : config.rotation_retry_delays_seconds) {
    policy.delays.emplace_back(seconds);
  }
  policy.give_up_after = std::chrono::seconds(config.rotation_give_up_seconds);
  return policy;
}

std::string NewOwner(Random& random) {
  std::array<std::byte, 16> bytes{};
  random.Fill(bytes);
  return base::FormatUuid(bytes);
}

RotationExecutors::RotationExecutors(const Config& config)
    : native_({.rotator = RotatorOf(config)}), exec_({.rotator = {}}) {}

RotationExecutor* RotationExecutors::Of(RotationFunctionKind kind) {
  return kind == RotationFunctionKind::kNative ? &native_ : &exec_;
}

}  // namespace coffer::server
