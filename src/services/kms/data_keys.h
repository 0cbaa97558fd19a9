#pragma once

#include "services/kms/context.h"
#include "services/kms/messages.h"
#include "services/kms/shapes.h"

#include <array>

/// Random bytes: GenerateDataKey, GenerateDataKeyWithoutPlaintext, GenerateRandom (AWS: KMS API
/// reference).
namespace coffer::services::kms {

inline constexpr base::Range kRandomSize{1, 1024};
inline constexpr std::array<std::string_view, 2> kDataKeySpecs{"AES_256", "AES_128"};

struct DataKeyRequest {
  std::string key_id;
  std::optional<keyring::EncryptionContext> encryption_context;
  std::optional<std::int64_t> number_of_bytes;
  std::optional<std::string> key_spec;
  std::optional<std::vector<std::string>> grant_tokens;
  std::optional<Recipient> recipient;
  std::optional<bool> dry_run;

  static constexpr auto Members() {
    using R = DataKeyRequest;
    return std::tuple{base::Required("KeyId", &R::key_id, kKeyIdLength),
                      base::Optional("EncryptionContext", &R::encryption_context),
                      base::Optional("NumberOfBytes", &R::number_of_bytes, kRandomSize),
                      base::Optional("KeySpec", &R::key_spec, {}, {.allowed = kDataKeySpecs}),
                      base::Optional("GrantTokens", &R::grant_tokens, kGrantTokens, kGrantToken),
                      base::Optional("Recipient", &R::recipient),
                      base::Optional("DryRun", &R::dry_run)};
  }

  /// Validation unless the size is said in exactly one way.
  [[nodiscard]] Result<void> Check() const;
};

struct GenerateDataKeyReply {
  base::SecretBlob ciphertext_blob;
  base::SecretBlob plaintext;
  std::string key_id;  ///< The ARN.
  std::string key_material_id;

  static constexpr auto Members() {
    using R = GenerateDataKeyReply;
    return std::tuple{base::Required("CiphertextBlob", &R::ciphertext_blob),
                      base::Required("Plaintext", &R::plaintext),
                      base::Required("KeyId", &R::key_id),
                      base::Required("KeyMaterialId", &R::key_material_id)};
  }
};
[[nodiscard]] Result<GenerateDataKeyReply> GenerateDataKey(Context& context,
                                                           const DataKeyRequest& request);

struct SealedDataKeyReply {
  base::SecretBlob ciphertext_blob;
  std::string key_id;  ///< The ARN.
  std::string key_material_id;

  static constexpr auto Members() {
    using R = SealedDataKeyReply;
    return std::tuple{base::Required("CiphertextBlob", &R::ciphertext_blob),
                      base::Required("KeyId", &R::key_id),
                      base::Required("KeyMaterialId", &R::key_material_id)};
  }
};
[[nodiscard]] Result<SealedDataKeyReply> GenerateDataKeyWithoutPlaintext(
    Context& context, const DataKeyRequest& request);

struct GenerateRandomRequest {
  std::optional<std::int64_t> number_of_bytes;
  std::optional<std::string> custom_key_store_id;
  std::optional<Recipient> recipient;

  static constexpr auto Members() {
    using R = GenerateRandomRequest;
    return std::tuple{base::Optional("NumberOfBytes", &R::number_of_bytes, kRandomSize),
                      base::Optional("CustomKeyStoreId", &R::custom_key_store_id, {1, 64}),
                      base::Optional("Recipient", &R::recipient)};
  }

  /// Validation without a size; UnsupportedOperation for a key store of the caller's.
  [[nodiscard]] Result<void> Check() const;
};
struct GenerateRandomReply {
  base::SecretBlob plaintext;

  static constexpr auto Members() {
    return std::tuple{base::Required("Plaintext", &GenerateRandomReply::plaintext)};
  }
};
[[nodiscard]] Result<GenerateRandomReply> GenerateRandom(Context& context,
                                                         const GenerateRandomRequest& request);

}  // namespace coffer::services::kms
