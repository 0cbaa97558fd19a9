#pragma once

#include "coffer/database.h"

#include <cstdint>
#include <string_view>

namespace coffer::store {

/// The next number of a sequence. Never given out twice among committed transactions.
[[nodiscard]] std::int64_t NextNumber(Transaction& transaction, std::string_view sequence);

}  // namespace coffer::store
