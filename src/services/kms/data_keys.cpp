#include "services/kms/data_keys.h"

#include "services/kms/key_identifier.h"
#include "services/kms/key_state.h"

#include <utility>

namespace coffer::services::kms {
namespace {

std::size_t SizeOf(const DataKeyRequest& request) {
  constexpr std::int64_t kAes256 = 32;
  constexpr std::int64_t kAes128 = 16;
  const std::int64_t size_of_spec = request.key_spec == "AES_128" ? kAes128 : kAes256;
  return static_cast<std::size_t>(request.number_of_bytes.value_or(size_of_spec));
}

SecretBytes Draw(Context& context, std::size_t size) {
  SecretBytes bytes(size);
  context.service.random.Fill(bytes.ExposeWritable());
  return bytes;
}

Result<GenerateDataKeyReply> Generate(Context& context, std::string_view operation,
                                      const DataKeyRequest& request) {
  const keyring::EncryptionContext bound =
      request.encryption_context.value_or(keyring::EncryptionContext());
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   context.authorizer.AuthorizeUse({operation, bound}, request.key_id));
  RETURN_IF_ERROR(RequireEnabled(key));
  RETURN_IF_ERROR(EndDryRun(request.dry_run));
  SecretBytes plaintext = Draw(context, SizeOf(request));
  base::SecretBlob sealed = SealMessage(context, key, bound, plaintext);
  return GenerateDataKeyReply{
      .ciphertext_blob = std::move(sealed),
      .plaintext = {std::move(plaintext)},
      .key_id = ArnOf(key.row()),
      .key_material_id = MaterialIdOf(key.row(), key.row().primary_version)};
}

}  // namespace

Result<void> DataKeyRequest::Check() const {
  RETURN_IF_ERROR(RefuseRecipient(recipient));
  if (number_of_bytes.has_value() != key_spec.has_value()) return {};
  return Fail(ErrorCode::kValidation, "Please specify either number of bytes or key spec.");
}

Result<GenerateDataKeyReply> GenerateDataKey(Context& context, const DataKeyRequest& request) {
  return Generate(context, "GenerateDataKey", request);
}

Result<SealedDataKeyReply> GenerateDataKeyWithoutPlaintext(Context& context,
                                                           const DataKeyRequest& request) {
  ASSIGN_OR_RETURN(GenerateDataKeyReply made,
                   Generate(context, "GenerateDataKeyWithoutPlaintext", request));
  return SealedDataKeyReply{.ciphertext_blob = std::move(made.ciphertext_blob),
                            .key_id = std::move(made.key_id),
                            .key_material_id = std::move(made.key_material_id)};
}

Result<void> GenerateRandomRequest::Check() const {
  RETURN_IF_ERROR(RefuseRecipient(recipient));
  if (custom_key_store_id) {
    return Fail(ErrorCode::kUnsupportedOperation, "Coffer has no custom key stores.");
  }
  if (number_of_bytes) return {};
  return Fail(ErrorCode::kValidation, "NumberOfBytes must be given.");
}

Result<GenerateRandomReply> GenerateRandom(Context& context, const GenerateRandomRequest& request) {
  RETURN_IF_ERROR(context.authorizer.Require("GenerateRandom"));
  return GenerateRandomReply{
      {Draw(context, static_cast<std::size_t>(request.number_of_bytes.value_or(0)))}};
}

}  // namespace coffer::services::kms
