#pragma once

#include "json/document.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

namespace coffer::policy {

/// What a document is for: which elements it must and must not have.
enum class DocumentKind : std::uint8_t {
  kIdentity,  ///< Of a user, group or role; permissions boundaries and session policies too.
  kResource,  ///< On a secret or a key: has principals.
  kTrust,     ///< Who may assume a role: has principals and no resources.
};

/// What is wrong with a document, in the words of IAM's grammar.
enum class GrammarRule : std::uint8_t {
  kJson,
  kElement,  ///< An element that is not known at this place.
  kVersion,
  kId,
  kStatement,  ///< Missing, empty or not an object.
  kSid,
  kSidTwice,
  kEffect,
  kPrincipal,           ///< Missing, twice, or not in one of the forms.
  kPrincipalForbidden,  ///< In an identity policy.
  kNotPrincipalAllow,   ///< Allowing everybody but somebody.
  kAction,              ///< Missing, or an empty list.
  kActionTwice,         ///< Action and NotAction.
  kActionForm,          ///< No string, or an operation with letters that none has.
  kActionUnprefixed,    ///< Not `service:Operation`.
  kActionColons,        ///< More than one.
  kActionService,       ///< A service with letters that none has.
  kResource,            ///< Missing, twice or empty.
  kResourceForbidden,   ///< In a trust policy.
  kCondition,
  kOperator,
};

struct GrammarFault {
  GrammarRule rule{};
  std::size_t offset = 0;   ///< Byte position in the text.
  std::string_view reason;  ///< A literal that says what is expected. Never quotes the text.
};

/// Checks a parsed document (AWS: IAM JSON policy grammar). Who principals are and whether actions
/// exist is not looked at: unknown ones are accepted and match nothing. Thus one error at most.
[[nodiscard]] std::expected<void, GrammarFault> CheckGrammar(json::Value root, DocumentKind kind);

/// Parses and checks. `document` holds the values; see json::Document.
[[nodiscard]] std::expected<json::Value, GrammarFault> ParsePolicy(json::Document& document,
                                                                   std::string_view text,
                                                                   DocumentKind kind);

}  // namespace coffer::policy
