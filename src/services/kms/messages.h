#pragma once

#include "keyring/ciphertext.h"
#include "services/kms/context.h"
#include "services/kms/shapes.h"

#include <array>

/// Messages sealed and opened under a key: Encrypt, Decrypt, ReEncrypt (AWS: KMS API reference).
/// Each authorizes, then looks at the key's state, then at DryRun, then at the message.
namespace coffer::services::kms {

inline constexpr base::Range kPlaintextSize{1, 4096};
inline constexpr base::Range kCiphertextSize{1, 6144};
inline constexpr std::string_view kSymmetricAlgorithm = "SYMMETRIC_DEFAULT";
inline constexpr std::array<std::string_view, 4> kAlgorithms{
    kSymmetricAlgorithm, "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"};

// Tokens of grants are taken and do nothing: there are no grants.
inline constexpr base::Range kGrantTokens{0, 10};
inline constexpr base::Constraint kGrantToken{.item_range = {1, 8192}};

/// A Nitro enclave that a plaintext is to be sealed for.
struct Recipient {
  std::optional<std::string> key_encryption_algorithm;
  std::optional<base::SecretBlob> attestation_document;

  static constexpr auto Members() {
    return std::tuple{
        base::Optional("KeyEncryptionAlgorithm", &Recipient::key_encryption_algorithm),
        base::Optional("AttestationDocument", &Recipient::attestation_document, {1, 262144})};
  }
};
/// UnsupportedOperation when there is one: the plaintext would be given to the wrong one.
[[nodiscard]] Result<void> RefuseRecipient(const std::optional<Recipient>& recipient);

/// DryRun when the caller only wants to know whether he may.
[[nodiscard]] Result<void> EndDryRun(const std::optional<bool>& is_dry_run);

/// `plaintext` as a CiphertextBlob.
[[nodiscard]] base::SecretBlob SealMessage(Context& context, const AuthorizedKey& key,
                                           const keyring::EncryptionContext& encryption_context,
                                           const SecretBytes& plaintext);

struct EncryptRequest {
  std::string key_id;
  base::SecretBlob plaintext;
  std::optional<keyring::EncryptionContext> encryption_context;
  std::optional<std::vector<std::string>> grant_tokens;
  std::optional<std::string> encryption_algorithm;
  std::optional<bool> dry_run;

  static constexpr auto Members() {
    using R = EncryptRequest;
    return std::tuple{base::Required("KeyId", &R::key_id, kKeyIdLength),
                      base::Required("Plaintext", &R::plaintext, kPlaintextSize),
                      base::Optional("EncryptionContext", &R::encryption_context),
                      base::Optional("GrantTokens", &R::grant_tokens, kGrantTokens, kGrantToken),
                      base::Optional("EncryptionAlgorithm", &R::encryption_algorithm, {},
                                     {.allowed = kAlgorithms}),
                      base::Optional("DryRun", &R::dry_run)};
  }

  [[nodiscard]] Result<void> Check() const;
};
struct EncryptReply {
  base::SecretBlob ciphertext_blob;
  std::string key_id;  ///< The ARN.
  std::string encryption_algorithm{kSymmetricAlgorithm};

  static constexpr auto Members() {
    using R = EncryptReply;
    return std::tuple{base::Required("CiphertextBlob", &R::ciphertext_blob),
                      base::Required("KeyId", &R::key_id),
                      base::Required("EncryptionAlgorithm", &R::encryption_algorithm)};
  }
};
[[nodiscard]] Result<EncryptReply> Encrypt(Context& context, const EncryptRequest& request);

struct DecryptRequest {
  base::SecretBlob ciphertext_blob;
  std::optional<keyring::EncryptionContext> encryption_context;
  std::optional<std::vector<std::string>> grant_tokens;
  std::optional<std::string> key_id;
  std::optional<std::string> encryption_algorithm;
  std::optional<Recipient> recipient;
  std::optional<bool> dry_run;

