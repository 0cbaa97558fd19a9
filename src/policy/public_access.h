#pragma once

#include "policy/document.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace coffer::policy {

/// AWS: PutResourcePolicy, BlockPublicPolicy.
inline constexpr std::string_view kBroadAccess =
    "You can't attach a resource-based policy that allows broad access to the secret.";

/// What opens a secret to outsiders.
struct PublicGrant {
  std::size_t statement = 0;  ///< Its place in the document; the first, if there are several.
  std::string_view action;    ///< A literal: one of the actions that it opens.
};

/// What lets an outsider do something to the secret, if anything does. An outsider is anybody of an
/// account that the policy does not name. He chooses his tags, the members of his request, time,
/// user agent and TLS; where and who he is he cannot choose (ConditionKey::control), so a condition
/// on that with fixed values keeps him out. AWS asks a solver; this looks at each key by itself and
/// says "public" when in doubt.
///
/// `secret_arn`: the secret that the policy is for; when absent, whether it opens some secret.
[[nodiscard]] std::optional<PublicGrant> FindPublicGrant(
    const Document& policy, std::optional<std::string_view> secret_arn);

/// The same for a resource policy as a text; one that is none counts as public.
[[nodiscard]] bool IsPublic(std::string_view policy, std::string_view secret_arn);

}  // namespace coffer::policy
