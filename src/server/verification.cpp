#include "server/verification.h"

#include "secrets/secret_identifier.h"

#include <exception>

namespace coffer::server {
namespace {

bool CanBeOpened(Vault& vault, Transaction& transaction, const secrets::Secret& secret,
                 const std::string& version_id) {
  const auto stored = vault.secrets.FindVersion(transaction, secret, version_id);
  if (!stored) return true;
  const std::optional<store::SealedValue>& value = stored->value;
  if (!value) return true;  // A rotation has not filled it yet.
  return vault.envelope.Open(transaction, secret, version_id, *value).has_value();
}

void VerifySecret(Vault& vault, Transaction& transaction, const secrets::Secret& secret,
                  VerificationReport& report) {
  const auto problem = [&](const std::string& what) {
    report.problems.push_back(secrets::ArnOf(secret).append(", ").append(what));
  };
  for (const secrets::Version& version : vault.secrets.Versions(transaction, secret)) {
    ++report.versions;
    try {
      if (!CanBeOpened(vault, transaction, secret, version.id)) {
        problem("version " + version.id + ": the value can't be opened");
      }
    } catch (const std::exception& error) {
      problem("version " + version.id + ": " + error.what());
    }
  }
  for (const auto& [label, version_id] : secret.labels.holders()) {
    if (!vault.secrets.FindVersion(transaction, secret, version_id)) {
      problem(label + " names a version that is missing");
    }
  }
}

}  // namespace

VerificationReport Verify(Vault& vault) {
  VerificationReport report;
  vault.database.Read([&](Transaction& transaction) {
    vault.secrets.ForEach(
        transaction,
        [&](const secrets::Secret& secret) {
          ++report.secrets;
          VerifySecret(vault, transaction, secret, report);
        },
        [&](const store::IntegrityError& error) { report.problems.emplace_back(error.what()); });
    vault.keyring.key_store().ForEachKey(transaction, [&](const secrets::KeyId& id) {
      try {
        static_cast<void>(vault.keyring.key_store().FindKey(transaction, id));
        static_cast<void>(vault.keyring.key_settings().Find(transaction, id));
      } catch (const store::IntegrityError& error) {
        report.problems.emplace_back(error.what());
      }
    });
    report.identities = vault.identities.ForEach(
        transaction,
        [&](const store::IntegrityError& error) { report.problems.emplace_back(error.what()); });
    vault.rotations.ForEach(transaction, [&](const store::IntegrityError& error) {
      report.problems.emplace_back(error.what());
    });
    vault.identities.uses().ForEach(transaction, [&](const store::IntegrityError& error) {
      report.problems.emplace_back(error.what());
    });
  });
  return report;
}

}  // namespace coffer::server
