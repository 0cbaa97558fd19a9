#pragma once

#include "rotation/native/session.h"

#include <expected>
#include <memory>
#include <string>

namespace coffer::rotation::native {

/// Connections over MariaDB Connector/C, to MariaDB and MySQL. Over TCP only. Blocking, at most
/// five seconds to connect (longer only while a name is looked up).
class MariadbConnector : public MysqlConnector {
 public:
  /// `ca_file`: the certificate authorities that a server's certificate must come from, PEM.
  explicit MariadbConnector(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  [[nodiscard]] std::expected<std::unique_ptr<Session>, LoginFailure> Connect(
      const Login& login) override;

 private:
  std::string ca_file_;
};

}  // namespace coffer::rotation::native
