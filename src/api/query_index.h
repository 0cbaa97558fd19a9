#pragma once

#include "api/call.h"
#include "api/form_fields.h"
#include "sigv4/verifier.h"

#include <memory>
#include <span>
#include <string_view>

namespace coffer::api {

/// A row of an operation table of the query protocol as the dispatcher uses it.
struct QueryOperation {
  std::string_view name;
  sm::Access access;
  bool may_be_presigned;
  Result<std::unique_ptr<Call>> (*decode)(std::string_view operation, const FormFields& form);
};

/// A service that speaks the query protocol, known by the version of its API.
struct QueryService {
  std::string_view version;  ///< `2010-05-08`
  sigv4::VerificationRules rules;
  std::string_view xml_namespace;
  std::span<const QueryOperation> operations;  ///< Sorted by name.

  [[nodiscard]] const QueryOperation* Find(std::string_view action) const;
};

/// IAM or STS; null for another version.
[[nodiscard]] const QueryService* FindQueryService(std::string_view version);

}  // namespace coffer::api
