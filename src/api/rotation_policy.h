#pragma once

#include <span>
#include <string>
#include <string_view>

namespace coffer::api {

/// What a rotation may do, as a policy document: read its secret, give version `version_id` a value
/// under AWSPENDING, move AWSCURRENT to it or take AWSPENDING from it, draw passwords, and read the
/// current value of `related` secrets (ARNs, in which `*` stands for any text). AWS: "Permissions
/// for rotation".
[[nodiscard]] std::string RotationPolicy(std::string_view secret_arn, std::string_view version_id,
                                         std::span<const std::string> related);

/// `arn:aws:sts::<account>:assumed-role/coffer-rotation/<version id>`: how policies and logs know a
/// rotation.
[[nodiscard]] std::string RotationPrincipalArn(std::string_view account,
                                               std::string_view version_id);

/// `arn:aws:iam::<account>:role/coffer-rotation`, which all rotations of an account have in common.
[[nodiscard]] std::string RotationRoleArn(std::string_view account);

}  // namespace coffer::api
