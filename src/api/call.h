#pragma once

#include "api/call_environment.h"
#include "api/call_facts.h"
#include "api/json_codec.h"
#include "api/shape_parameters.h"
#include "base/reply_buffer.h"
#include "coffer/result.h"
#include "secrets/messages.h"
#include "services/secretsmanager/context.h"
#include "services/secretsmanager/operation.h"
#include "services/secretsmanager/replication.h"

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coffer::api {

namespace sm = services::secretsmanager;

/// One decoded and checked request that waits for its transaction.
class Call {
 public:
  virtual ~Call() = default;
  /// Resolves, authorizes and handles inside the environment's transaction, and writes the reply's
  /// body. May run more than once; each time it starts anew.
  [[nodiscard]] virtual Result<void> Run(const CallEnvironment& environment,
                                         base::ReplyBuffer& out) const = 0;
  /// The request as conditions see it.
  [[nodiscard]] virtual const RequestParameters& parameters() const = 0;
};

/// What a handler's signature says about its operation.
template <class Function>
struct HandlerTraits;
template <class Reply, class Request>
struct HandlerTraits<Result<Reply> (*)(sm::Context&, const Request&)> {
  using RequestType = Request;
  using ResultType = Result<Reply>;
};
template <class Reply, class Secret, class Request>
struct HandlerTraits<Result<Reply> (*)(sm::Context&, const Secret&, const Request&)> {
  using RequestType = Request;
  using ResultType = Result<Reply>;
};

/// A request whose own members can be refused before anything is looked up.
template <class Request>
concept SelfChecking = requires(const Request& request) {
  { request.Check() } -> std::same_as<Result<void>>;
};

/// A request that needs further permissions.
template <class Request>
concept NeedsMore = requires(const Request& request) {
  { request.FurtherOperations() } -> std::same_as<std::vector<std::string_view>>;
};

/// A request that may be allowed on a replica although it writes.
template <class Request>
concept MayBeAllowedOnReplica = requires(const Request& request) {
  { request.IsAllowedOnReplica() } -> std::same_as<bool>;
};

/// The call of one row of the operation table.
template <auto Handler, sm::Authorizes kAuthorizes, sm::Access kAccess>
class OperationCall final : public Call {
 public:
  using Request = typename HandlerTraits<decltype(Handler)>::RequestType;

  OperationCall(std::string_view operation, Request request)
      : operation_(operation), request_(std::move(request)) {}

  [[nodiscard]] Result<void> Run(const CallEnvironment& environment,
                                 base::ReplyBuffer& out) const override {
    SecretsManagerCall call(environment);
    const auto reply = Invoke(call.context);
    if (!reply) return std::unexpected(reply.error());
    EncodeReply(*reply, out);
    return {};
  }

  [[nodiscard]] const RequestParameters& parameters() const override { return parameters_; }

  /// Resolves, authorizes and handles; the reply as a value, for callers inside the vault.
  [[nodiscard]] auto Invoke(sm::Context& context) const {
    sm::Authorizer& authorizer = context.authorizer;
    if constexpr (kAuthorizes == sm::Authorizes::kSecret) {
      using Reply =
          decltype(Handler(context, std::declval<const sm::AuthorizedSecret&>(), request_));
      const auto secret = authorizer.Authorize(operation_, request_.secret_id);
      if (!secret) return Reply(std::unexpected(secret.error()));
      return HandleOn(context, *secret, &**secret);
    } else if constexpr (kAuthorizes == sm::Authorizes::kSecretIfExists) {
      using Reply = decltype(Handler(
          context, std::declval<const std::optional<sm::AuthorizedSecret>&>(), request_));
      const auto secret = authorizer.AuthorizeIfExists(operation_, request_.secret_id);
      if (!secret) return Reply(std::unexpected(secret.error()));
      return HandleOn(context, *secret, secret->has_value() ? &***secret : nullptr);
    } else if constexpr (kAuthorizes == sm::Authorizes::kSecretIfGiven) {
      std::optional<sm::AuthorizedSecret> secret;
      using Reply = decltype(Handler(context, secret, request_));
      if (request_.secret_id) {
        auto named = authorizer.Authorize(operation_, *request_.secret_id);
        if (!named) return Reply(std::unexpected(named.error()));
        secret = *std::move(named);
      } else if (const auto allowed = authorizer.AuthorizeAccount(operation_); !allowed) {
        return Reply(std::unexpected(allowed.error()));
      }
      return Handler(context, secret, request_);
    } else {
      using Reply = decltype(Handler(context, request_));
      const Result<void> allowed = AuthorizeAll(authorizer);
      return allowed ? Handler(context, request_) : Reply(std::unexpected(allowed.error()));
    }
  }

 private:
  // No operation has to think of replicas: a write is refused on one, and followed by those of its
  // secret. `found` is null where there is none.
  template <class Secret>
  [[nodiscard]] auto HandleOn(sm::Context& context, const Secret& secret,
                              const secrets::Secret* found) const {
    if constexpr (kAccess == sm::Access::kWrite) {
      using Reply = decltype(Handler(context, secret, request_));
      if (found != nullptr && secrets::IsReplica(*found) && !IsAllowedOnReplica()) {
        return Reply(std::unexpected(secrets::NotOnReplica()));
      }
      Reply reply = Handler(context, secret, request_);
      if (reply && found != nullptr) KeepReplicasUp(sm::ReplicationScopeOf(context), *found);
      return reply;
    } else {
      return Handler(context, secret, request_);
    }
  }

  [[nodiscard]] bool IsAllowedOnReplica() const {
    if constexpr (MayBeAllowedOnReplica<Request>) {
      return request_.IsAllowedOnReplica();
    } else {
      return false;
    }
  }

  // The operation itself and what else the request needs, on the same.
  [[nodiscard]] Result<void> AuthorizeAll(sm::Authorizer& authorizer) const {
    const auto authorize = [&](std::string_view operation) {
      if constexpr (kAuthorizes == sm::Authorizes::kNewSecret) {
        return authorizer.AuthorizeNew(operation, request_.name);
      } else {
        return authorizer.AuthorizeAccount(operation);
      }
    };
    RETURN_IF_ERROR(authorize(operation_));
    if constexpr (NeedsMore<Request>) {
      for (const std::string_view operation : request_.FurtherOperations()) {
        RETURN_IF_ERROR(authorize(operation));
      }
    }
    return {};
  }

  std::string_view operation_;
  Request request_;
  ShapeParameters<Request> parameters_{request_};
};

/// Decodes and checks a request body for one row. Static, so that a table can point at it.
template <auto Handler, sm::Authorizes kAuthorizes, sm::Access kAccess>
[[nodiscard]] Result<std::unique_ptr<Call>> DecodeCall(std::string_view operation,
                                                       std::string_view body) {
  using Operation = OperationCall<Handler, kAuthorizes, kAccess>;
  ASSIGN_OR_RETURN(auto request, DecodeRequest<typename Operation::Request>(body));
  if constexpr (SelfChecking<typename Operation::Request>) RETURN_IF_ERROR(request.Check());
  return std::make_unique<Operation>(operation, std::move(request));
}

}  // namespace coffer::api