  static constexpr auto Members() {
    using R = DecryptRequest;
    return std::tuple{base::Required("CiphertextBlob", &R::ciphertext_blob, kCiphertextSize),
                      base::Optional("EncryptionContext", &R::encryption_context),
                      base::Optional("GrantTokens", &R::grant_tokens, kGrantTokens, kGrantToken),
                      base::Optional("KeyId", &R::key_id, kKeyIdLength),
                      base::Optional("EncryptionAlgorithm", &R::encryption_algorithm, {},
                                     {.allowed = kAlgorithms}),
                      base::Optional("Recipient", &R::recipient),
                      base::Optional("DryRun", &R::dry_run)};
  }

  [[nodiscard]] Result<void> Check() const;
};
struct DecryptReply {
  std::string key_id;  ///< The ARN.
  base::SecretBlob plaintext;
  std::string encryption_algorithm{kSymmetricAlgorithm};
  std::string key_material_id;

  static constexpr auto Members() {
    using R = DecryptReply;
    return std::tuple{base::Required("KeyId", &R::key_id),
                      base::Required("Plaintext", &R::plaintext),
                      base::Required("EncryptionAlgorithm", &R::encryption_algorithm),
                      base::Required("KeyMaterialId", &R::key_material_id)};
  }
};
/// The blob names its key. InvalidCiphertext, without a text, for a blob that is damaged or has
/// another encryption context; IncorrectKey when the request names another key; AccessDenied, with
/// a text that does not say whether the blob's key exists, unless the request names it.
[[nodiscard]] Result<DecryptReply> Decrypt(Context& context, const DecryptRequest& request);

struct ReEncryptRequest {
  base::SecretBlob ciphertext_blob;
  std::optional<keyring::EncryptionContext> source_encryption_context;
  std::optional<std::string> source_key_id;
  std::string destination_key_id;
  std::optional<keyring::EncryptionContext> destination_encryption_context;
  std::optional<std::string> source_encryption_algorithm;
  std::optional<std::string> destination_encryption_algorithm;
  std::optional<std::vector<std::string>> grant_tokens;
  std::optional<bool> dry_run;

  static constexpr auto Members() {
    using R = ReEncryptRequest;
    constexpr base::Constraint kAlgorithm{.allowed = kAlgorithms};
    return std::tuple{
        base::Required("CiphertextBlob", &R::ciphertext_blob, kCiphertextSize),
        base::Optional("SourceEncryptionContext", &R::source_encryption_context),
        base::Optional("SourceKeyId", &R::source_key_id, kKeyIdLength),
        base::Required("DestinationKeyId", &R::destination_key_id, kKeyIdLength),
        base::Optional("DestinationEncryptionContext", &R::destination_encryption_context),
        base::Optional("SourceEncryptionAlgorithm", &R::source_encryption_algorithm, {},
                       kAlgorithm),
        base::Optional("DestinationEncryptionAlgorithm", &R::destination_encryption_algorithm, {},
                       kAlgorithm),
        base::Optional("GrantTokens", &R::grant_tokens, kGrantTokens, kGrantToken),
        base::Optional("DryRun", &R::dry_run)};
  }

  [[nodiscard]] Result<void> Check() const;
};
struct ReEncryptReply {
  base::SecretBlob ciphertext_blob;
  std::string source_key_id;  ///< ARNs.
  std::string key_id;
  std::string source_encryption_algorithm{kSymmetricAlgorithm};
  std::string destination_encryption_algorithm{kSymmetricAlgorithm};
  std::string source_key_material_id;
  std::string destination_key_material_id;

  static constexpr auto Members() {
    using R = ReEncryptReply;
    return std::tuple{
        base::Required("CiphertextBlob", &R::ciphertext_blob),
        base::Required("SourceKeyId", &R::source_key_id),
        base::Required("KeyId", &R::key_id),
        base::Required("SourceEncryptionAlgorithm", &R::source_encryption_algorithm),
        base::Required("DestinationEncryptionAlgorithm", &R::destination_encryption_algorithm),
        base::Required("SourceKeyMaterialId", &R::source_key_material_id),
        base::Required("DestinationKeyMaterialId", &R::destination_key_material_id)};
  }
};
/// As Decrypt (kms:ReEncryptFrom) and Encrypt (kms:ReEncryptTo); the plaintext stays here.
[[nodiscard]] Result<ReEncryptReply> ReEncrypt(Context& context, const ReEncryptRequest& request);

}  // namespace coffer::services::kms
