#pragma once

#include "store/database_kind.h"
#include "store/identity_store.h"
#include "support/fake_row_mac.h"
#include "support/sample_secrets.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace coffer::test {

/// What IdentityStore promises, whichever database it stands on.
class IdentityStoreConformance : public testing::TestWithParam<DatabaseKind> {
 protected:
  store::Stored<identity::User> Add(const std::string& name,
                                    const std::string& account = kAccount) {
    store::Stored<identity::User> user{
        .account = account,
        .entity = {.id = "AIDA" + name + account, .name = name, .created = At(1)}};
    Write([&](Transaction& transaction) { store_.Insert(transaction, user); });
    return user;
  }
  std::optional<store::Stored<identity::User>> Find(const std::string& name,
                                                    const std::string& account = kAccount) {
    std::optional<store::Stored<identity::User>> found;
    Read([&](Transaction& transaction) {
      found = store_.Find<identity::User>(transaction, account, name);
    });
    return found;
  }
  void Read(const std::function<void(Transaction&)>& body) { database_->Read(body); }
  void Write(const std::function<void(Transaction&)>& body) { database_->Write(body); }

  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_ = GetParam().create(directory_.path());
  FakeRowMac mac_;
  store::IdentityStore store_{mac_};
};

}  // namespace coffer::test
