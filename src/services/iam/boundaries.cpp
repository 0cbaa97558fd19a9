#include "services/iam/boundaries.h"

#include "services/iam/policy_lookup.h"

namespace coffer::services::iam {
namespace {

using store::Stored;

constexpr std::string_view kObject = "PermissionsBoundary";

}  // namespace

Result<void> CheckBoundary(Context& context, const std::string& arn) {
  const auto parsed = identity::ParseEntityArn(arn);
  if (!parsed || parsed->kind != identity::ManagedPolicy::kKind) {
    return Fail(ErrorCode::kInvalidInput, "Invalid ARN:  Could not be parsed!");
  }
  if (FindPolicy(context, arn)) return {};
  return Fail(ErrorCode::kNoSuchEntity,
              "Scope ARN: " + arn + " does not exist or is not attachable.");
}

template <class Holder>
Result<base::NoOutput> PutBoundary(Context& context, const PutBoundaryRequest<Holder>& request) {
  ASSIGN_OR_RETURN(
      Stored<Holder> holder,
      Authorized<Holder>(context, OperationOf<Holder>("Put", kObject), request.holder_name));
  RETURN_IF_ERROR(CheckBoundary(context, request.boundary));
  holder.entity.boundary = request.boundary;
  context.service.identities.Update(context.transaction, holder);
  return base::NoOutput{};
}

template <class Holder>
Result<base::NoOutput> DeleteBoundary(Context& context,
                                      const DeleteBoundaryRequest<Holder>& request) {
  ASSIGN_OR_RETURN(
      Stored<Holder> holder,
      Authorized<Holder>(context, OperationOf<Holder>("Delete", kObject), request.holder_name));
  if (!holder.entity.boundary) return base::NoOutput{};
  holder.entity.boundary.reset();
  context.service.identities.Update(context.transaction, holder);
  return base::NoOutput{};
}

template Result<base::NoOutput> PutBoundary(Context&, const PutBoundaryRequest<identity::User>&);
template Result<base::NoOutput> PutBoundary(Context&, const PutBoundaryRequest<identity::Role>&);
template Result<base::NoOutput> DeleteBoundary(Context&,
                                               const DeleteBoundaryRequest<identity::User>&);
template Result<base::NoOutput> DeleteBoundary(Context&,
                                               const DeleteBoundaryRequest<identity::Role>&);

}  // namespace coffer::services::iam
