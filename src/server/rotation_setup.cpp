#include "server/rotation_setup.h"

#include "base/encoding.h"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

namespace coffer::server {
namespace {

std::string RotatorOf(const Config& config) {
  if (!config.rotator_file.empty()) return config.rotator_file;
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "coffer-rotator";
}

// Functions run on this machine.
std::string HostForFunctions(const Config& config) {
  const std::string& address = config.listen_address;
  if (address == "0.0.0.0" || address == "::" || address == "127.0.0.1") return "127.0.0.1";
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
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

rotation::Executors::Options ExecutorOptionsOf(const Config& config, std::uint16_t port,
                                               const std::filesystem::path& authority,
                                               const std::filesystem::path& scratch) {
  std::string endpoint = config.function_endpoint;
  if (endpoint.empty())
    endpoint = "https://" + HostForFunctions(config) + ":" + std::to_string(port);
  return {.rotator = RotatorOf(config),
          .server = {.endpoint = std::move(endpoint),
                     .ca_certificate =
                         authority.empty() ? "" : std::filesystem::absolute(authority).string()},
          .ca_certificate = "",
          .scratch = scratch};
}

}  // namespace coffer::server
