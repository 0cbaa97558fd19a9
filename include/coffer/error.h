#pragma once

#include <cstdint>
#include <string>

namespace coffer {

/// Everything that a caller can be told went wrong. `api/error_table.cpp` gives each its AWS name
/// and HTTP status in each protocol; no other file knows either.
enum class ErrorCode : std::uint8_t {
  // Modelled by Secrets Manager.
  kDecryptionFailure,
  kEncryptionFailure,
  kInternalServiceError,
  kInvalidNextToken,
  kInvalidParameter,
  kInvalidRequest,
  kLimitExceeded,
  kMalformedPolicyDocument,
  kPreconditionNotMet,
  kPublicPolicy,
  kResourceExists,
  kResourceNotFound,
  // Modelled by IAM and STS.
  kDeleteConflict,
  kEntityAlreadyExists,
  kInvalidInput,
  kInvalidParameterValue,
  kNoSuchEntity,
  kPackedPolicyTooLarge,
  // Modelled by KMS.
  kAlreadyExists,
  kDisabled,
  kDryRun,
  kIncorrectKey,
  kInvalidAliasName,
  kInvalidCiphertext,
  kInvalidKeyState,
  kInvalidKeyUsage,
  kInvalidMarker,
  kMalformedKeyPolicy,
  kNotAuthorized,
  kNotFound,
  kTag,
  kUnsupportedOperation,
  // Answered by the service or its front end without being in the model.
  kAccessDenied,
  kValidation,
  kSerialization,
  kUnknownOperation,
  kMissingAction,
  kNotImplemented,
  kThrottling,
  // Authentication (SigV4).
  kMissingAuthenticationToken,
  kIncompleteSignature,
  kInvalidSignature,
  kUnrecognizedClient,
  kExpiredToken,
  kMalformedQueryString,
};

/// A refusal that the caller is told about. `message` is client-visible: it never holds plaintext,
/// SQL or a library's own error text.
struct ApiError {
  ErrorCode code;
  std::string message;

  bool operator==(const ApiError&) const = default;
};

}  // namespace coffer
