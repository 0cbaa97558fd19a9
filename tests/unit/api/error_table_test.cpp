#include "api/error_table.h"

#include "api/xml_codec.h"

#include <gmock/gmock.h>
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
  std::string query_name;
  int query_status;
};

const std::vector<Case>& Cases() {
  using enum ErrorCode;
  using enum MessageMember;
  static const std::vector<Case> cases = {
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
      {kEntityAlreadyExists, "EntityAlreadyExistsException", 400, kUpper, "EntityAlreadyExists",
       409},
      {kInvalidInput, "InvalidInputException", 400, kUpper, "InvalidInput", 400},
      {kInvalidParameterValue, "InvalidParameterValueException", 400, kUpper,
       "InvalidParameterValue", 400},
      {kNoSuchEntity, "NoSuchEntityException", 400, kUpper, "NoSuchEntity", 404},
      {kPackedPolicyTooLarge, "PackedPolicyTooLargeException", 400, kUpper, "PackedPolicyTooLarge",
       400},
      {kAlreadyExists, "AlreadyExistsException", 400, kLower, "AlreadyExists", 400},
      {kInvalidAliasName, "InvalidAliasNameException", 400, kLower, "InvalidAliasName", 400},
      {kInvalidMarker, "InvalidMarkerException", 400, kLower, "InvalidMarker", 400},
      {kMalformedKeyPolicy, "MalformedPolicyDocumentException", 400, kLower,
       "MalformedPolicyDocument", 400},
      {kNotAuthorized, "NotAuthorizedException", 400, kLower, "NotAuthorized", 400},
      {kNotFound, "NotFoundException", 400, kLower, "NotFound", 400},
      {kDisabled, "DisabledException", 400, kLower, "Disabled", 400},
      {kDryRun, "DryRunOperationException", 400, kLower, "DryRunOperation", 400},
      {kIncorrectKey, "IncorrectKeyException", 400, kLower, "IncorrectKey", 400},
      {kInvalidCiphertext, "InvalidCiphertextException", 400, kLower, "InvalidCiphertext", 400},
      {kInvalidKeyState, "KMSInvalidStateException", 400, kLower, "KMSInvalidState", 400},
      {kInvalidKeyUsage, "InvalidKeyUsageException", 400, kLower, "InvalidKeyUsage", 400},
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
      {kIncompleteSignature, "IncompleteSignatureException", 400, kLower, "IncompleteSignature",
       400},
      {kInvalidSignature, "InvalidSignatureException", 400, kLower, "SignatureDoesNotMatch", 403},
      {kUnrecognizedClient, "UnrecognizedClientException", 400, kLower, "InvalidClientTokenId",
       403},
      {kExpiredToken, "ExpiredTokenException", 400, kLower, "ExpiredToken", 403},
      {kMalformedQueryString, "MalformedQueryString", 400, kLower, "MalformedQueryString", 404},
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

TEST(ErrorTableTest, KmsSpellsEveryTextInLowerCase) {
  for (const Case& entry : Cases()) {
    base::HttpReply reply;
    reply.json_service = "kms";

    EncodeError({entry.code, "why \"x\""}, reply);

    const bool is_ours = entry.code == ErrorCode::kInternalServiceError;
    EXPECT_EQ(reply.status, entry.status) << entry.name;
    EXPECT_EQ(reply.body.body(), R"({"__type":")" +
                                     (is_ours ? "KMSInternalException" : entry.name) +
                                     R"(","message":"why \"x\""})");
  }
}

TEST(ErrorTableTest, EncodesEveryErrorInXml) {
  for (const Case& entry : Cases()) {
    base::HttpReply reply;

    EncodeXmlError({entry.code, ""}, "n", reply);

    EXPECT_EQ(reply.status, entry.query_status) << entry.query_name;
    EXPECT_THAT(std::string(reply.body.body()),
                testing::HasSubstr("<Code>" + entry.query_name + "</Code>"));
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
