#pragma once

#include "store/database_kind.h"
#include "store/rotation_store.h"
#include "store/secret_store.h"
#include "support/fake_row_mac.h"
#include "support/sample_secrets.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

namespace coffer::test {

/// What RotationStore promises, whichever database it stands on.
class RotationStoreConformance : public testing::TestWithParam<DatabaseKind> {
 protected:
  /// The number of a secret that has a rotation and a job that waits.
  std::int64_t AddRotated() {
    secrets::Secret secret = PlainSecret("rotated");
    Write([&](Transaction& transaction) {
      secrets_.Insert(transaction, secret);
      store_.Put(
          transaction, secret.id,
          {.rotation = {.is_enabled = true, .function_arn = "arn:aws:lambda:f"}, .due = At(10)});
      job_ = {.secret_id = secret.id, .wake_at = At(5), .version_id = "v", .attempt = 2};
      store_.InsertJob(transaction, job_);
    });
    return secret.id;
  }
  void Read(const std::function<void(Transaction&)>& body) { database_->Read(body); }
  void Write(const std::function<void(Transaction&)>& body) { database_->Write(body); }

  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_ = GetParam().create(directory_.path());
  FakeRowMac mac_;
  store::SecretStore secrets_{mac_, 0};
  store::RotationStore store_{mac_};
  secrets::RotationJob job_;  ///< As it was inserted.
};

}  // namespace coffer::test
