#pragma once

#include "api/identity.h"
#include "policy/action.h"
#include "policy/document.h"

/// The policies of a thousand callers do not all stay near the processor. What a decision will look
/// at is fetched while the call does other things, in steps: each finds in its place what the one
/// before it has asked for, and asks for what that leads to. Nothing is decided here. Always
/// inline for the reason that policy/document.h gives.
namespace coffer::api {

/// 1: when the caller is known.
[[gnu::always_inline]] inline void PrefetchPolicies(const Identity& identity) {
  for (const CompiledPolicy& document : identity.policies) policy::Prefetch(document.get());
}

/// 2: some work later.
[[gnu::always_inline]] inline void PrefetchIndexes(const Identity& identity,
                                                   const policy::Action& action) {
  for (const CompiledPolicy& document : identity.policies) {
    policy::PrefetchIndex(*document, action);
  }
}

/// 3: some work later.
[[gnu::always_inline]] inline void PrefetchHeads(const Identity& identity,
                                                 const policy::Action& action) {
  for (const CompiledPolicy& document : identity.policies) {
    policy::PrefetchHeads(*document, action);
  }
}

}  // namespace coffer::api
