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

/// How an error looks in AWS JSON 1.1.
struct ErrorRow {
  ErrorCode code;
  std::string_view name;  ///< `__type`, without a namespace.
  int status;
  MessageMember member;
};

[[nodiscard]] const ErrorRow& FindError(ErrorCode code);

/// Makes `reply` that error: its status and body, whatever the body held before.
void EncodeError(const ApiError& error, base::HttpReply& reply);

}  // namespace coffer::api
