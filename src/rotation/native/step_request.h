#pragma once

#include "coffer/rotation_executor.h"
#include "coffer/secret_bytes.h"
#include "rotation/native/error.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::rotation::native {

/// One version of the secret.
struct VersionValue {
  std::string version_id;
  bool is_binary = false;
  SecretBytes text;  ///< Empty when it is binary: a database secret is text.
};

/// Another secret, or why the server does not give it.
struct RelatedSecret {
  SecretBytes text;
  std::string error_message;  ///< Empty = `text` is its value.
};

/// What the server asks for: one step, with all that it needs. The protocol of executable hooks
/// (docs/rotation.md), with the settings of the registry entry and a new password.
struct StepRequest {
  RotationStep step = RotationStep::kCreateSecret;
  std::string version_id;  ///< ClientRequestToken: of the version that is being made.
  std::optional<VersionValue> current;
  std::optional<VersionValue> pending;
  std::optional<VersionValue> previous;
  std::map<std::string, RelatedSecret, std::less<>> related;  ///< By the text of `masterarn`.
  SecretBytes new_password;                                   ///< Of createSecret; otherwise empty.
  std::map<std::string, std::string> settings;
};

/// Reads the document of standard input. kInvalidInput never quotes it.
[[nodiscard]] Outcome<StepRequest> ParseStepRequest(std::string_view document);

}  // namespace coffer::rotation::native
