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
    {kDecryptionFailure, "DecryptionFailure", 400, kUpper},
    {kEncryptionFailure, "EncryptionFailure", 400, kUpper},
    {kInternalServiceError, "InternalServiceError", 500, kUpper},
    {kInvalidNextToken, "InvalidNextTokenException", 400, kUpper},
    {kInvalidParameter, "InvalidParameterException", 400, kUpper},
    {kInvalidRequest, "InvalidRequestException", 400, kUpper},
    {kLimitExceeded, "LimitExceededException", 400, kUpper},
    {kMalformedPolicyDocument, "MalformedPolicyDocumentException", 400, kUpper},
    {kPreconditionNotMet, "PreconditionNotMetException", 400, kUpper},
    {kPublicPolicy, "PublicPolicyException", 400, kUpper},
    {kResourceExists, "ResourceExistsException", 400, kUpper},
    {kResourceNotFound, "ResourceNotFoundException", 400, kUpper},
    {kAccessDenied, "AccessDeniedException", 400, kUpper},
    {kValidation, "ValidationException", 400, kBoth},
    {kSerialization, "SerializationException", 400, kLower},
    {kUnknownOperation, "UnknownOperationException", 400, kLower},
    {kNotImplemented, "NotImplementedException", 400, kLower},
    {kThrottling, "ThrottlingException", 400, kLower},
    {kMissingAuthenticationToken, "MissingAuthenticationTokenException", 400, kLower},
    {kIncompleteSignature, "IncompleteSignatureException", 400, kLower},
    {kInvalidSignature, "InvalidSignatureException", 400, kLower},
    {kUnrecognizedClient, "UnrecognizedClientException", 400, kLower},
    {kExpiredToken, "ExpiredTokenException", 400, kLower},
    {kMalformedQueryString, "MalformedQueryString", 400, kLower},
});

constexpr bool IsInOrder() {
  for (std::size_t i = 0; i < kErrors.size(); ++i) {
    if (static_cast<std::size_t>(kErrors[i].code) != i) return false;
  }
  return true;
}
static_assert(IsInOrder());
static_assert(kErrors.back().code == kMalformedQueryString, "an error has no row");

}  // namespace

const ErrorRow& FindError(ErrorCode code) { return kErrors.at(static_cast<std::size_t>(code)); }

void EncodeError(const ApiError& error, base::HttpReply& reply) {
  const ErrorRow& row = FindError(error.code);
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
