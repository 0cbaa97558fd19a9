#include "store/sequences.h"

#include <stdexcept>
#include <string>

namespace coffer::store {

namespace {

constexpr Statement kNextNumber{
    "UPDATE sequences SET value = value + 1 WHERE name = $1 RETURNING value"};

}  // namespace

std::int64_t NextNumber(Transaction& transaction, std::string_view sequence) {
  std::int64_t number = 0;
  transaction.Query(kNextNumber, {sequence}, [&](const Row& row) {
    number = row.Integer(0);
    return true;
  });
  if (number == 0) throw SqlError("sequences: there is no " + std::string(sequence));
  return number;
}

}  // namespace coffer::store
