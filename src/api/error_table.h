#pragma once

#include "base/http_message.h"
#include "coffer/error.h"

#include <cstdint>
#include <string_view>

namespace coffer::api {

/// How the member that carries an error's text is spelled.
enum class MessageMember : std::uint8_t {
  kUpper,  ///< `Message`: modelled errors.
  kLower,  ///< `message`: errors of the front end.
  kBoth,
};

/// How an error looks in AWS JSON 1.1 and in the query protocol, which IAM and STS speak: the same
/// refusal has another name and status there.
struct ErrorRow {
  ErrorCode code;
  std::string_view name;  ///< `__type`, without a namespace.
  int status;
  MessageMember member;
  std::string_view query_name;  ///< `Code`.
  int query_status;
};

[[nodiscard]] const ErrorRow& FindError(ErrorCode code);

/// Makes `reply` that error in JSON, as its service writes errors: its status and body, whatever
/// the body held before. For XML see `EncodeXmlError`.
void EncodeError(const ApiError& error, base::HttpReply& reply);

}  // namespace coffer::api
