#include "api/error_table.h"

#include "json/writer.h"

#include <array>
#include <cstddef>

namespace coffer::api {

namespace {

using enum ErrorCode;
using enum MessageMember;

// In the order of ErrorCode: the code is the index.
constexpr auto kErrors = std::to_array<ErrorRow>({
    {kDecryptionFailure, "DecryptionFailure", 400, kUpper, "DecryptionFailure", 400},
    {kEncryptionFailure, "EncryptionFailure", 400, kUpper, "EncryptionFailure", 400},
    {kInternalServiceError, "InternalServiceError", 500, kUpper, "ServiceFailure", 500},
    {kInvalidNextToken, "InvalidNextTokenException", 400, kUpper, "ValidationError", 400},
    {kInvalidParameter, "InvalidParameterException", 400, kUpper, "InvalidParameterValue", 400},
    {kInvalidRequest, "InvalidRequestException", 400, kUpper, "InvalidInput", 400},
    {kLimitExceeded, "LimitExceededException", 400, kUpper, "LimitExceeded", 409},
    {kMalformedPolicyDocument, "MalformedPolicyDocumentException", 400, kUpper,
     "MalformedPolicyDocument", 400},
    {kPreconditionNotMet, "PreconditionNotMetException", 400, kUpper, "PreconditionNotMet", 400},
    {kPublicPolicy, "PublicPolicyException", 400, kUpper, "PublicPolicy", 400},
    {kResourceExists, "ResourceExistsException", 400, kUpper, "EntityAlreadyExists", 409},
    {kResourceNotFound, "ResourceNotFoundException", 400, kUpper, "NoSuchEntity", 404},
    {kDeleteConflict, "DeleteConflictException", 400, kUpper, "DeleteConflict", 409},
    {kEntityAlreadyExists, "EntityAlreadyExistsException", 400, kUpper, "EntityAlreadyExists", 409},
    {kInvalidInput, "InvalidInputException", 400, kUpper, "InvalidInput", 400},
    {kInvalidParameterValue, "InvalidParameterValueException", 400, kUpper, "InvalidParameterValue",
     400},
    {kNoSuchEntity, "NoSuchEntityException", 400, kUpper, "NoSuchEntity", 404},
    {kPackedPolicyTooLarge, "PackedPolicyTooLargeException", 400, kUpper, "PackedPolicyTooLarge",
     400},
    {kAlreadyExists, "AlreadyExistsException", 400, kLower, "AlreadyExists", 400},
    {kDisabled, "DisabledException", 400, kLower, "Disabled", 400},
    {kDryRun, "DryRunOperationException", 400, kLower, "DryRunOperation", 400},
    {kIncorrectKey, "IncorrectKeyException", 400, kLower, "IncorrectKey", 400},
    {kInvalidAliasName, "InvalidAliasNameException", 400, kLower, "InvalidAliasName", 400},
    {kInvalidCiphertext, "InvalidCiphertextException", 400, kLower, "InvalidCiphertext", 400},
    {kInvalidKeyState, "KMSInvalidStateException", 400, kLower, "KMSInvalidState", 400},
    {kInvalidKeyUsage, "InvalidKeyUsageException", 400, kLower, "InvalidKeyUsage", 400},
    {kInvalidMarker, "InvalidMarkerException", 400, kLower, "InvalidMarker", 400},
    {kMalformedKeyPolicy, "MalformedPolicyDocumentException", 400, kLower,
     "MalformedPolicyDocument", 400},
    {kNotAuthorized, "NotAuthorizedException", 400, kLower, "NotAuthorized", 400},
    {kNotFound, "NotFoundException", 400, kLower, "NotFound", 400},
    {kTag, "TagException", 400, kLower, "Tag", 400},
    {kUnsupportedOperation, "UnsupportedOperationException", 400, kLower, "UnsupportedOperation",
     400},
    {kAccessDenied, "AccessDeniedException", 400, kUpper, "AccessDenied", 403},
    {kValidation, "ValidationException", 400, kBoth, "ValidationError", 400},
    {kSerialization, "SerializationException", 400, kLower, "MalformedInput", 400},
    {kUnknownOperation, "UnknownOperationException", 400, kLower, "InvalidAction", 400},
    {kMissingAction, "MissingAction", 400, kLower, "MissingAction", 400},
    {kNotImplemented, "NotImplementedException", 400, kLower, "NotImplemented", 400},
    {kThrottling, "ThrottlingException", 400, kLower, "Throttling", 400},
    {kMissingAuthenticationToken, "MissingAuthenticationTokenException", 400, kLower,
     "MissingAuthenticationToken", 403},
    {kIncompleteSignature, "IncompleteSignatureException", 400, kLower, "IncompleteSignature", 400},
    {kInvalidSignature, "InvalidSignatureException", 400, kLower, "SignatureDoesNotMatch", 403},
    {kUnrecognizedClient, "UnrecognizedClientException", 400, kLower, "InvalidClientTokenId", 403},
    {kExpiredToken, "ExpiredTokenException", 400, kLower, "ExpiredToken", 403},
    {kMalformedQueryString, "MalformedQueryString", 400, kLower, "MalformedQueryString", 404},
});

constexpr bool IsInOrder() {
  for (std::size_t i = 0; i < kErrors.size(); ++i) {
    if (static_cast<std::size_t>(kErrors[i].code) != i) return false;
  }
  return true;
}
static_assert(IsInOrder());
static_assert(kErrors.back().code == kMalformedQueryString, "an error has no row");

// KMS writes `message` in every error, and has a name of its own for what is not the caller's
// fault.
ErrorRow AsKms(ErrorRow row) {
  row.member = kLower;
  if (row.code == kInternalServiceError) row.name = "KMSInternalException";
  return row;
}

}  // namespace

const ErrorRow& FindError(ErrorCode code) { return kErrors.at(static_cast<std::size_t>(code)); }

void EncodeError(const ApiError& error, base::HttpReply& reply) {
  const ErrorRow& usual = FindError(error.code);
  const ErrorRow row = reply.json_service == "kms" ? AsKms(usual) : usual;
  reply.status = row.status;
  reply.body.Clear();
  json::Writer writer(reply.body);
  writer.BeginObject();
  writer.Key("__type");
  writer.String(row.name);
  if (!error.message.empty()) {
    if (row.member != kLower) {
      writer.Key("Message");
      writer.String(error.message);
    }
    if (row.member != kUpper) {
      writer.Key("message");
      writer.String(error.message);
    }
  }
  writer.EndObject();
}

}  // namespace coffer::api
