#pragma once

#include "keyring/keyring.h"
#include "policy/pinning.h"
#include "services/iam/context.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace coffer::services::iam {

/// Lets everybody do everything.
class OpenAuthorizer final : public Authorizer {
 public:
  Result<void> RequireFor(std::string_view /*operation*/, const Target& /*target*/) override {
    return {};
  }
};

/// Takes policies with whatever principals, and leaves them as they are.
class NoDirectory final : public policy::PrincipalDirectory {
 public:
  policy::NamedPrincipal Find(std::string_view /*principal*/) const override { return {}; }
  std::optional<std::string> ArnOf(std::string_view /*unique_id*/) const override { return {}; }
};

/// Handlers of IAM over a database in memory, called by the root user of an account.
class IamFixture : public testing::Test {
 protected:
  static constexpr std::string_view kAccount = "111122223333";

  /// What a handler answers, in a transaction of its own that is kept.
  template <class Request, class Reply>
  Result<Reply> Call(Result<Reply> (*handler)(Context&, const Request&), const Request& request) {
    Result<Reply> reply = Fail(ErrorCode::kInternalServiceError, "not called");
    database_.Write([&](Transaction& transaction) {
      Context context{.service = service_,
                      .transaction = transaction,
                      .authorizer = authorizer_,
                      .principals = principals_,
                      .account = kAccount,
                      .caller_arn = "arn:aws:iam::111122223333:root",
                      .caller_id = kAccount,
                      .caller_name = {},
                      .now = clock_.Now()};
      reply = handler(context, request);
    });
    return reply;
  }

  test::FakeClock clock_;
  test::FakeRandom random_;
  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  keyring::Keyring keyring_{database_, SecretBytes(32), random_, clock_};
  store::IdentityStore identities_{keyring_.row_mac()};
  Service service_{.identities = identities_, .keyring = keyring_, .random = random_};
  OpenAuthorizer authorizer_;
  NoDirectory principals_;
};

}  // namespace coffer::services::iam
