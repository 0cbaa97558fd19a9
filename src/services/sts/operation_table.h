#pragma once

#include "services/sts/get_caller_identity.h"

#include <string_view>
#include <tuple>

namespace coffer::services::sts {

/// One row of the table: the wire name and the handler, whose signature says what it decodes and
/// encodes.
template <auto Handler>
struct Operation {
  static constexpr auto kHandler = Handler;
  std::string_view name;
};

/// The operations of STS that are here, sorted by name.
inline constexpr std::tuple kOperations{
    Operation<&GetCallerIdentity>{"GetCallerIdentity"},
};

}  // namespace coffer::services::sts
