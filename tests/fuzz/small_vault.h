#pragma once

#include "base/log.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

// Each vault has a writer thread. What is local to a thread that is just ending, libFuzzer's search
// for leaks after an input takes for lost. The unit tests under AddressSanitizer look for leaks at
// their end.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

namespace coffer::fuzz {

/// A vault with a little of everything, the same before each input: what an input has changed is
/// thrown away with it. Policies are enforced. The root user is `test`, and the access keys of two
/// users are known: one may do all, one may read what is below `app/`.
class SmallVault {
 public:
  static constexpr std::string_view kAdministrator = "AKIA000000000000admin";
  static constexpr std::string_view kReader = "AKIA000000000000reader";
  /// In one value. Nobody is told it in an error.
  static constexpr std::string_view kCanary = "canary-4711-battery-staple";

  SmallVault() {
    base::log::SetLevel(base::log::Level::kOff);
    Fill();
  }

  test::ApiOverDatabase& api() { return parts_->api; }

  /// After each input.
  void Restore() {
    if (parts_->database.commit_sequence() == filled_at_) return;
    parts_ = std::make_unique<Parts>();
    Fill();
  }

 private:
  struct Parts {
    sql::SqliteDatabase database{sql::SqliteOptions{}, store::SqliteSchema()};
    test::ApiOverDatabase api{database, 1, PolicyEnforcement::kOn};
  };

  void Fill() {
    test::ApiOverDatabase& api = parts_->api;
    const auto call = [&](std::string_view operation, const std::string& more, char token) {
      (void)api.Call(operation,
                     R"({"ClientRequestToken":")" + std::string(32, token) + "\"," + more);
    };
    call("CreateSecret",
         R"("Name":"app/db","Description":"of the test","Tags":[{"Key":"team","Value":"blue"}],)"
         R"("SecretString":"{\"password\":\")" +
             std::string(kCanary) + R"(\"}"})",
         '1');
    call("PutSecretValue", R"("SecretId":"app/db","SecretBinary":"AAEC/w=="})", '2');
    call("CreateSecret", R"("Name":"other","SecretString":"v"})", '3');
    call("CreateSecret", R"("Name":"gone","SecretString":"v"})", '4');
    (void)api.Call("DeleteSecret", R"({"SecretId":"gone"})");
    call("CreateSecret",
         R"("Name":"far","SecretString":"v","AddReplicaRegions":[{"Region":"eu-west-1"}]})", '5');
    call("CreateSecret",
         R"("Name":"keyed","SecretString":"v",)"
         R"("KmsKeyId":"11111111-2222-3333-4444-555555555555"})",
         '6');
    (void)api.AddUser("000000000000", "admin",
                      R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})");
    (void)api.AddUser("000000000000", "reader",
                      R"({"Statement":{"Effect":"Allow","Action":"secretsmanager:Get*",)"
                      R"("Resource":"arn:aws:secretsmanager:*:*:secret:app/*"}})");
    filled_at_ = parts_->database.commit_sequence();
  }

  std::unique_ptr<Parts> parts_ = std::make_unique<Parts>();
  std::int64_t filled_at_ = 0;
};

}  // namespace coffer::fuzz
