#pragma once

#include "api/call_environment.h"
#include "api/local_endpoints.h"
#include "api/operation_index.h"
#include "api/principals.h"
#include "base/http_message.h"
#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "sigv4/verifier.h"

#include <memory>
#include <optional>

namespace coffer::api {

/// What the dispatcher works with; everything outlives it.
struct DispatcherParts {
  Database& database;
  const Services& services;
  const Clock& clock;  ///< Of dates and conditions.
  const sigv4::Verifier& verifier;
  const Principals& principals;
  const LocalEndpoints& local_endpoints;
  const Clock& system_clock;  ///< Signatures follow real time, whatever the test clock says.
  Random& random;
};

/// Turns a request into a reply: the way of every call, stage by stage. Safe to call from any io
/// thread; see docs/architecture.md, "Life of a request".
class Dispatcher final : public base::HttpHandler {
 public:
  explicit Dispatcher(const DispatcherParts& parts) : parts_(parts) {}

  std::optional<base::PendingReply> Handle(const base::HttpRequest& request,
                                           base::HttpReply& reply) override;

 private:
  /// A call that knows its caller and its operation and waits for its transaction.
  struct PreparedCall {
    sigv4::Caller caller;
    std::shared_ptr<const Identity> identity;
    const base::HttpRequest* request = nullptr;  ///< Stays until the reply has been written.
    sm::Access access{};
    std::unique_ptr<Call> call;
  };

  [[nodiscard]] Result<PreparedCall> PrepareJson(const base::HttpRequest& request,
                                                 std::string_view& service_name) const;
  [[nodiscard]] Result<PreparedCall> PrepareQuery(const base::HttpRequest& request,
                                                  std::string_view& xml_namespace) const;
  [[nodiscard]] Result<PreparedCall> Verify(const base::HttpRequest& request,
                                            const sigv4::VerificationRules& rules,
                                            bool is_presigned) const;
  void Read(const PreparedCall& prepared, base::HttpReply& reply) const;
  [[nodiscard]] base::PendingReply Write(PreparedCall prepared, base::HttpReply& reply) const;
  [[nodiscard]] bool Run(const PreparedCall& prepared, Transaction& transaction,
                         base::HttpReply& reply) const;

  DispatcherParts parts_;
};

}  // namespace coffer::api
