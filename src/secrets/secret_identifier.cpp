#include "secrets/secret_identifier.h"

#include "base/ascii.h"
#include "secrets/messages.h"
#include "secrets/uniform_numbers.h"

#include <algorithm>
#include <utility>

namespace coffer::secrets {
namespace {

constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kNamePunctuation = "/_+=.@!-";

bool IsNameCharacter(char c) {
  return base::IsAlphanumeric(c) || kNamePunctuation.find(c) != std::string_view::npos;
}

/// Removes and returns what stands before the first colon; everything when there is none.
std::string_view TakeField(std::string_view& text) {
  const std::size_t colon = text.find(':');
  const std::string_view field = text.substr(0, colon);
  text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  return field;
}

/// Whether `text` is a name, `-` and six alphanumerics.
bool EndsInSuffix(std::string_view text) {
  if (text.size() < kArnSuffixLength + 2) return false;
  const std::string_view suffix = text.substr(text.size() - kArnSuffixLength);
  return text[text.size() - kArnSuffixLength - 1] == '-' &&
         std::ranges::all_of(suffix, base::IsAlphanumeric);
}

Result<SecretIdentifier> ParseArn(std::string_view arn) {
  std::string_view rest = arn;
  const std::string_view prefix = TakeField(rest);
  const std::string_view partition = TakeField(rest);
  const std::string_view service = TakeField(rest);
  const std::string_view region = TakeField(rest);
  const std::string_view account = TakeField(rest);
  const std::string_view resource_type = TakeField(rest);
  if (prefix != "arn" || partition != PartitionOf(region) || service != "secretsmanager" ||
      resource_type != "secret" || rest.empty()) {
    return std::unexpected(SecretNotFound());
  }
  RETURN_IF_ERROR(CheckName(rest));
  SecretIdentifier identifier{.region = std::string(region),
                              .account = std::string(account),
                              .name = std::string(rest),
                              .suffix = std::nullopt};
  if (EndsInSuffix(rest)) {
    identifier.suffix = rest.substr(rest.size() - kArnSuffixLength);
    identifier.name.resize(rest.size() - kArnSuffixLength - 1);
  }
  return identifier;
}

}  // namespace

Result<SecretIdentifier> ParseSecretIdentifier(std::string_view secret_id) {
  if (secret_id.starts_with("arn:")) return ParseArn(secret_id);
  RETURN_IF_ERROR(CheckName(secret_id));
  return SecretIdentifier{.region = std::nullopt,
                          .account = std::nullopt,
                          .name = std::string(secret_id),
                          .suffix = std::nullopt};
}

Result<void> CheckName(std::string_view name) {
  if (!std::ranges::all_of(name, IsNameCharacter)) return std::unexpected(InvalidName());
  return {};
}

std::string_view PartitionOf(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  if (region.starts_with("eusc-")) return "aws-eusc";
  return "aws";
}

std::string SecretArn(const SecretAddress& address, std::string_view suffix) {
  constexpr std::size_t kFixed = 64;  // Partition, service, account and punctuation.
  std::string arn;
  arn.reserve(kFixed + address.region.size() + address.name.size() + suffix.size());
  arn.append("arn:")
      .append(PartitionOf(address.region))
      .append(":secretsmanager:")
      .append(address.region);
  arn.append(":").append(address.account).append(":secret:").append(address.name);
  return arn.append("-").append(suffix);
}

std::string DrawArnSuffix(Random& random) {
  UniformNumbers numbers(random);
  std::string suffix;
  while (suffix.size() < kArnSuffixLength) {
    suffix += kAlphanumeric[numbers.Below(kAlphanumeric.size())];
  }
  return suffix;
}

}  // namespace coffer::secrets
