#include "secrets/messages.h"

namespace coffer::secrets {

ApiError SecretNotFound() {
  return {ErrorCode::kResourceNotFound, "Secrets Manager can't find the specified secret."};
}

ApiError VersionNotFound(std::string_view version_id) {
  return {ErrorCode::kResourceNotFound,
          "Secrets Manager can't find the specified secret value for VersionId: " +
              std::string(version_id)};
}

ApiError LabelNotFound(std::string_view label) {
  return {ErrorCode::kResourceNotFound,
          "Secrets Manager can't find the specified secret value for staging label: " +
              std::string(label)};
}

ApiError LabelNotOnVersion() {
  return {ErrorCode::kInvalidRequest,
          "You provided a VersionStage that is not associated to the provided VersionId."};
}

ApiError MarkedForDeletion() {
  return {ErrorCode::kInvalidRequest,
          "You can't perform this operation on the secret because it was marked for deletion."};
}

ApiError AlreadyScheduledForDeletion() {
  return {ErrorCode::kInvalidRequest,
          "You can't perform this operation on the secret because it was already scheduled for "
          "deletion."};
}

ApiError NameScheduledForDeletion() {
  return {ErrorCode::kInvalidRequest,
          "You can't create this secret because a secret with this name is already scheduled for "
          "deletion."};
}

ApiError SecretExists(std::string_view name) {
  return {ErrorCode::kResourceExists,
          "The operation failed because the secret " + std::string(name) + " already exists."};
}

ApiError TokenInUse(std::string_view token, std::string_view secret_arn) {
  return {ErrorCode::kResourceExists,
          "You can't use ClientRequestToken " + std::string(token) +
              " because that value is already in use for a version of secret " +
              std::string(secret_arn) + "."};
}

ApiError TokenMissing() {
  return {ErrorCode::kInvalidRequest,
          "You must provide a ClientRequestToken value. We recommend a UUID-type value."};
}

ApiError BothValuesGiven() {
  return {ErrorCode::kInvalidParameter,
          "You can't specify both a binary secret value and a string secret value in the same "
          "secret."};
}

ApiError NoValueGiven() {
  return {ErrorCode::kInvalidRequest, "You must provide either SecretString or SecretBinary."};
}

ApiError InvalidName() {
  return {ErrorCode::kValidation,
          "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
          "following: -/_+=.@!"};
}

ApiError KmsAccessDenied() { return {ErrorCode::kAccessDenied, "Access to KMS is not allowed"}; }

ApiError CannotDecrypt() {
  return {ErrorCode::kDecryptionFailure,
          "Secrets Manager can't decrypt the protected secret text using the provided KMS key."};
}

ApiError CannotEncrypt() {
  return {ErrorCode::kEncryptionFailure,
          "Secrets Manager can't encrypt the protected secret text using the provided KMS key. "
          "Check that the KMS key is available, enabled, and not in an invalid state."};
}

ApiError InvalidKmsKeyRegion(std::string_view region) {
  return {ErrorCode::kInvalidParameter,
          "The operation failed because of an invalid KMS key: Invalid arn " + std::string(region)};
}

ApiError InvalidNextToken() {
  return {ErrorCode::kInvalidNextToken, "The NextToken value is invalid."};
}

ApiError NoRotationFunction() {
  return {ErrorCode::kInvalidRequest,
          "No Lambda rotation function ARN is associated with this secret."};
}

ApiError CannotInvokeFunction() {
  return {ErrorCode::kAccessDenied,
          "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function "
          "policy grants access to the principal secretsmanager.amazonaws.com."};
}

ApiError RotationIncomplete() {
  return {ErrorCode::kInvalidRequest,
          "A previous rotation isn't complete. That rotation will be reattempted."};
}

ApiError NotOnReplica() {
  return {ErrorCode::kInvalidParameter,
          "Operation not permitted on a replica secret. Call must be made in primary secret's "
          "region."};
}

ApiError NoReplica() {
  return {ErrorCode::kInvalidParameter,
          "Operation permitted only on a replica secret. Call must be made in the replica's "
          "region."};
}

ApiError InvalidReplicaRegion() {
  return {ErrorCode::kInvalidParameter, "Invalid replica region."};
}

ApiError StillReplicated(std::string_view secret_arn, std::span<const std::string> regions) {
  std::string list;
  for (const std::string& region : regions) list.append(list.empty() ? "" : ", ").append(region);
  return {ErrorCode::kInvalidParameter, "You can't delete secret " + std::string(secret_arn) +
                                            " that still has replica regions [" + list + "]."};
}

}  // namespace coffer::secrets
