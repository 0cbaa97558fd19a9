#include "identity/names.h"

#include "base/account.h"
#include "base/ascii.h"

#include <algorithm>
#include <array>

namespace coffer::identity {

namespace {

constexpr std::string_view kPrefix = "arn:aws:iam::";
constexpr std::array<std::string_view, 4> kKinds{"user", "group", "role", "policy"};

}  // namespace

bool IsName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return base::IsAlphanumeric(c) || std::string_view("_+=,.@-").find(c) != std::string_view::npos;
  });
}

bool IsPath(std::string_view text) {
  constexpr std::size_t kMaxCharacters = 512;
  return text.size() <= kMaxCharacters && text.starts_with('/') && text.ends_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::string NameKey(std::string_view name) {
  std::string key(name);
  std::ranges::transform(key, key.begin(), base::ToLower);
  return key;
}

std::string ArnOf(std::string_view account, std::string_view kind, std::string_view path,
                  std::string_view name) {
  std::string arn(kPrefix);
  for (const std::string_view part : {account, std::string_view(":"), kind, path, name}) {
    arn += part;
  }
  return arn;
}

std::string SessionArn(std::string_view account, std::string_view role_name,
                       std::string_view session_name) {
  std::string arn = "arn:aws:sts::";
  for (const std::string_view part : {account, std::string_view(":assumed-role/"), role_name,
                                      std::string_view("/"), session_name}) {
    arn += part;
  }
  return arn;
}

std::optional<EntityArn> ParseEntityArn(std::string_view arn) {
  if (!arn.starts_with(kPrefix)) return std::nullopt;
  arn.remove_prefix(kPrefix.size());
  const std::size_t colon = arn.find(':');
  const std::string_view account = arn.substr(0, colon);
  if (colon == std::string_view::npos || (!base::IsAccountId(account) && account != "aws")) {
    return std::nullopt;
  }
  arn.remove_prefix(colon + 1);
  const std::size_t slash = arn.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view kind = arn.substr(0, slash);
  const std::size_t last_slash = arn.rfind('/');
  EntityArn parsed{.account = std::string(account),
                   .kind = std::string(kind),
                   .path = std::string(arn.substr(slash, last_slash - slash + 1)),
                   .name = std::string(arn.substr(last_slash + 1))};
  const bool is_kind = std::ranges::find(kKinds, kind) != kKinds.end();
  if (!is_kind || !IsPath(parsed.path) || !IsName(parsed.name)) return std::nullopt;
  return parsed;
}

std::optional<ParsedSessionArn> ParseSessionArn(std::string_view arn) {
  constexpr std::string_view kStart = "arn:aws:sts::";
  constexpr std::string_view kKind = ":assumed-role/";
  const std::size_t kind = arn.find(kKind);
  const std::size_t slash = arn.rfind('/');
  if (!arn.starts_with(kStart) || kind == std::string_view::npos || slash < kind + kKind.size()) {
    return std::nullopt;
  }
  const std::string_view account = arn.substr(kStart.size(), kind - kStart.size());
  const std::size_t name = kind + kKind.size();
  ParsedSessionArn parsed{.account = std::string(account),
                          .role_name = std::string(arn.substr(name, slash - name)),
                          .session_name = std::string(arn.substr(slash + 1))};
  if (!base::IsAccountId(account) || !IsName(parsed.role_name) || !IsName(parsed.session_name)) {
    return std::nullopt;
  }
  return parsed;
}

std::string UniqueId(std::string_view prefix,
                     std::span<const std::byte, kIdRandomBytes> random_bytes) {
  // 32 characters, so that the low bits of a random byte choose uniformly.
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id(prefix);
  for (const std::byte byte : random_bytes) {
    id += kAlphabet[std::to_integer<std::size_t>(byte) % kAlphabet.size()];
  }
  return id;
}

}  // namespace coffer::identity
