#include "rotation/native/rotator.h"

#include "coffer/result.h"
#include "json/document.h"
#include "rotation/native/create_secret.h"
#include "rotation/native/mysql_rotation.h"
#include "rotation/native/postgresql_rotation.h"
#include "rotation/native/secret_text.h"
#include "rotation/native/step_credentials.h"

#include <string_view>
#include <utility>

namespace coffer::rotation::native {
namespace {

/// The value of `password` alone: hosts and user names are what an operator needs to see.
void AddPasswordOf(const SecretBytes& value, Redactor& redactor) {
  json::Document document;
  const auto root = document.Parse(value.ExposeText(), kSecretLimits);
  if (!root || root->kind() != json::Kind::kObject) {
    redactor.Add(value.ExposeText());
    return;
  }
  for (json::Value member = root->First(); member.valid(); member = member.Next()) {
    if (member.key() == "password" && member.kind() == json::Kind::kString) {
      redactor.Add(member.text());
    }
  }
}

Outcome<StepAnswer> Create(const StepRequest& request, const Settings& settings) {
  // Repeated: what an earlier attempt has made stays.
  if (request.pending) return StepAnswer();
  if (!request.current) {
    return Failed(errors::kInvalidSecret, "The current value is missing.");
  }
  if (request.current->is_binary) {
    return Failed(errors::kInvalidSecret,
                  "The current value is binary: a database secret is a SecretString.");
  }
  ASSIGN_OR_RETURN(SecretBytes value,
                   MakePendingValue(request.current->text.ExposeText(),
                                    request.new_password.ExposeText(), settings));
  return StepAnswer(std::move(value));
}

}  // namespace

Outcome<StepAnswer> Rotator::Run(const StepRequest& request, const Settings& settings) {
  // As AWS's functions: what is current has been rotated, whatever the step.
  const bool is_done = request.current && !request.version_id.empty() &&
                       request.current->version_id == request.version_id;
  if (is_done || request.step == RotationStep::kFinishSecret) return StepAnswer();
  if (request.step == RotationStep::kCreateSecret) return Create(request, settings);
  RETURN_IF_ERROR(request.step == RotationStep::kSetSecret ? Set(request, settings)
                                                           : Test(request, settings));
  return StepAnswer();
}

Outcome<void> Rotator::Set(const StepRequest& request, const Settings& settings) {
  ASSIGN_OR_RETURN(const SetCredentials credentials, CredentialsToSet(request, settings));
  if (settings.engine == Engine::kPostgresql) {
    return PostgresqlRotation(postgresql_, settings).Set(credentials);
  }
  return MysqlRotation(mysql_, settings).Set(credentials);
}

Outcome<void> Rotator::Test(const StepRequest& request, const Settings& settings) {
  ASSIGN_OR_RETURN(const DatabaseCredential pending, CredentialToTest(request, settings));
  if (settings.engine == Engine::kPostgresql) {
    return PostgresqlRotation(postgresql_, settings).Test(pending);
  }
  return MysqlRotation(mysql_, settings).Test(pending);
}

Redactor RedactorFor(const StepRequest& request) {
  Redactor redactor;
  for (const auto* version : {&request.current, &request.pending, &request.previous}) {
    if (*version) AddPasswordOf((*version)->text, redactor);
  }
  for (const auto& [id, related] : request.related) AddPasswordOf(related.text, redactor);
  redactor.Add(request.new_password.ExposeText());
  return redactor;
}

}  // namespace coffer::rotation::native
