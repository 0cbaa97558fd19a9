#pragma once

#include "services/sts/assume_role.h"
#include "services/sts/get_caller_identity.h"
#include "services/sts/get_federation_token.h"
#include "services/sts/get_session_token.h"

#include <string_view>
#include <tuple>

namespace coffer::services::sts {

/// One row of the table: the wire name and the handler, whose signature says what it decodes and
/// encodes.
template <auto Handler>
struct Operation {
  static constexpr auto kHandler = Handler;
  std::string_view name;
  bool may_be_presigned = false;  ///< Its request may have the signature in the query.
};

/// The operations of STS that are here, sorted by name. None of them changes anything: sessions are
/// not stored.
inline constexpr std::tuple kOperations{
    // clang-format off
    Operation<&AssumeRole>        {"AssumeRole"},
    Operation<&GetCallerIdentity> {"GetCallerIdentity", true},
    Operation<&GetFederationToken>{"GetFederationToken"},
    Operation<&GetSessionToken>   {"GetSessionToken"},
    // clang-format on
};

}  // namespace coffer::services::sts
