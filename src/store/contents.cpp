#include "store/contents.h"

namespace coffer::store {

bool HoldsNothing(Transaction& transaction) {
  static constexpr Statement kAnything{
      "SELECT 1 WHERE EXISTS(SELECT 1 FROM access_keys) OR EXISTS(SELECT 1 FROM identities) "
      "OR EXISTS(SELECT 1 FROM keys) OR EXISTS(SELECT 1 FROM secrets)"};
  bool holds_nothing = true;
  transaction.Query(kAnything, {}, [&](const Row& /*row*/) {
    holds_nothing = false;
    return false;
  });
  return holds_nothing;
}

}  // namespace coffer::store
