#pragma once

#include "store/secret_store_conformance.h"

namespace coffer::test {

/// Listings of a database that holds secrets with many ties, some of them deleted, some elsewhere.
class SecretListingConformance : public SecretStoreConformance {
 protected:
  void SetUp() override;
  /// Reads `query` page by page.
  [[nodiscard]] std::vector<std::string> Pages(store::ListQuery query, std::size_t page_size);
  /// Notes a read of `secret`.
  void Touch(secrets::Secret& secret, DayNumber day);

  std::vector<secrets::Secret> secrets_;  ///< All that there are, as they are.
};

}  // namespace coffer::test
