#include "server/verification.h"

#include "base/encoding.h"
#include "keyring/wrapped_keys.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/replica_lookup.h"

#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <set>
#include <utility>

namespace coffer::server {
namespace {

bool CanBeOpened(Vault& vault, Transaction& transaction, const secrets::Secret& secret,
                 const std::string& version_id) {
  const auto stored = vault.secrets.FindVersion(transaction, secret, version_id);
  if (!stored) return true;
  const std::optional<store::SealedValue>& value = stored->value;
  if (!value) return true;  // A rotation has not filled it yet.
  const auto key = vault.keyring.key_store().FindKey(transaction, value->key_id);
  if (key && key->is_destroyed()) return true;  // It was meant never to open again.
  return vault.envelope.Open(transaction, secret, version_id, *value).has_value();
}

/// Runs `look`; what it says is wrong, or throws, is a problem of `object`.
void Examine(VerificationReport& report, const std::string& object,
             const std::function<std::string()>& look) {
  std::string problem;
  try {
    problem = look();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  if (!problem.empty()) report.problems.push_back(std::string(object).append(": ").append(problem));
}

void VerifySecret(Vault& vault, Transaction& transaction, const secrets::Secret& secret,
                  VerificationReport& report) {
  const std::string arn = secrets::ArnOf(secret);
  std::vector<secrets::Version> versions;
  Examine(report, arn, [&] {
    versions = vault.secrets.Versions(transaction, secret);
    return std::string();
  });
  for (const secrets::Version& version : versions) {
    ++report.versions;
    Examine(report, std::string(arn).append(", version ").append(version.id), [&] {
      return CanBeOpened(vault, transaction, secret, version.id) ? "" : "the value can't be opened";
    });
  }
  const services::secretsmanager::ReplicaLookup replicas(vault.secrets, vault.replications,
                                                         transaction);
  Examine(report, arn, [&] { return replicas.Mismatch(secret); });
  // Whatever became of the list: what is asked for most has a label.
  for (const auto& holder : secret.labels.holders()) {
    Examine(report, std::string(arn).append(", ").append(holder.first), [&] {
      return vault.secrets.FindVersion(transaction, secret, holder.second)
                 ? ""
                 : "names a version that is missing";
    });
  }
}

void VerifyKeys(Vault& vault, Transaction& transaction, VerificationReport& report) {
  const store::KeyStore& keys = vault.keyring.key_store();
  std::set<std::pair<std::string, std::string>> places;
  vault.keyring.key_store().ForEachKey(transaction, [&](const secrets::KeyId& id) {
    Examine(report, "key " + base::ToHex(id), [&] {
      const auto row = keys.FindKey(transaction, id);
      static_cast<void>(vault.keyring.key_settings().Find(transaction, id));
      if (!row) return std::string("is missing");
      static_cast<void>(vault.keyring.key_lives().Find(transaction, *row));
      places.emplace(row->account, row->region);
      for (std::uint32_t version = 1; version <= row->primary_version; ++version) {
        static_cast<void>(vault.keyring.Find(transaction, id, version));
      }
      return std::string();
    });
  });
  for (const auto& place : places) {
    const auto object =
        std::string("aliases of ").append(place.first).append(" in ").append(place.second);
    Examine(report, object, [&] {
      keys.ListAliases(transaction, place.first, place.second, "",
                       [](const auto&) { return true; });
      return std::string();
    });
  }
}

// Whatever a version of the master key wraps has to open, or that version can never be retired.
void VerifyWrappedKeys(Vault& vault, Transaction& transaction, VerificationReport& report) {
  constexpr std::uint32_t kAnyMaster = std::numeric_limits<std::uint32_t>::max();
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  const auto names = store::KeyStore::WrappedBefore(transaction, kAnyMaster, {}, kAll);
  for (const auto& name : names) {
    Examine(report, "key " + base::ToHex(name.id) + ", version " + std::to_string(name.version),
            [&] {
              static_cast<void>(vault.keyring.Find(transaction, name.id, name.version));
              return std::string();
            });
  }
  const auto open = [&](const store::AccessKeyRow& row) {
    return vault.keyring.OpenAccessKey(row) ? "" : "the secret access key can't be opened";
  };
  Examine(report, "access keys of root users", [&] {
    std::string problem;
    for (const store::AccessKeyRow& row : vault.keyring.key_store().AccessKeys(transaction)) {
      problem = open(row);
      if (!problem.empty()) break;
    }
    return problem;
  });
  for (const std::string& id :
       store::IdentityStore::Ids<identity::AccessKey>(transaction, "", kAll)) {
    Examine(report, "access key " + id, [&]() -> std::string {
      const auto key = vault.identities.FindById<identity::AccessKey>(transaction, id);
      if (!key) return "is missing";
      return open({.access_key_id = id,
                   .account = key->account,
                   .principal_arn = {},
                   .sealed_secret = keyring::DecodeSealed(key->entity.sealed_secret),
                   .created = {}});
    });
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
    VerifyKeys(vault, transaction, report);
    VerifyWrappedKeys(vault, transaction, report);
    report.identities = vault.identities.ForEach(
        transaction,
        [&](const store::IntegrityError& error) { report.problems.emplace_back(error.what()); });
    vault.rotations.ForEach(transaction, [&](const store::IntegrityError& error) {
      report.problems.emplace_back(error.what());
    });
    vault.replications.ForEach(transaction, [&](const store::IntegrityError& error) {
      report.problems.emplace_back(error.what());
    });
    vault.identities.uses().ForEach(transaction, [&](const store::IntegrityError& error) {
      report.problems.emplace_back(error.what());
    });
  });
  return report;
}

}  // namespace coffer::server
