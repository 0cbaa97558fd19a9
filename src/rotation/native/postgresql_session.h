#pragma once

#include "rotation/native/session.h"

#include <expected>
#include <memory>
#include <string>

namespace coffer::rotation::native {

/// Connections over libpq. Blocking, at most five seconds to connect (longer only while a name is
/// looked up); the process has a deadline of its own for the rest.
class LibpqConnector : public PostgresqlConnector {
 public:
  /// `ca_file`: the certificate authorities that a server's certificate must come from, PEM.
  explicit LibpqConnector(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  [[nodiscard]] std::expected<std::unique_ptr<PostgresqlSession>, LoginFailure> Connect(
      const Login& login) override;

 private:
  std::string ca_file_;
};

}  // namespace coffer::rotation::native
