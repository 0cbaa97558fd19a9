#pragma once

#include "store/database_kind.h"
#include "store/replication_store.h"
#include "store/secret_store.h"
#include "support/fake_row_mac.h"
#include "support/sample_secrets.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

namespace coffer::test {

/// What ReplicationStore promises, whichever database it stands on.
class ReplicationStoreConformance : public testing::TestWithParam<DatabaseKind> {
 protected:
  /// A secret with these replicas.
  secrets::Secret Add(const std::string& name, const secrets::Replication& replication) {
    secrets::Secret secret = PlainSecret(name);
    Write([&](Transaction& transaction) {
      secrets_.Insert(transaction, secret);
      store_.Put(transaction, secret.id, replication);
    });
    return secret;
  }
  std::optional<secrets::Replication> Find(const secrets::Secret& secret) {
    std::optional<secrets::Replication> found;
    Read([&](Transaction& transaction) { found = store_.Find(transaction, secret.id); });
    return found;
  }
  void Read(const std::function<void(Transaction&)>& body) { database_->Read(body); }
  void Write(const std::function<void(Transaction&)>& body) { database_->Write(body); }

  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_ = GetParam().create(directory_.path());
  FakeRowMac mac_;
  store::SecretStore secrets_{mac_, 0};
  store::ReplicationStore store_{mac_};
};

}  // namespace coffer::test
