#include "services/iam/quotas.h"

#include "services/iam/groups.h"
#include "services/iam/managed_policies.h"
#include "services/iam/roles.h"
#include "services/iam/users.h"
#include "support/matchers.h"
#include "unit/services/iam/iam_fixture.h"

#include <string>

namespace coffer::services::iam {
namespace {

constexpr std::string_view kPolicy =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";
constexpr std::string_view kTrust =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},)"
    R"("Action":"sts:AssumeRole"}})";

class QuotasTest : public IamFixture {
 protected:
  /// Leaves room for one more.
  template <class Entity>
  void Fill() {
    database_.Write([&](Transaction& transaction) {
      for (std::int64_t i = 1; i < kAccountQuota<Entity>.most; ++i) {
        const std::string name = "e" + std::to_string(i);
        store::Stored<Entity> stored{
            .account = std::string(kAccount),
            .entity = {.id = std::string(Entity::kKind) + name, .name = name}};
        identities_.Insert(transaction, stored);
      }
      store::Stored<Entity> foreign{.account = "999999999999",
                                    .entity = {.id = "foreign", .name = "foreign"}};
      identities_.Insert(transaction, foreign);
    });
  }

  /// `create` answers what making an entity of that name does.
  template <class Entity, class Create>
  void ExpectQuota(const std::string& message, Create create) {
    Fill<Entity>();
    EXPECT_THAT(create("last"), test::IsOk());
    EXPECT_THAT(create("more"), test::FailsWith(ErrorCode::kLimitExceeded, message));
    // What is wrong anyway comes first.
    EXPECT_THAT(create("LAST"), test::FailsWithCode(ErrorCode::kEntityAlreadyExists));
  }
};

TEST_F(QuotasTest, Users) {
  ExpectQuota<identity::User>("Cannot exceed quota for UsersPerAccount: 5000",
                              [&](const std::string& name) {
                                CreateUserRequest request;
                                request.user_name = name;
                                return Call(&CreateUser, request);
                              });
}

TEST_F(QuotasTest, Groups) {
  ExpectQuota<identity::Group>("Cannot exceed quota for GroupsPerAccount: 300",
                               [&](const std::string& name) {
                                 CreateGroupRequest request;
                                 request.group_name = name;
                                 return Call(&CreateGroup, request);
                               });
}

TEST_F(QuotasTest, Roles) {
  ExpectQuota<identity::Role>("Cannot exceed quota for RolesPerAccount: 1000",
                              [&](const std::string& name) {
                                CreateRoleRequest request;
                                request.role_name = name;
                                request.assume_role_policy_document = kTrust;
                                return Call(&CreateRole, request);
                              });
}

TEST_F(QuotasTest, Policies) {
  ExpectQuota<identity::ManagedPolicy>("Cannot exceed quota for PoliciesPerAccount: 1500",
                                       [&](const std::string& name) {
                                         CreatePolicyRequest request;
                                         request.policy_name = name;
                                         request.policy_document = kPolicy;
                                         return Call(&CreatePolicy, request);
                                       });
}

}  // namespace
}  // namespace coffer::services::iam
