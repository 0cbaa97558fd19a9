#pragma once

#include "store/database_kind.h"
#include "store/secret_store.h"
#include "support/fake_row_mac.h"
#include "support/sample_secrets.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coffer::test {

/// What SecretStore promises, whichever database it stands on. A further one is added by
/// instantiating the suites with it, as sqlite_conformance.cpp does.
class SecretStoreConformance : public testing::TestWithParam<DatabaseKind> {
 protected:
  /// Inserts `secret` with one version for each of `version_ids`; their values are their names.
  secrets::Secret Add(secrets::Secret secret, const std::vector<std::string>& version_ids = {});
  void Update(secrets::Secret& secret);
  void Remove(const secrets::Secret& secret);
  void Flush();
  /// Runs one statement beside the store, as somebody with an editor would.
  void Tamper(const Statement& statement, const std::string& name);

  [[nodiscard]] std::shared_ptr<const secrets::Secret> Find(const std::string& name);
  [[nodiscard]] std::shared_ptr<const secrets::Secret> FindForRead(const std::string& name);
  [[nodiscard]] std::shared_ptr<const store::StoredVersion> FindVersion(
      const secrets::Secret& secret, const std::string& version_id);
  [[nodiscard]] std::vector<secrets::Version> Versions(const secrets::Secret& secret);
  /// As a client reads: through the cache, noting the access.
  void ReadValue(const std::string& name, const std::string& version_id, DayNumber day);
  [[nodiscard]] std::vector<secrets::Secret> List(const store::ListQuery& query);

  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_ = GetParam().create(directory_.path());
  FakeRowMac mac_;
  store::SecretStore store_{mac_, 16 << 20};
};

[[nodiscard]] store::ListQuery QueryFor(store::SortBy sort_by, bool ascending = true);
[[nodiscard]] std::vector<std::string> NamesOf(const std::vector<secrets::Secret>& secrets);

}  // namespace coffer::test
