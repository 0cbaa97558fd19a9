#pragma once

#include "identity/entities.h"
#include "identity/session.h"
#include "policy/document.h"
#include "policy/principal.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffer::services::iam {

using CompiledPolicy = std::shared_ptr<const policy::Document>;

/// Who made a request, with all that has a say in what he may do. A value of one moment.
struct Identity {
  policy::Principal principal;
  std::string user_name;  ///< Of a user; empty for others.
  std::vector<identity::Tag> tags;
  std::vector<CompiledPolicy> policies;
  CompiledPolicy boundary;                           ///< Null when there is none.
  std::shared_ptr<const identity::Session> session;  ///< Null for a long-term key.
  /// What the session is limited to; absent when no such policies were given.
  std::optional<std::vector<CompiledPolicy>> session_policies;
  /// The rotation that this is, by the store's number; absent for everybody else. Its policies bind
  /// it wherever it is, also where policies are not enforced.
  std::optional<std::int64_t> rotation_job{};
};

}  // namespace coffer::services::iam
