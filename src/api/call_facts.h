#pragma once

#include "api/identity.h"
#include "base/http_message.h"
#include "coffer/clock.h"
#include "policy/request_context.h"
#include "sigv4/credential.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::api {

/// The parameters of a request as conditions see them, by their wire names. What the caller did not
/// send is absent, whatever the default is.
class RequestParameters {
 public:
  virtual ~RequestParameters() = default;
  /// A string, number, boolean or list of strings; absent for other members. Never of a member that
  /// carries a secret value.
  [[nodiscard]] virtual policy::ContextValue Find(std::string_view name) const = 0;
  /// Of the member Tags.
  [[nodiscard]] virtual std::vector<std::pair<std::string_view, std::string_view>> Tags() const = 0;
  /// Whether a member was sent, of whatever type.
  [[nodiscard]] virtual bool Has(std::string_view name) const = 0;
};

/// Someone's question why a call would be allowed or denied: what he wants the request to be like,
/// and the answers, one for each decision that the call takes.
struct Inquiry {
  /// Values of condition keys, by their names in lower case, that replace the call's own.
  std::map<std::string, policy::ContextValue, std::less<>> given;
  std::vector<std::string> answers;
};

/// What authorization knows of one call. References to what lives as long as the call.
struct CallFacts {
  const sigv4::Caller& caller;
  const Identity& identity;
  const base::HttpRequest& request;
  const RequestParameters& parameters;
  Timestamp now;
  std::string_view request_id{};
  Inquiry* inquiry = nullptr;  ///< Null for a call that was really made.
};

}  // namespace coffer::api
