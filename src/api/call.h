#pragma once

#include "api/json_codec.h"
#include "base/reply_buffer.h"
#include "coffer/result.h"
#include "services/secretsmanager/context.h"
#include "services/secretsmanager/operation.h"

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coffer::api {

namespace sm = services::secretsmanager;

/// One decoded and checked request that waits for its transaction.
class Call {
 public:
  virtual ~Call() = default;
  /// Resolves, authorizes and handles inside `context`'s transaction, and writes the reply's JSON.
  /// May run more than once; each time it starts anew.
  [[nodiscard]] virtual Result<void> Run(sm::Context& context, base::ReplyBuffer& out) const = 0;
};

/// What a handler's signature says about its operation.
template <class Function>
struct HandlerTraits;
template <class Reply, class Request>
struct HandlerTraits<Result<Reply> (*)(sm::Context&, const Request&)> {
  using RequestType = Request;
};
template <class Reply, class Secret, class Request>
struct HandlerTraits<Result<Reply> (*)(sm::Context&, const Secret&, const Request&)> {
  using RequestType = Request;
};

/// A request whose own members can be refused before anything is looked up.
template <class Request>
concept SelfChecking = requires(const Request& request) {
  { request.Check() } -> std::same_as<Result<void>>;
};

/// The call of one row of the operation table.
template <auto Handler, sm::Authorizes kAuthorizes>
class OperationCall final : public Call {
 public:
  using Request = typename HandlerTraits<decltype(Handler)>::RequestType;

  OperationCall(std::string_view operation, Request request)
      : operation_(operation), request_(std::move(request)) {}

  [[nodiscard]] Result<void> Run(sm::Context& context, base::ReplyBuffer& out) const override {
    const auto reply = Invoke(context);
    if (!reply) return std::unexpected(reply.error());
    EncodeReply(*reply, out);
    return {};
  }

 private:
  [[nodiscard]] auto Invoke(sm::Context& context) const {
    if constexpr (kAuthorizes == sm::Authorizes::kSecret) {
      using Reply =
          decltype(Handler(context, std::declval<const sm::AuthorizedSecret&>(), request_));
      const auto secret = context.authorizer.Authorize(operation_, request_.secret_id);
      return secret ? Handler(context, *secret, request_) : Reply(std::unexpected(secret.error()));
    } else if constexpr (kAuthorizes == sm::Authorizes::kSecretIfExists) {
      using Reply = decltype(Handler(
          context, std::declval<const std::optional<sm::AuthorizedSecret>&>(), request_));
      const auto secret = context.authorizer.AuthorizeIfExists(operation_, request_.secret_id);
      return secret ? Handler(context, *secret, request_) : Reply(std::unexpected(secret.error()));
    } else if constexpr (kAuthorizes == sm::Authorizes::kSecretIfGiven) {
      std::optional<sm::AuthorizedSecret> secret;
      using Reply = decltype(Handler(context, secret, request_));
      if (request_.secret_id) {
        auto named = context.authorizer.Authorize(operation_, *request_.secret_id);
        if (!named) return Reply(std::unexpected(named.error()));
        secret = *std::move(named);
      }
      return Handler(context, secret, request_);
    } else {
      return Handler(context, request_);
    }
  }

  std::string_view operation_;
  Request request_;
};

/// Decodes and checks a request body for one row. Static, so that a table can point at it.
template <auto Handler, sm::Authorizes kAuthorizes>
[[nodiscard]] Result<std::unique_ptr<Call>> DecodeCall(std::string_view operation,
                                                       std::string_view body) {
  using Operation = OperationCall<Handler, kAuthorizes>;
  ASSIGN_OR_RETURN(auto request, DecodeRequest<typename Operation::Request>(body));
  if constexpr (SelfChecking<typename Operation::Request>) RETURN_IF_ERROR(request.Check());
  return std::make_unique<Operation>(operation, std::move(request));
}

}  // namespace coffer::api
