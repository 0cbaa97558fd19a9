#include "policy/principal_form.h"

#include "base/account.h"
#include "base/ascii.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace coffer::policy {

namespace {

bool IsPartition(std::string_view text) {
  return text.starts_with("aws") &&
         std::ranges::all_of(text, [](char c) { return base::IsLower(c) || c == '-'; });
}

bool IsName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return base::IsAlphanumeric(c) || std::string_view("_+=,.@-").find(c) != std::string_view::npos;
  });
}

/// A name behind a path of printable characters. A path may hold a `*`, but in a policy that would
/// be a wildcard.
bool IsPathAndName(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return IsName(text);
  return IsName(text.substr(slash + 1)) && std::ranges::all_of(text.substr(0, slash), [](char c) {
           return c > ' ' && c <= '~' && c != '*' && c != '?';
         });
}

/// `text` without `prefix`, if it has it.
std::optional<std::string_view> After(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

/// Takes what is before the next colon off `text`; all of it when there is none.
std::string_view TakeSegment(std::string_view& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view segment = text.substr(0, colon);
  text.remove_prefix(std::min(colon + 1, text.size()));
  return segment;
}

bool IsIamResource(std::string_view resource) {
  if (const auto user = After("user/", resource)) return IsPathAndName(*user);
  if (const auto role = After("role/", resource)) return IsPathAndName(*role);
  return resource == "root";
}

bool IsStsResource(std::string_view resource) {
  if (const auto user = After("federated-user/", resource)) return IsName(*user);
  const auto session = After("assumed-role/", resource);
  if (!session) return false;
  const std::size_t slash = session->find('/');
  return slash != std::string_view::npos && IsName(session->substr(0, slash)) &&
         IsName(session->substr(slash + 1));
}

bool IsPrincipalArn(std::string_view text) {
  if (TakeSegment(text) != "arn" || !IsPartition(TakeSegment(text))) return false;
  const std::string_view service = TakeSegment(text);
  const std::string_view region = TakeSegment(text);
  if (!region.empty() || !base::IsAccountId(TakeSegment(text))) return false;
  return (service == "iam" && IsIamResource(text)) || (service == "sts" && IsStsResource(text));
}

}  // namespace

bool IsUniqueId(std::string_view text) {
  return text.size() >= 16 && (text.starts_with("AIDA") || text.starts_with("AROA")) &&
         std::ranges::all_of(text, [](char c) { return base::IsUpper(c) || base::IsDigit(c); });
}

bool IsAwsPrincipal(std::string_view text) {
  return text == "*" || base::IsAccountId(text) || IsUniqueId(text) || IsPrincipalArn(text);
}

bool IsServicePrincipal(std::string_view text) {
  for (const std::string_view suffix : {".amazonaws.com", ".amazonaws.com.cn"}) {
    if (!text.ends_with(suffix)) continue;
    const std::string_view name = text.substr(0, text.size() - suffix.size());
    return !name.empty() && std::ranges::all_of(name, [](char c) {
      return base::IsLower(c) || base::IsDigit(c) || c == '-' || c == '.';
    });
  }
  return false;
}

}  // namespace coffer::policy
