#pragma once

#include "api/call.h"
#include "api/form_fields.h"
#include "api/identity_authorizer.h"
#include "api/query_codec.h"
#include "api/role_authorizer.h"
#include "api/shape_parameters.h"
#include "api/xml_codec.h"
#include "services/iam/context.h"
#include "services/sts/context.h"

#include <memory>
#include <string_view>
#include <utility>

namespace coffer::api {

/// What a call of IAM runs with: its authorizer and its context, which refer to each other.
struct IamCall {
  static constexpr std::string_view kNamespace = "https://iam.amazonaws.com/doc/2010-05-08/";

  explicit IamCall(const CallEnvironment& environment)
      : authorizer(environment.facts, environment.services.authorization.enforcement),
        principals(PrincipalsOf(environment)),
        context{.service = environment.services.iam,
                .transaction = environment.transaction,
                .authorizer = authorizer,
                .principals = principals,
                .account = environment.facts.caller.account,
                .caller_arn = environment.facts.identity.principal.arn,
                .caller_id = environment.facts.identity.principal.unique_id,
                .caller_name = environment.facts.identity.user_name,
                .now = environment.facts.now} {}
  IamCall(const IamCall&) = delete;
  IamCall& operator=(const IamCall&) = delete;

  IdentityAuthorizer authorizer;
  NamedPrincipals principals;
  services::iam::Context context;
};

/// What a call of STS runs with: as IamCall.
struct StsCall {
  static constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

  explicit StsCall(const CallEnvironment& environment)
      : authorizer(environment.facts, environment.services.authorization.enforcement),
        context{.service = environment.services.iam,
                .transaction = environment.transaction,
                .authorizer = authorizer,
                .account = environment.facts.caller.account,
                .caller_arn = environment.facts.identity.principal.arn,
                .caller_id = environment.facts.identity.principal.unique_id,
                .caller_session = environment.facts.identity.session.get(),
                .now = environment.facts.now} {}
  StsCall(const StsCall&) = delete;
  StsCall& operator=(const StsCall&) = delete;

  RoleAuthorizer authorizer;
  services::sts::Context context;
};

/// The request of a handler `Result<Reply>(Context&, const Request&)`.
template <class Function>
struct QueryHandlerTraits;
template <class Reply, class Context, class Request>
struct QueryHandlerTraits<Result<Reply> (*)(Context&, const Request&)> {
  using RequestType = Request;
};

/// The call of one row of a table of a service that speaks the query protocol. The handlers of
/// these services authorize what they look up.
template <class ServiceCall, auto Handler>
class QueryCall final : public Call {
 public:
  using Request = typename QueryHandlerTraits<decltype(Handler)>::RequestType;

  QueryCall(std::string_view operation, Request request)
      : operation_(operation), request_(std::move(request)) {}

  [[nodiscard]] Result<void> Run(const CallEnvironment& environment,
                                 base::ReplyBuffer& out) const override {
    ServiceCall call(environment);
    const auto reply = Handler(call.context, request_);
    if (!reply) return std::unexpected(reply.error());
    EncodeXmlReply(operation_, ServiceCall::kNamespace, environment.facts.request_id, *reply, out);
    return {};
  }

  [[nodiscard]] const RequestParameters& parameters() const override { return parameters_; }

 private:
  std::string_view operation_;
  Request request_;
  ShapeParameters<Request> parameters_{request_};
};

template <class ServiceCall, auto Handler>
[[nodiscard]] Result<std::unique_ptr<Call>> DecodeQueryCall(std::string_view operation,
                                                            const FormFields& form) {
  using Operation = QueryCall<ServiceCall, Handler>;
  ASSIGN_OR_RETURN(auto request, DecodeQuery<typename Operation::Request>(form));
  return std::make_unique<Operation>(operation, std::move(request));
}

}  // namespace coffer::api
