#include "api/error_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::api {
namespace {

struct Case {
  ErrorCode code;
  std::string name;
  int status;
  MessageMember member;
};

const std::vector<Case>& Cases() {
  using enum ErrorCode;
  using enum MessageMember;
  static const std::vector<Case> cases = {
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
  };
  return cases;
}

std::string MembersOf(MessageMember member) {
  switch (member) {
    case MessageMember::kUpper:
      return R"("Message":"why \"x\"")";
    case MessageMember::kLower:
      return R"("message":"why \"x\"")";
    case MessageMember::kBoth:
      break;
  }
  return R"("Message":"why \"x\"","message":"why \"x\"")";
}

TEST(ErrorTableTest, EncodesEveryError) {
  for (const Case& entry : Cases()) {
    base::HttpReply reply;

    EncodeError({entry.code, "why \"x\""}, reply);

    EXPECT_EQ(reply.status, entry.status) << entry.name;
    EXPECT_EQ(reply.body.body(),
              R"({"__type":")" + entry.name + "\"," + MembersOf(entry.member) + "}");
  }
}

TEST(ErrorTableTest, OmitsAnEmptyMessage) {
  for (const Case& entry : Cases()) {
    base::HttpReply reply;

    EncodeError({entry.code, ""}, reply);

    EXPECT_EQ(reply.body.body(), R"({"__type":")" + entry.name + "\"}");
  }
}

TEST(ErrorTableTest, AnErrorReplacesAHalfWrittenReply) {
  base::HttpReply reply;
  reply.body.Append(R"({"SecretString":"hu)");

  EncodeError({ErrorCode::kInternalServiceError, ""}, reply);

  EXPECT_EQ(reply.body.body(), R"({"__type":"InternalServiceError"})");
}

}  // namespace
}  // namespace coffer::api
