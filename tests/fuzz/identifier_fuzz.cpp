// What names something: ids of secrets, ARNs of keys and functions, URLs. Input: such a text; a
// second line is a pattern.

#include "checks.h"
#include "keyring/key_name.h"
#include "net/url.h"
#include "policy/arn.h"
#include "secrets/function_registry.h"
#include "secrets/secret_identifier.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using coffer::fuzz::Require;

/// Whatever is understood says the same when it is put together again: no two texts are one secret
/// to one reader and two to another.
void CheckSecretId(std::string_view text) {
  const auto parsed = coffer::secrets::ParseSecretIdentifier(text);
  if (!parsed) return Require(coffer::base::IsValidUtf8(parsed.error().message));
  Require(coffer::secrets::CheckName(parsed->name).has_value());
  Require(parsed->region.has_value() == parsed->account.has_value());
  if (!parsed->region) return Require(parsed->name == text && !parsed->suffix);
  const coffer::secrets::SecretAddress address{*parsed->account, *parsed->region, parsed->name};
  std::string arn = coffer::secrets::SecretArn(address, parsed->suffix.value_or(""));
  if (!parsed->suffix) arn.pop_back();  // The hyphen in front of it.
  Require(arn == text);
}

void CheckArn(std::string_view text) {
  const auto segments = coffer::policy::SplitArn(text);
  if (!segments) return;
  std::string joined;
  for (const std::string_view segment : *segments) {
    joined.append(joined.empty() ? "" : ":").append(segment);
  }
  Require(joined == text);
  // Bytes that UTF-8 does not have are the wildcards of patterns.
  const bool has_wildcard = text.find_first_of("\xFE\xFF") != std::string_view::npos;
  Require(has_wildcard || coffer::policy::MatchesArn(text, *segments));
}

void CheckKey(std::string_view text) {
  using Kind = coffer::keyring::KeyName::Kind;
  constexpr std::string_view kAccount = "000000000000";
  constexpr std::string_view kRegion = "us-east-1";
  const auto key = coffer::keyring::ParseKeyName(kAccount, kRegion, text);
  if (!key) return;
  Require((key->kind == Kind::kDefault) == key->text.empty());
  if (key->kind == Kind::kDefault) return;
  const std::string arn = key->kind == Kind::kAlias
                              ? coffer::keyring::AliasArn(kRegion, kAccount, key->text)
                              : coffer::keyring::KeyArn(kRegion, kAccount, key->text);
  const auto again = coffer::keyring::ParseKeyName(kAccount, kRegion, arn);
  Require(again && again->kind == key->kind && again->text == key->text);
}

/// As the rule says it, one character after the other.
bool Fits(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() != '*') {
    return !text.empty() && text.front() == pattern.front() &&
           Fits(pattern.substr(1), text.substr(1));
  }
  return Fits(pattern.substr(1), text) || (!text.empty() && Fits(pattern, text.substr(1)));
}

void CheckFunction(std::string_view text, std::string_view pattern) {
  if (const auto arn = coffer::secrets::ParseFunctionArn(text)) {
    Require(text.starts_with(arn->unqualified) && arn->unqualified.ends_with(arn->name));
    Require(coffer::secrets::ParseFunctionArn(arn->unqualified).has_value());
  }
  static const coffer::secrets::FunctionRegistry registry({});
  (void)registry.Find(text, "arn:aws:secretsmanager:us-east-1:000000000000:secret:s-abcdef");
  if (text.size() > 24 || std::ranges::count(pattern, '*') > 3) return;
  Require(coffer::secrets::MatchesWildcard(pattern, text) == Fits(pattern, text));
}

void CheckUrl(std::string_view text) {
  const auto url = coffer::net::ParseUrl(text);
  if (!url) return;
  const auto is_plain = [](char c) { return c > ' ' && c < '\x7f'; };
  Require(!url->host.empty() && url->target.starts_with('/'));
  Require(std::ranges::all_of(url->target, is_plain));
  Require(std::ranges::all_of(url->authority, is_plain));
  Require(!url->port.empty() && url->port.size() <= 5 && std::stoul(url->port) <= 65535);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view text = input.substr(0, end);
  CheckSecretId(text);
  CheckArn(text);
  CheckKey(text);
  CheckFunction(text, input.substr(std::min(end + 1, input.size())));
  CheckUrl(text);
  return 0;
}
