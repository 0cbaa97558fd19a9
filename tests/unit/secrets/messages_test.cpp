#include "secrets/messages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

TEST(MessagesTest, AreAwsToTheLetter) {
  struct Case {
    ApiError error;
    ErrorCode code;
    std::string message;
  };
  const std::vector<std::string> two_regions{"eu-west-1", "us-west-2"};
  const std::vector<Case> cases = {
      {SecretNotFound(), ErrorCode::kResourceNotFound,
       "Secrets Manager can't find the specified secret."},
      {VersionNotFound("0123"), ErrorCode::kResourceNotFound,
       "Secrets Manager can't find the specified secret value for VersionId: 0123"},
      {LabelNotFound("AWSPENDING"), ErrorCode::kResourceNotFound,
       "Secrets Manager can't find the specified secret value for staging label: AWSPENDING"},
      {LabelNotOnVersion(), ErrorCode::kInvalidRequest,
       "You provided a VersionStage that is not associated to the provided VersionId."},
      {MarkedForDeletion(), ErrorCode::kInvalidRequest,
       "You can't perform this operation on the secret because it was marked for deletion."},
      {AlreadyScheduledForDeletion(), ErrorCode::kInvalidRequest,
       "You can't perform this operation on the secret because it was already scheduled for "
       "deletion."},
      {NameScheduledForDeletion(), ErrorCode::kInvalidRequest,
       "You can't create this secret because a secret with this name is already scheduled for "
       "deletion."},
      {SecretExists("prod/db"), ErrorCode::kResourceExists,
       "The operation failed because the secret prod/db already exists."},
      {TokenInUse("token", "arn:x"), ErrorCode::kResourceExists,
       "You can't use ClientRequestToken token because that value is already in use for a version "
       "of secret arn:x."},
      {TokenMissing(), ErrorCode::kInvalidRequest,
       "You must provide a ClientRequestToken value. We recommend a UUID-type value."},
      {BothValuesGiven(), ErrorCode::kInvalidParameter,
       "You can't specify both a binary secret value and a string secret value in the same "
       "secret."},
      {NoValueGiven(), ErrorCode::kInvalidRequest,
       "You must provide either SecretString or SecretBinary."},
      {InvalidName(), ErrorCode::kValidation,
       "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
       "following: -/_+=.@!"},
      {KmsAccessDenied(), ErrorCode::kAccessDenied, "Access to KMS is not allowed"},
      {InvalidKmsKeyRegion("eu-west-1"), ErrorCode::kInvalidParameter,
       "The operation failed because of an invalid KMS key: Invalid arn eu-west-1"},
      {InvalidNextToken(), ErrorCode::kInvalidNextToken, "The NextToken value is invalid."},
      {NotOnReplica(), ErrorCode::kInvalidParameter,
       "Operation not permitted on a replica secret. Call must be made in primary secret's "
       "region."},
      {InvalidReplicaRegion(), ErrorCode::kInvalidParameter, "Invalid replica region."},
      {StillReplicated("arn:x", two_regions), ErrorCode::kInvalidParameter,
       "You can't delete secret arn:x that still has replica regions [eu-west-1, us-west-2]."},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(c.error, (ApiError{c.code, c.message}));
  }
}

}  // namespace
}  // namespace coffer::secrets
