#pragma once

#include "api/call.h"
#include "coffer/result.h"
#include "services/secretsmanager/operation.h"

#include <memory>
#include <span>
#include <string_view>

namespace coffer::api {

/// A row of the operation table as the dispatcher uses it.
struct IndexedOperation {
  std::string_view name;
  sm::Access access;
  /// Null for an operation that is not built yet.
  Result<std::unique_ptr<Call>> (*decode)(std::string_view operation, std::string_view body);
};

/// All operations, sorted by name.
[[nodiscard]] std::span<const IndexedOperation> Operations();

/// The operation that an X-Amz-Target (`secretsmanager.<Operation>`) names, or null.
[[nodiscard]] const IndexedOperation* FindOperation(std::string_view target);

}  // namespace coffer::api
