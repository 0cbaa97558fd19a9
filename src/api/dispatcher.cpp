#include "api/dispatcher.h"

#include "api/error_table.h"
#include "api/policy_prefetch.h"
#include "api/query_index.h"
#include "api/request_id.h"
#include "api/xml_codec.h"
#include "base/log.h"
#include "sigv4/canonical_request.h"
#include "sigv4/text.h"

#include <exception>
#include <utility>

namespace coffer::api {
namespace {

constexpr std::string_view kJsonContentType = "application/x-amz-json-1.1";

// Its query alone says what is wanted and who signed that. The usual method is GET; boto3 signs a
// POST unless it is told otherwise.
bool IsPresigned(const base::HttpRequest& request) {
  const std::string_view query = sigv4::SplitTarget(request.target).query;
  return (request.method == "GET" || (request.method == "POST" && request.body.empty())) &&
         HasField(query, "Action") && HasField(query, "X-Amz-Algorithm");
}

// Without a target, a form is a request of the query protocol, and so is what is presigned.
bool IsQueryRequest(const base::HttpRequest& request) {
  if (request.Header("x-amz-target").data() != nullptr) return false;
  if (IsPresigned(request)) return true;
  return request.method == "POST" &&
         request.Header("content-type").starts_with("application/x-www-form-urlencoded");
}

// AWS lets temporary credentials of a user do nothing in IAM: they could make lasting ones. A
// rotation has secrets to do with, and nothing else.
bool MayCall(std::string_view service, const Identity& identity) {
  if (identity.rotation_job) return service == "secretsmanager";
  return service != "iam" || !identity.session || identity.session->kind == identity::kRoleSession;
}

std::unexpected<ApiError> UnrecognizedClient() {
  return Fail(ErrorCode::kUnrecognizedClient,
              "The security token included in the request is invalid.");
}

// What is presigned stays valid for a while and ends up in logs and histories: only what tells no
// more than who signed it may be.
std::unexpected<ApiError> NotPresigned(std::string_view operation) {
  return Fail(ErrorCode::kUnknownOperation,
              sigv4::Concatenate({"Only GetCallerIdentity can be presigned. Sign ", operation,
                                  " in the Authorization header of a POST."}));
}

// In the protocol of the request.
void AnswerError(const ApiError& error, base::HttpReply& reply) {
  if (reply.content_type != kXmlContentType) {
    EncodeError(error, reply);
  } else if (error.code == ErrorCode::kMissingAuthenticationToken) {
    EncodeXmlError({error.code, "Request is missing Authentication Token"}, reply.xml_namespace,
                   reply);
  } else {
    EncodeXmlError(error, reply.xml_namespace, reply);
  }
}

// The text of the exception is for the operator alone: the client gets AWS's code and no detail.
void AnswerFailure(std::exception_ptr failure, base::HttpReply& reply) {
  try {
    std::rethrow_exception(std::move(failure));
  } catch (const std::exception& error) {
    base::log::Error("request.failed",
                     {{"request_id", reply.request_id}, {"reason", error.what()}});
  } catch (...) {
    base::log::Error("request.failed", {{"request_id", reply.request_id}});
  }
  AnswerError({ErrorCode::kInternalServiceError, "An error occurred on the server side."}, reply);
}

void AnswerOutcome(WriteOutcome outcome, base::HttpReply& reply) {
  switch (outcome) {
    case WriteOutcome::kCommitted:
    case WriteOutcome::kRolledBack:
      return;  // The reply was written by the call itself.
    case WriteOutcome::kFailed:
      AnswerError({ErrorCode::kInternalServiceError,
                   "The change could not be stored and was not made. Try again."},
                  reply);
      return;
    case WriteOutcome::kNoSpace:
      AnswerError(
          {ErrorCode::kInternalServiceError, "The server's disk is full. The change was not made."},
          reply);
      return;
    case WriteOutcome::kUnknown:
      AnswerError({ErrorCode::kInternalServiceError,
                   "It is unknown whether the change was stored. Send the same request with the "
                   "same ClientRequestToken again."},
                  reply);
      return;
  }
}

}  // namespace

std::optional<base::PendingReply> Dispatcher::Handle(const base::HttpRequest& request,
                                                     base::HttpReply& reply) {
  reply.request_id = NewRequestId(parts_.random);
  try {
    // What is not AWS's API (health, test clock) has paths of its own and no signature.
    if (parts_.local_endpoints.Handle(request, reply)) return std::nullopt;

    const bool is_query = IsQueryRequest(request);
    reply.content_type = is_query ? kXmlContentType : kJsonContentType;
    Result<PreparedCall> prepared = is_query ? PrepareQuery(request, reply.xml_namespace)
                                             : PrepareJson(request, reply.json_service);
    if (!prepared) {
      AnswerError(prepared.error(), reply);
    } else if (prepared->access == sm::Access::kWrite) {
      return Write(*std::move(prepared), reply);
    } else {
      Read(*prepared, reply);
    }
  } catch (...) {
    AnswerFailure(std::current_exception(), reply);
  }
  return std::nullopt;
}

// The stages before the transaction. Their order decides which refusal wins when several apply:
//   1 the operation  an unknown name never reaches a parser;
//   2 the signature  from here on the caller is known;
//   3 the body       only authenticated bytes are parsed, straight into the typed request, whose
//                    own constraints are then checked, all of them at once.
Result<Dispatcher::PreparedCall> Dispatcher::PrepareJson(const base::HttpRequest& request,
                                                         std::string_view& service_name) const {
  const std::string_view target = request.Header("x-amz-target");
  const JsonService* service = FindJsonService(target);
  if (service != nullptr) service_name = service->rules.service;
  const IndexedOperation* operation = service == nullptr ? nullptr : service->Find(target);
  if (operation == nullptr || request.method != "POST") {
    return Fail(ErrorCode::kUnknownOperation, "");
  }
  ASSIGN_OR_RETURN(PreparedCall prepared, Verify(request, service->rules, false));
  ASSIGN_OR_RETURN(prepared.call, operation->decode(operation->name, request.body));
  prepared.access = operation->access;
  return prepared;
}

// The same for the query protocol, where the form itself says which operation is meant: it is taken
// apart before the signature is known to be right, and no further.
Result<Dispatcher::PreparedCall> Dispatcher::PrepareQuery(const base::HttpRequest& request,
                                                          std::string_view& xml_namespace) const {
  const bool is_presigned = IsPresigned(request);
  const std::string_view fields =
      is_presigned ? sigv4::SplitTarget(request.target).query : request.body;
  ASSIGN_OR_RETURN(const FormFields form, FormFields::Parse(fields));
  ASSIGN_OR_RETURN(const std::string_view action, form.Action());
  const QueryService* service = FindQueryService(form.Version());
  if (service == nullptr) return std::unexpected(UnknownAction(form));
  xml_namespace = service->xml_namespace;
  const QueryOperation* operation = service->Find(action);
  if (operation == nullptr) return std::unexpected(UnknownAction(form));
  if (is_presigned && !operation->may_be_presigned) return NotPresigned(operation->name);
  ASSIGN_OR_RETURN(PreparedCall prepared, Verify(request, service->rules, is_presigned));
  ASSIGN_OR_RETURN(prepared.call, operation->decode(operation->name, form));
  prepared.access = operation->access;
  return prepared;
}

Result<Dispatcher::PreparedCall> Dispatcher::Verify(const base::HttpRequest& request,
                                                    const sigv4::VerificationRules& rules,
                                                    bool is_presigned) const {
  const Timestamp now = parts_.system_clock.Now();
  ASSIGN_OR_RETURN(sigv4::Caller caller, is_presigned
                                             ? parts_.verifier.VerifyPresigned(request, rules, now)
                                             : parts_.verifier.Verify(request, rules, now));
  std::shared_ptr<const Identity> identity = parts_.principals.IdentityOf(caller, rules.service);
  if (!identity || !MayCall(rules.service, *identity)) return UnrecognizedClient();
  if (parts_.services.authorization.enforcement != PolicyEnforcement::kOff) {
    PrefetchPolicies(*identity);
  }
  return PreparedCall{.caller = std::move(caller),
                      .identity = std::move(identity),
                      .request = &request,
                      .access = {},
                      .call = nullptr};
}

// The stages inside the transaction, so that nothing changes between check and use:
//   4 resolve and authorize  AccessDenied comes before existence is revealed;
//   5 handle;
//   6 encode                 straight into the connection's reply.
// Answers whether the transaction is to be kept.
bool Dispatcher::Run(const PreparedCall& prepared, Transaction& transaction,
                     base::HttpReply& reply) const {
  const CallFacts facts{.caller = prepared.caller,
                        .identity = *prepared.identity,
                        .request = *prepared.request,
                        .parameters = prepared.call->parameters(),
                        .now = parts_.clock.Now(),
                        .request_id = reply.request_id};
  const CallEnvironment environment{.services = parts_.services,
                                    .facts = facts,
                                    .transaction = transaction,
                                    .may_use_cache = prepared.access == sm::Access::kCachedRead};
  reply.body.Clear();
  const Result<void> result = prepared.call->Run(environment, reply.body);
  if (!result) {
    AnswerError(result.error(), reply);
    return false;
  }
  reply.status = 200;
  return true;
}

void Dispatcher::Read(const PreparedCall& prepared, base::HttpReply& reply) const {
  parts_.database.Read([&](Transaction& transaction) { (void)Run(prepared, transaction, reply); });
}

base::PendingReply Dispatcher::Write(PreparedCall prepared, base::HttpReply& reply) const {
  return [this, prepared = std::make_shared<PreparedCall>(std::move(prepared)),
          &reply](std::move_only_function<void()> resume) {
    auto resume_once = std::make_shared<std::move_only_function<void()>>(std::move(resume));
    WriteJob job{
        .run = [this, prepared,
                &reply](Transaction& transaction) { return Run(*prepared, transaction, reply); },
        .done =
            [resume_once, &reply](WriteOutcome outcome, std::exception_ptr failure) {
              if (failure) {
                AnswerFailure(std::move(failure), reply);
              } else {
                AnswerOutcome(outcome, reply);
              }
              (*resume_once)();
            }};
    if (!parts_.database.Submit(std::move(job))) {
      AnswerError({ErrorCode::kThrottling, "Rate exceeded"}, reply);
      (*resume_once)();
    }
  };
}

}  // namespace coffer::api
