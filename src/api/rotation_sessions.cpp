#include "api/rotation_sessions.h"

#include "api/rotation_policy.h"
#include "policy/document.h"
#include "secrets/secret_identifier.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace coffer::api {
namespace {

bool IsAttempt(const secrets::RotationJob& job, const identity::Session& session) {
  return job.state == secrets::RotationState::kRunning && job.fence == session.fence;
}

CompiledPolicy CompileRotationPolicy(const std::string& text) {
  auto compiled = policy::Compile(text, policy::DocumentKind::kIdentity);
  if (!compiled) throw std::logic_error("the policy of a rotation does not compile");
  return std::make_shared<const policy::Document>(*std::move(compiled));
}

}  // namespace

identity::Session RotationSessions::SessionOf(const secrets::Secret& secret,
                                              const secrets::RotationJob& job, Timestamp now,
                                              Timestamp expires) {
  identity::Session session;
  session.kind = identity::kRotationSession;
  session.account = secret.address.account;
  session.rotation_job = job.id;
  session.name = job.version_id;
  session.issued = now;
  session.expires = expires;
  session.fence = job.fence;
  return session;
}

std::shared_ptr<const Identity> RotationSessions::Load(
    Transaction& transaction, std::shared_ptr<const identity::Session> session) const {
  const auto job = rotations_.FindJob(transaction, session->rotation_job.value_or(0));
  if (!job || !IsAttempt(*job, *session)) return nullptr;
  const auto secret = secrets_.FindById(transaction, job->secret_id);
  const auto stored = rotations_.Find(transaction, job->secret_id);
  if (!secret || !stored) return nullptr;

  const std::string arn = secrets::ArnOf(*secret);
  std::vector<std::string> related = stored->rotation.related_secrets;
  if (const RotationFunction* function = functions_.Find(job->function_arn, arn)) {
    related.insert(related.end(), function->related_secrets.begin(),
                   function->related_secrets.end());
  }
  auto identity = std::make_shared<Identity>();
  identity->principal = {.kind = policy::PrincipalKind::kSession,
                         .arn = RotationPrincipalArn(session->account, job->version_id),
                         .account = session->account,
                         .unique_id = "coffer-rotation:" + job->version_id,
                         .parent_arn = RotationRoleArn(session->account),
                         .parent_id = "coffer-rotation"};
  identity->policies.push_back(
      CompileRotationPolicy(RotationPolicy(arn, job->version_id, related)));
  identity->session = std::move(session);
  identity->rotation_job = job->id;
  return identity;
}

bool RotationSessions::IsLive(const identity::Session& session) const {
  bool is_live = false;
  database_.Read([&](Transaction& transaction) {
    const auto job = rotations_.FindJob(transaction, session.rotation_job.value_or(0));
    is_live = job && IsAttempt(*job, session);
  });
  return is_live;
}

}  // namespace coffer::api
