#pragma once

#include "coffer/database.h"

namespace coffer::store {

/// Whether there is nothing that anybody put here or was given: no access key, identity, key or
/// secret. So it is in a new database, also when its first start was cut short.
[[nodiscard]] bool HoldsNothing(Transaction& transaction);

}  // namespace coffer::store
