#pragma once

#include "base/fnv1a.h"
#include "coffer/result.h"
#include "store/secret_store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::services::secretsmanager {

/// Collects what a listing was asked for, so that a NextToken works with the same question alone.
class QueryFingerprint {
 public:
  QueryFingerprint& Add(std::string_view text);
  QueryFingerprint& Add(std::int64_t number);
  [[nodiscard]] std::uint64_t value() const { return hash_.value(); }

 private:
  base::Fnv1a hash_;
};

/// The opaque NextToken: where the listing stopped, bound to the question.
[[nodiscard]] std::string FormatPageToken(const QueryFingerprint& query,
                                          const store::ListPosition& position);
/// InvalidNextToken for anything that FormatPageToken did not make for the same question.
[[nodiscard]] Result<store::ListPosition> ParsePageToken(const QueryFingerprint& query,
                                                         std::string_view token);

}  // namespace coffer::services::secretsmanager
