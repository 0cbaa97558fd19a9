#include "server/rotation_setup.h"

#include "base/encoding.h"

#include <array>
#include <filesystem>
#include <string>
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

// A copy of `authority` beside the private directories: users of functions do not get into the data
// directory. The file itself where there is no room for a copy.
std::string AuthorityForFunctions(const std::filesystem::path& authority,
                                  const std::filesystem::path& scratch) {
  using std::filesystem::perms;
  if (authority.empty()) return "";
  const std::filesystem::path copy = std::filesystem::absolute(scratch / "ca.pem");
  std::error_code failure;
  std::filesystem::copy_file(authority, copy, std::filesystem::copy_options::overwrite_existing,
                             failure);
  if (!failure) {
    std::filesystem::permissions(
        copy, perms::owner_read | perms::owner_write | perms::group_read | perms::others_read,
        failure);
  }
  return failure ? std::filesystem::absolute(authority).string() : copy.string();
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
                     .ca_certificate = AuthorityForFunctions(authority, scratch)},
          .ca_certificate = "",
          .scratch = scratch};
}

}  // namespace coffer::server
