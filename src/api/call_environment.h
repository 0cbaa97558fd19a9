#pragma once

#include "api/call_facts.h"
#include "api/named_principals.h"
#include "api/policy_authorizer.h"
#include "coffer/database.h"
#include "services/iam/context.h"
#include "services/kms/context.h"
#include "services/secretsmanager/context.h"

#include <string_view>

namespace coffer::api {

/// What the services are made of; one for the process, everything outlives it.
struct Services {
  const services::secretsmanager::Service& secrets_manager;
  const services::iam::Service& iam;
  const services::kms::Service& kms;
  const AuthorizationParts& authorization;
};

/// What one call runs in. References to what lives as long as the call.
struct CallEnvironment {
  const Services& services;
  const CallFacts& facts;
  Transaction& transaction;
  bool may_use_cache = false;  ///< The transaction is a read that caches may answer.
};

/// Who policies of the call can name.
[[nodiscard]] inline NamedPrincipals PrincipalsOf(const CallEnvironment& environment) {
  return {environment.services.iam, environment.transaction, environment.facts.caller.account,
          environment.services.authorization.enforcement};
}

/// A call of Secrets Manager: its authorizer and its context, which refer to each other.
struct SecretsManagerCall {
  explicit SecretsManagerCall(const CallEnvironment& environment)
      : authorizer(environment.services.authorization, environment.facts, environment.transaction,
                   environment.may_use_cache),
        principals(PrincipalsOf(environment)),
        context{.service = environment.services.secrets_manager,
                .transaction = environment.transaction,
                .authorizer = authorizer,
                .principals = principals,
                .account = environment.facts.caller.account,
                .region = environment.facts.caller.region,
                .now = environment.facts.now,
                .rotation_job = environment.facts.identity.rotation_job} {}
  SecretsManagerCall(const SecretsManagerCall&) = delete;
  SecretsManagerCall& operator=(const SecretsManagerCall&) = delete;

  PolicyAuthorizer authorizer;
  NamedPrincipals principals;
  services::secretsmanager::Context context;
};

}  // namespace coffer::api
