#pragma once

#include "coffer/error.h"

#include <span>
#include <string>
#include <string_view>

/// Refusals that several operations share, with AWS's texts. Texts recorded
/// from the service are matched to the letter.
namespace coffer::secrets {

[[nodiscard]] ApiError SecretNotFound();
[[nodiscard]] ApiError VersionNotFound(std::string_view version_id);
[[nodiscard]] ApiError LabelNotFound(std::string_view label);
[[nodiscard]] ApiError LabelNotOnVersion();
[[nodiscard]] ApiError MarkedForDeletion();
[[nodiscard]] ApiError AlreadyScheduledForDeletion();
[[nodiscard]] ApiError NameScheduledForDeletion();
[[nodiscard]] ApiError SecretExists(std::string_view name);
[[nodiscard]] ApiError TokenInUse(std::string_view token, std::string_view secret_arn);
[[nodiscard]] ApiError TokenMissing();
[[nodiscard]] ApiError BothValuesGiven();
[[nodiscard]] ApiError NoValueGiven();
[[nodiscard]] ApiError InvalidName();
[[nodiscard]] ApiError KmsAccessDenied();
[[nodiscard]] ApiError CannotDecrypt();
[[nodiscard]] ApiError CannotEncrypt();
[[nodiscard]] ApiError InvalidKmsKeyRegion(std::string_view region);
[[nodiscard]] ApiError InvalidNextToken();
[[nodiscard]] ApiError NoRotationFunction();
[[nodiscard]] ApiError CannotInvokeFunction();
[[nodiscard]] ApiError RotationIncomplete();
[[nodiscard]] ApiError NotOnReplica();
[[nodiscard]] ApiError NoReplica();
[[nodiscard]] ApiError InvalidReplicaRegion();
[[nodiscard]] ApiError StillReplicated(std::string_view secret_arn,
                                       std::span<const std::string> regions);

}  // namespace coffer::secrets
