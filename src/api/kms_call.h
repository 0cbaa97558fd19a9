#pragma once

#include "api/call.h"
#include "api/kms_authorizer.h"
#include "services/kms/context.h"

#include <memory>
#include <string_view>
#include <utility>

namespace coffer::api {

/// The request of a handler of KMS.
template <class Function>
struct KmsHandlerTraits;
template <class Reply, class Request>
struct KmsHandlerTraits<Result<Reply> (*)(services::kms::Context&, const Request&)> {
  using RequestType = Request;
};

/// The call of one row of KMS's table. The handlers authorize what they look up.
template <auto Handler>
class KmsCall final : public Call {
 public:
  using Request = typename KmsHandlerTraits<decltype(Handler)>::RequestType;

  explicit KmsCall(Request request) : request_(std::move(request)) {}

  [[nodiscard]] Result<void> Run(const CallEnvironment& environment,
                                 base::ReplyBuffer& out) const override {
    KmsAuthorizer authorizer(environment.services.authorization, environment.facts,
                             environment.transaction);
    const NamedPrincipals principals = PrincipalsOf(environment);
    services::kms::Context context{.service = environment.services.kms,
                                   .transaction = environment.transaction,
                                   .authorizer = authorizer,
                                   .principals = principals,
                                   .account = environment.facts.caller.account,
                                   .region = environment.facts.caller.region,
                                   .now = environment.facts.now};
    const auto reply = Handler(context, request_);
    if (!reply) return std::unexpected(reply.error());
    EncodeReply(*reply, out);
    return {};
  }

  [[nodiscard]] const RequestParameters& parameters() const override { return parameters_; }

 private:
  Request request_;
  ShapeParameters<Request> parameters_{request_};
};

/// Decodes and checks a request body for one row. Static, so that a table can point at it.
template <auto Handler>
[[nodiscard]] Result<std::unique_ptr<Call>> DecodeKmsCall(std::string_view /*operation*/,
                                                          std::string_view body) {
  using Operation = KmsCall<Handler>;
  ASSIGN_OR_RETURN(auto request, DecodeRequest<typename Operation::Request>(body));
  if constexpr (SelfChecking<typename Operation::Request>) RETURN_IF_ERROR(request.Check());
  return std::make_unique<Operation>(std::move(request));
}

}  // namespace coffer::api
