#pragma once

#include "coffer/error.h"

#include <expected>
#include <string>
#include <utility>

namespace coffer {

/// A value, or the refusal that the caller will be told. Failures of the environment (disk,
/// OpenSSL, a bug) are exceptions instead; `api::Dispatcher` catches them once.
template <class T>
using Result = std::expected<T, ApiError>;

/// Shorthand for returning a refusal: `return Fail(ErrorCode::kInvalidRequest, "...");`
[[nodiscard]] inline std::unexpected<ApiError> Fail(ErrorCode code, std::string message) {
  return std::unexpected(ApiError{code, std::move(message)});
}

}  // namespace coffer

/// Returns the error of `expression`, a `Result`, from the calling function if there is one.
#define RETURN_IF_ERROR(expression)                       \
  do {                                                    \
    if (auto status_ = (expression); !status_) {          \
      return std::unexpected(std::move(status_).error()); \
    }                                                     \
  } while (false)

#define COFFER_CONCATENATE_INNER(a, b) a##b
#define COFFER_CONCATENATE(a, b) COFFER_CONCATENATE_INNER(a, b)

#define COFFER_ASSIGN_OR_RETURN(result, declaration, expression) \
  auto result = (expression);                                    \
  if (!result) {                                                 \
    return std::unexpected(std::move(result).error());           \
  }                                                              \
  declaration = *std::move(result)

/// `ASSIGN_OR_RETURN(const auto x, F());` declares `x` with the value of `F()`, or returns its
/// error from the calling function.
#define ASSIGN_OR_RETURN(declaration, expression) \
  COFFER_ASSIGN_OR_RETURN(COFFER_CONCATENATE(result_, __LINE__), declaration, expression)
