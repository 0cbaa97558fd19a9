#include "services/secretsmanager/rotation_state.h"

#include "json/document.h"
#include "secrets/secret_identifier.h"

#include <array>
#include <utility>

namespace coffer::services::secretsmanager {
namespace {

using secrets::RotationJob;
using secrets::RotationState;

// What AWS's functions for alternating users and for several services look for.
constexpr std::array<std::string_view, 2> kRelatedMembers{"masterarn", "adminSecretArn"};

// The vault itself looks, so no permission of the caller is asked for. Nothing that cannot be
// opened names anything.
std::vector<std::string> SecretsNamedBy(const Context& context, const secrets::Secret& secret) {
  const auto current = secret.labels.Holder(secrets::kCurrent);
  if (!current) return {};
  const auto stored = context.service.secrets.FindVersion(context.transaction, secret, *current);
  if (!stored) return {};
  const std::optional<store::SealedValue>& sealed = stored->value;
  if (!sealed) return {};
  const auto value = context.service.envelope.Open(context.transaction, secret, *current, *sealed);
  if (!value || value->kind != keyring::ValueKind::kText) return {};
  return RelatedSecretsNamedIn(value->bytes.ExposeText());
}

// Reading a value takes its key too.
bool MayOpenCurrent(const Context& context, const secrets::Secret& secret) {
  const auto current = secret.labels.Holder(secrets::kCurrent);
  if (!current) return false;
  const auto stored = context.service.secrets.FindVersion(context.transaction, secret, *current);
  return stored && stored->version.has_value &&
         context.authorizer.AuthorizeKey(KeyUse::kOpen, secret, *current, stored->version.key_id)
             .has_value();
}

}  // namespace

void PutRotation(const RotationScope& scope, const secrets::Secret& secret,
                 secrets::Rotation rotation) {
  const auto due =
      secrets::NextLook(rotation, scope.now, secrets::RotationSeed(secrets::ArnOf(secret)));
  scope.service.rotations.Put(scope.transaction, secret.id, {std::move(rotation), due});
  AnnounceRotation(scope);
}

void EndJob(const RotationScope& scope, const secrets::StagingLabels& labels, RotationJob job,
            RotationState state) {
  secrets::Finish(job, state, labels, scope.now);
  scope.service.rotations.UpdateJob(scope.transaction, job);
  AnnounceRotation(scope);
}

void AnnounceRotation(const RotationScope& scope) {
  RotationListener* const listener = scope.service.rotation_listener;
  if (listener == nullptr) return;
  scope.transaction.AtEnd([listener] { listener->OnRotationChange(); });
}

void NoteNewValue(const Context& context, const secrets::Secret& after, std::string_view token) {
  const store::RotationStore& rotations = context.service.rotations;
  auto stored = rotations.Find(context.transaction, after.id);
  if (!stored) return;  // Never configured, so there is no rotation either.
  const auto job = rotations.FindLiveJob(context.transaction, after.id);
  if (job && job->version_id == token) return;  // The rotation itself, by whichever client.
  const bool is_current = after.labels.Holder(secrets::kCurrent) == token;
  if (!is_current && after.labels.Holder(secrets::kPending) != token) return;
  if (job) EndJob(ScopeOf(context), after.labels, *job, RotationState::kAbandoned);
  if (!is_current) return;
  stored->rotation.last_changed_by_hand = context.now;
  PutRotation(ScopeOf(context), after, std::move(stored->rotation));
}

void NoteMovedLabels(const Context& context, const secrets::Secret& after) {
  const auto job = context.service.rotations.FindLiveJob(context.transaction, after.id);
  // Of its own doing the rotation itself draws the conclusions, when its step is over.
  if (!job || job->id == context.rotation_job) return;
  if (secrets::ResultOf(after.labels, job->version_id) == secrets::RotationResult::kWithdrawn) {
    EndJob(ScopeOf(context), after.labels, *job, RotationState::kAbandoned);
  }
}

void SwitchRotationOff(const Context& context, const secrets::Secret& secret) {
  const store::RotationStore& rotations = context.service.rotations;
  auto stored = rotations.Find(context.transaction, secret.id);
  if (!stored) return;
  stored->rotation.is_enabled = false;
  PutRotation(ScopeOf(context), secret, std::move(stored->rotation));
  if (const auto job = rotations.FindLiveJob(context.transaction, secret.id)) {
    EndJob(ScopeOf(context), secret.labels, *job, RotationState::kCancelled);
  }
}

std::vector<std::string> RelatedSecretsNamedIn(std::string_view value) {
  std::vector<std::string> named;
  json::Document document;
  const auto root = document.Parse(value);
  if (!root || root->kind() != json::Kind::kObject) return named;
  for (json::Value member = root->First(); member.valid(); member = member.Next()) {
    for (const std::string_view name : kRelatedMembers) {
      if (member.key() == name && member.kind() == json::Kind::kString) {
        named.emplace_back(member.text());
      }
    }
  }
  return named;
}

std::vector<std::string> ReadableRelatedSecrets(const Context& context,
                                                const secrets::Secret& secret) {
  std::vector<std::string> readable;
  for (const std::string& named : SecretsNamedBy(context, secret)) {
    const auto related = context.authorizer.Authorize("GetSecretValue", named);
    if (related && MayOpenCurrent(context, **related)) readable.push_back(related->arn());
  }
  return readable;
}

}  // namespace coffer::services::secretsmanager
