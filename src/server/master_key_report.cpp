#include "server/master_key_report.h"

#include "base/show_time.h"
#include "keyring/master_keys.h"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace coffer::server {
namespace {

std::string Padded(std::string_view text, std::size_t width) {
  std::string padded(text);
  if (padded.size() < width) padded.append(width - padded.size(), ' ');
  return padded;
}

std::string ShowVersion(const MasterKeyVersionReport& version) {
  const std::string line = "version " + Padded(std::to_string(version.version), 6) +
                           Padded(version.state, 12) + Padded(version.kind, 12) + "since " +
                           version.created + " (" + std::to_string(version.age_days) + " days)";
  if (version.retired) return line + ", retired " + *version.retired + "\n";
  return line + ", wraps " + std::to_string(version.installation_keys) + " installation, " +
         std::to_string(version.key_versions) + " key versions, " +
         std::to_string(version.access_keys) + " access keys\n";
}

}  // namespace

std::vector<MasterKeyVersionReport> ReportVersions(
    const std::vector<store::MasterKeyRow>& rows,
    const std::map<std::uint32_t, keyring::WrappedKeyCounts>& counts, Timestamp now) {
  std::vector<MasterKeyVersionReport> reports;
  for (const store::MasterKeyRow& row : rows) {
    const bool is_newest = row.version == rows.back().version;
    MasterKeyVersionReport report{
        .version = row.version,
        .state = row.retired ? "retired"
                 : is_newest ? "current"
                             : "rewrapping",
        .kind = row.salt.empty() ? "key" : "passphrase",
        .created = base::ShowTime(row.created),
        .age_days = std::chrono::floor<std::chrono::days>(now - row.created).count(),
        .retired = std::nullopt,
        .installation_keys = is_newest ? 1 : 0};
    if (row.retired) report.retired = base::ShowTime(*row.retired);
    if (const auto wrapped = counts.find(row.version); wrapped != counts.end()) {
      report.key_versions = static_cast<std::int64_t>(wrapped->second.key_versions);
      report.access_keys = static_cast<std::int64_t>(wrapped->second.access_keys);
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

std::string Show(const MasterKeyReport& report) {
  std::string text;
  for (const std::string& source : report.sources) text += "source        " + source + "\n";
  for (const MasterKeyVersionReport& version : report.versions) text += ShowVersion(version);
  text += "keys          " + std::to_string(report.keys) + ", in " +
          std::to_string(report.key_versions) + " versions\n";
  if (report.unreadable > 0) {
    text += "unreadable    " + std::to_string(report.unreadable) +
            ": they can't be wrapped again, and keep the old version from being retired; "
            "`coffer verify` names them\n";
  }
  return text;
}

}  // namespace coffer::server
