#pragma once

#include <string>
#include <vector>

namespace coffer::test {

enum class Service { kSecretsManager, kIam, kKms };

/// One call of the API: a JSON body, or a form for IAM.
struct ApiRequest {
  Service service;
  std::string operation;
  std::string body;
  std::string region = "us-east-1";
};

/// A call that changes something, and what must have been done before it.
struct Mutation {
  std::vector<ApiRequest> set_up;
  ApiRequest request;
};

[[nodiscard]] std::string NameOf(const ApiRequest& request);

/// Makes the vault that all mutations begin with. It also has a user `keyed` with the access key
/// kKeyOfKeyed, and rotates with the function `function:f`.
[[nodiscard]] const std::vector<ApiRequest>& VaultRequests();
/// One row for each operation that writes; further ones where it writes in several ways.
[[nodiscard]] const std::vector<Mutation>& Mutations();
/// Calls that together tell all that the API tells about the vault.
[[nodiscard]] const std::vector<ApiRequest>& Questions();

inline constexpr const char* kAccount = "000000000000";
inline constexpr const char* kKeyOfKeyed = "AKIA000000000000keyed";

}  // namespace coffer::test
