#include "services/kms/messages.h"

#include "services/kms/key_identifier.h"
#include "services/kms/key_state.h"

#include <utility>

namespace coffer::services::kms {
namespace {

Result<void> CheckAlgorithm(const std::optional<std::string>& algorithm) {
  if (!algorithm || *algorithm == kSymmetricAlgorithm) return {};
  return Fail(ErrorCode::kInvalidKeyUsage,
              *algorithm + " is not valid for a key of the spec SYMMETRIC_DEFAULT.");
}

std::unexpected<ApiError> Unseen() {
  return Fail(ErrorCode::kAccessDenied,
              "The ciphertext refers to a customer master key that does not exist, does not exist "
              "in this region, or you are not allowed to access.");
}

/// A blob whose key may be used for it, and can be.
struct Source {
  AuthorizedKey key;
  std::uint32_t key_version;
};

// Whoever names the key knows of it already; to others a blob tells nothing about its key.
Result<AuthorizedKey> AuthorizeKeyOf(Context& context, const MessageUse& use,
                                     const keyring::RecordHeader& header,
                                     const std::optional<std::string>& key_id) {
  if (key_id) {
    ASSIGN_OR_RETURN(AuthorizedKey key, context.authorizer.AuthorizeUse(use, *key_id));
    if (key.row().id == header.key_id) return key;
    return Fail(
        ErrorCode::kIncorrectKey,
        "The key ID in the request does not identify a CMK that can perform this operation.");
  }
  auto row = context.service.keyring.key_store().FindKey(context.transaction, header.key_id);
  if (!row || row->is_destroyed() || row->region != context.region) return Unseen();
  auto key = context.authorizer.AuthorizeUseOfFound(use, *std::move(row));
  if (!key) return Unseen();
  return key;
}

Result<Source> AuthorizeSource(Context& context, const MessageUse& use, const SecretBytes& blob,
                               const std::optional<std::string>& key_id) {
  const auto header = keyring::ParseCiphertext(blob.Expose());
  if (!header) return Fail(ErrorCode::kInvalidCiphertext, "");
  ASSIGN_OR_RETURN(AuthorizedKey key, AuthorizeKeyOf(context, use, *header, key_id));
  RETURN_IF_ERROR(RequireEnabled(key));
  return Source{std::move(key), header->key_version};
}

Result<AuthorizedKey> AuthorizeDestination(Context& context, const MessageUse& use,
                                           const std::string& key_id) {
  ASSIGN_OR_RETURN(AuthorizedKey key, context.authorizer.AuthorizeUse(use, key_id));
  RETURN_IF_ERROR(RequireEnabled(key));
  return key;
}

Result<SecretBytes> OpenMessage(Context& context, const Source& source,
                                const keyring::EncryptionContext& encryption_context,
                                const SecretBytes& blob) {
  auto plaintext = keyring::OpenCiphertext(context.service.keyring, context.transaction,
                                           source.key.row(), encryption_context, blob.Expose());
  if (!plaintext) return Fail(ErrorCode::kInvalidCiphertext, "");
  return *std::move(plaintext);
}

}  // namespace

Result<void> RefuseRecipient(const std::optional<Recipient>& recipient) {
  if (!recipient) return {};
  return Fail(ErrorCode::kUnsupportedOperation,
              "Coffer seals nothing for Nitro enclaves. Send the request without Recipient.");
}

Result<void> EndDryRun(const std::optional<bool>& is_dry_run) {
  if (!is_dry_run.value_or(false)) return {};
  return Fail(ErrorCode::kDryRun,
              "The request would have succeeded, but the DryRun option is set.");
}

base::SecretBlob SealMessage(Context& context, const AuthorizedKey& key,
                             const keyring::EncryptionContext& encryption_context,
                             const SecretBytes& plaintext) {
  return {SecretBytes(keyring::SealCiphertext(context.service.keyring, context.transaction,
                                              key.row(), encryption_context, plaintext.Expose(),
                                              context.service.random))};
}

Result<void> EncryptRequest::Check() const { return CheckAlgorithm(encryption_algorithm); }

Result<void> DecryptRequest::Check() const {
  RETURN_IF_ERROR(RefuseRecipient(recipient));
  return CheckAlgorithm(encryption_algorithm);
}

Result<void> ReEncryptRequest::Check() const {
  RETURN_IF_ERROR(CheckAlgorithm(source_encryption_algorithm));
  return CheckAlgorithm(destination_encryption_algorithm);
}

Result<EncryptReply> Encrypt(Context& context, const EncryptRequest& request) {
  const keyring::EncryptionContext bound =
      request.encryption_context.value_or(keyring::EncryptionContext());
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   AuthorizeDestination(context, {"Encrypt", bound}, request.key_id));
  RETURN_IF_ERROR(EndDryRun(request.dry_run));
  return EncryptReply{.ciphertext_blob = SealMessage(context, key, bound, request.plaintext.bytes),
                      .key_id = ArnOf(key.row())};
}

Result<DecryptReply> Decrypt(Context& context, const DecryptRequest& request) {
  const keyring::EncryptionContext bound =
      request.encryption_context.value_or(keyring::EncryptionContext());
  const SecretBytes& blob = request.ciphertext_blob.bytes;
  ASSIGN_OR_RETURN(const Source source,
                   AuthorizeSource(context, {"Decrypt", bound}, blob, request.key_id));
  RETURN_IF_ERROR(EndDryRun(request.dry_run));
  ASSIGN_OR_RETURN(SecretBytes plaintext, OpenMessage(context, source, bound, blob));
  const store::KeyRow& key = source.key.row();
  return DecryptReply{.key_id = ArnOf(key),
                      .plaintext = {std::move(plaintext)},
                      .key_material_id = MaterialIdOf(key, source.key_version)};
}

Result<ReEncryptReply> ReEncrypt(Context& context, const ReEncryptRequest& request) {
  const keyring::EncryptionContext from =
      request.source_encryption_context.value_or(keyring::EncryptionContext());
  const keyring::EncryptionContext to =
      request.destination_encryption_context.value_or(keyring::EncryptionContext());
  const SecretBytes& blob = request.ciphertext_blob.bytes;
  ASSIGN_OR_RETURN(const Source source,
                   AuthorizeSource(context, {"ReEncryptFrom", from}, blob, request.source_key_id));
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   AuthorizeDestination(context, {"ReEncryptTo", to}, request.destination_key_id));
  RETURN_IF_ERROR(EndDryRun(request.dry_run));
  ASSIGN_OR_RETURN(const SecretBytes plaintext, OpenMessage(context, source, from, blob));
  return ReEncryptReply{
      .ciphertext_blob = SealMessage(context, key, to, plaintext),
      .source_key_id = ArnOf(source.key.row()),
      .key_id = ArnOf(key.row()),
      .source_key_material_id = MaterialIdOf(source.key.row(), source.key_version),
      .destination_key_material_id = MaterialIdOf(key.row(), key.row().primary_version)};
}

}  // namespace coffer::services::kms
