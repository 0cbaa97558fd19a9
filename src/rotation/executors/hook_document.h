#pragma once

#include "base/reply_buffer.h"
#include "coffer/result.h"
#include "coffer/rotation_executor.h"
#include "coffer/secret_bytes.h"

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The two documents of the hook protocol (docs/rotation-functions.md).
namespace coffer::rotation {

/// Another secret that the rotated one names.
struct RelatedValue {
  std::string id;  ///< As the secret names it.
  Result<RotationValue> value;
};

/// What a hook is told.
struct HookInput {
  std::optional<RotationValue> current, pending, previous;
  std::vector<RelatedValue> related;
  std::optional<SecretBytes> new_password;
  std::map<std::string, std::string> settings;
};
void WriteHookInput(base::ReplyBuffer& out, RotationStep step, const RotationFacts& facts,
                    const HookInput& input);

/// What a hook says: nothing, a new value, or what went wrong.
struct HookAnswer {
  std::optional<SecretBytes> value;
  bool is_binary = false;
  bool is_error = false;
  std::string error_type;
  std::string error_message;
};
/// Nothing, blanks and `{}` are an empty answer; what is no JSON object, or an object of something
/// else, fails in words that do not quote it.
[[nodiscard]] std::expected<HookAnswer, std::string> ReadHookAnswer(std::string_view text);

}  // namespace coffer::rotation
