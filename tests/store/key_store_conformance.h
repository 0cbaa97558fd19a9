#pragma once

#include "store/database_kind.h"
#include "store/key_store.h"
#include "support/fake_row_mac.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

namespace coffer::test {

/// What KeyStore promises, whichever database it stands on.
class KeyStoreConformance : public testing::TestWithParam<DatabaseKind> {
 protected:
  /// Inserts a key with its first version.
  store::KeyRow Add(unsigned char id, const std::string& name, bool is_default = false);
  void Read(const std::function<void(Transaction&)>& body) { database_->Read(body); }
  void Write(const std::function<void(Transaction&)>& body) { database_->Write(body); }

  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_ = GetParam().create(directory_.path());
  FakeRowMac mac_;
  store::KeyStore store_{mac_};
};

}  // namespace coffer::test
