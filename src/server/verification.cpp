#include "server/verification.h"

#include "secrets/secret_identifier.h"

#include <exception>

namespace coffer::server {
namespace {

void VerifySecret(Vault& vault, Transaction& transaction, const secrets::Secret& secret,
                  VerificationReport& report) {
  const std::string arn = secrets::ArnOf(secret);
  for (const secrets::Version& version : vault.secrets.Versions(transaction, secret)) {
    ++report.versions;
    try {
      const auto stored = vault.secrets.FindVersion(transaction, secret, version.id);
      if (!stored || !stored->value) continue;
      if (!vault.envelope.Open(transaction, secret, version.id, *stored->value)) {
        report.problems.push_back(arn + " version " + version.id + ": the value can't be opened");
      }
    } catch (const std::exception& error) {
      report.problems.push_back(arn + " version " + version.id + ": " + error.what());
    }
  }
  for (const auto& [label, version_id] : secret.labels.holders()) {
    if (!vault.secrets.FindVersion(transaction, secret, version_id)) {
      report.problems.push_back(arn + ": " + label + " names a version that is missing");
    }
  }
}

}  // namespace

VerificationReport Verify(Vault& vault) {
  VerificationReport report;
  vault.database.Read([&](Transaction& transaction) {
    try {
      vault.secrets.ForEach(transaction, [&](const secrets::Secret& secret) {
        ++report.secrets;
        VerifySecret(vault, transaction, secret, report);
        return true;
      });
    } catch (const std::exception& error) {
      report.problems.emplace_back(error.what());
    }
  });
  return report;
}

}  // namespace coffer::server
