#pragma once

#include "coffer/rotation_executor.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace coffer::test {

/// The secret of a rotation, without a vault. Values are texts; those that begin with `binary:` are
/// binary.
class FakeRotationSecrets final : public RotationSecrets {
 public:
  std::map<std::string, std::string> labelled;  ///< By staging label.
  std::string pending;                          ///< Empty = none.
  std::map<std::string, std::string> related;   ///< By id.
  std::string new_password = "n3w'p\"w";
  std::string refuse;           ///< Name of a function that is refused.
  std::string default_exclude;  ///< What NewPassword was asked to leave out.
  bool pending_is_binary = false;
  int promotions = 0;

  [[nodiscard]] Result<std::optional<RotationValue>> Labelled(std::string_view label) override {
    if (refuse == "Labelled") return Refusal();
    const auto found = labelled.find(std::string(label));
    if (found == labelled.end()) return std::nullopt;
    return Value("v-" + found->first, found->second);
  }
  [[nodiscard]] Result<std::optional<RotationValue>> Pending() override {
    if (refuse == "Pending") return Refusal();
    if (pending.empty()) return std::nullopt;
    return Value("v-new", pending);
  }
  [[nodiscard]] Result<RotationValue> Related(std::string_view id) override {
    const auto found = related.find(std::string(id));
    if (found == related.end()) return Fail(ErrorCode::kAccessDenied, "not allowed");
    return Value("v-related", found->second);
  }
  [[nodiscard]] Result<SecretBytes> NewPassword(const RotationFunction&,
                                                std::string_view exclude) override {
    if (refuse == "NewPassword") return Refusal();
    default_exclude = exclude;
    return SecretBytes::FromText(new_password);
  }
  [[nodiscard]] Result<void> PutPending(SecretBytes value, bool is_binary) override {
    if (refuse == "PutPending") return Refusal();
    pending = value.ExposeText();
    pending_is_binary = is_binary;
    return {};
  }
  [[nodiscard]] Result<void> Promote() override {
    if (refuse == "Promote") return Refusal();
    ++promotions;
    return {};
  }

 private:
  static std::unexpected<ApiError> Refusal() {
    return Fail(ErrorCode::kAccessDenied, "refused here");
  }
  static RotationValue Value(std::string version_id, const std::string& text) {
    return {.version_id = std::move(version_id),
            .is_binary = text.starts_with("binary:"),
            .value = SecretBytes::FromText(text)};
  }
};

inline RotationFacts SampleRotation() {
  RotationFacts facts;
  facts.secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf";
  facts.region = "eu-west-1";
  facts.function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:my-rotator";
  facts.version_id = "11111111-2222-3333-4444-555555555555";
  facts.rotation_token = SecretBytes::FromText("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
  facts.credentials.access_key_id = "ASIATEST";
  facts.credentials.secret_access_key = SecretBytes::FromText("secret/key");
  facts.credentials.session_token = SecretBytes::FromText("session+token");
  return facts;
}

}  // namespace coffer::test
