#pragma once

#include "policy/action.h"
#include "policy/document.h"
#include "policy/principal.h"
#include "policy/request_context.h"
#include "policy/resource.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace coffer::policy {

/// What a decision is about. Holds references alone.
struct Request {
  const Principal& principal;
  const Action& action;
  const Resource& resource;
  std::string_view resource_account;  ///< Whose resource it is; for account-level actions the
                                      ///< caller's account.
  const RequestContext& context;
};

using Documents = std::span<const std::shared_ptr<const Document>>;

/// All that can have a say.
struct Policies {
  Documents identity;                  ///< Of the user and his groups, or of the role.
  const Document* boundary = nullptr;  ///< The permissions boundary, if there is one.
  std::optional<Documents> session;    ///< Given when the session began; absent = none were given.
  const Document* resource = nullptr;  ///< On the resource, if there is one.
  /// Whether nobody gets in without the resource's policy, the owner's identity policies neither:
  /// so it is for KMS keys and for roles, not for secrets.
  bool resource_must_admit = false;
};

/// Where a statement stands. Also the order in which one is named when several deny.
enum class Layer : std::uint8_t { kIdentity, kBoundary, kSession, kResource };

struct StatementPlace {
  Layer layer{};
  std::size_t document = 0;  ///< Among those of its layer.
  std::size_t statement = 0;

  bool operator==(const StatementPlace&) const = default;
};

enum class Outcome : std::uint8_t { kAllowed, kImplicitlyDenied, kExplicitlyDenied };

struct Decision {
  Outcome outcome{};
  /// Who denied, or of whom an Allow was missed.
  Layer layer{};
  /// What denied or allowed; absent for an implicit denial and for a root user.
  std::optional<StatementPlace> statement;

  [[nodiscard]] bool is_allowed() const { return outcome == Outcome::kAllowed; }
};

/// AWS: IAM user guide, policy evaluation logic (single account and cross-account).
[[nodiscard]] Decision Decide(const Request& request, const Policies& policies);

/// Whether a document has a Deny about `action`, for whatever resource and under whatever
/// condition; of an action without a number it may have.
[[nodiscard]] bool CanDeny(Documents documents, const Action& action);

}  // namespace coffer::policy
