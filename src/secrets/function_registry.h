#pragma once

#include "coffer/rotation_function.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::secrets {

/// `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`, taken apart. Views into the
/// ARN.
struct FunctionArn {
  std::string_view unqualified;  ///< The ARN up to its name.
  std::string_view region;
  std::string_view account;
  std::string_view name;
};
/// Nullopt for anything else: names of 1 to 140 of [A-Za-z0-9-_] (Lambda's FunctionName).
[[nodiscard]] std::optional<FunctionArn> ParseFunctionArn(std::string_view arn);

/// Whether `text` is `pattern`, in which each `*` stands for any text.
[[nodiscard]] bool MatchesWildcard(std::string_view pattern, std::string_view text);

/// Which function a RotationLambdaARN means: the operator's entries, and behind them those that are
/// always there, the names of AWS's functions for databases that our own rotators know. Immutable,
/// so safe to use from any thread.
class FunctionRegistry {
 public:
  explicit FunctionRegistry(std::vector<RotationFunction> configured);

  /// The entry for a whole ARN, otherwise for one without its qualifier, otherwise for its name
  /// (`function:NAME`); within each of these the first one that matches. Null when there is none,
  /// when it is switched off, and when the secret is not among those that may use it.
  [[nodiscard]] const RotationFunction* Find(std::string_view function_arn,
                                             std::string_view secret_arn) const;
  [[nodiscard]] const std::vector<RotationFunction>& entries() const { return entries_; }

 private:
  [[nodiscard]] const RotationFunction* Named(std::string_view text) const;

  std::vector<RotationFunction> entries_;
};

}  // namespace coffer::secrets
