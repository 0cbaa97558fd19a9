#pragma once

#include "api/identity.h"
#include "policy/action.h"
#include "policy/document.h"

/// The policies of a thousand callers do not all stay near the processor. What a decision will look
/// at is fetched while the call does other things, in steps: each finds in its place what the one
/// before it has asked for, and asks for what that leads to. Nothing is decided here.
namespace coffer::api {

/// 1: as soon as the caller is known.
inline void PrefetchPolicies(const Identity& identity) {
  __builtin_prefetch(identity.policies.data());
}

/// 2: some work later.
inline void PrefetchDocuments(const Identity& identity) {
  for (const CompiledPolicy& document : identity.policies) policy::Prefetch(document.get());
}

/// 3: as soon as the action is known.
inline void PrefetchIndexes(const Identity& identity, const policy::Action& action) {
  for (const CompiledPolicy& document : identity.policies) {
    policy::PrefetchIndex(*document, action);
  }
}

/// 4: when the resource is being found out.
inline void PrefetchHeads(const Identity& identity, const policy::Action& action) {
  for (const CompiledPolicy& document : identity.policies) {
    policy::PrefetchHeads(*document, action);
  }
}

}  // namespace coffer::api
