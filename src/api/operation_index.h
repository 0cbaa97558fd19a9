#pragma once

#include "api/call.h"
#include "coffer/result.h"
#include "services/secretsmanager/operation.h"
#include "sigv4/verifier.h"

#include <memory>
#include <span>
#include <string_view>

namespace coffer::api {

/// A row of an operation table as the dispatcher uses it.
struct IndexedOperation {
  std::string_view name;
  sm::Access access;
  Result<std::unique_ptr<Call>> (*decode)(std::string_view operation, std::string_view body);
};

/// A service that speaks AWS JSON 1.1, known by what its targets begin with.
struct JsonService {
  std::string_view target_prefix;  ///< `secretsmanager.`
  sigv4::VerificationRules rules;
  std::span<const IndexedOperation> operations;  ///< Sorted by name.

  /// The operation that a target of this service names, or null.
  [[nodiscard]] const IndexedOperation* Find(std::string_view target) const;
};

/// Secrets Manager and KMS.
[[nodiscard]] std::span<const JsonService> JsonServices();

/// The service that an X-Amz-Target (`<prefix><Operation>`) is of, or null.
[[nodiscard]] const JsonService* FindJsonService(std::string_view target);

}  // namespace coffer::api
