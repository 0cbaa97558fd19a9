#pragma once

#include "coffer/secret_bytes.h"
#include "rotation/native/error.h"
#include "rotation/native/redactor.h"
#include "rotation/native/session.h"
#include "rotation/native/settings.h"
#include "rotation/native/step_request.h"

#include <optional>

namespace coffer::rotation::native {

/// The value that createSecret made; nullopt where there is nothing to say.
using StepAnswer = std::optional<SecretBytes>;

/// Runs one step of one rotation. Every step may be repeated.
class Rotator {
 public:
  Rotator(PostgresqlConnector& postgresql, MysqlConnector& mysql)
      : postgresql_(postgresql), mysql_(mysql) {}

  [[nodiscard]] Outcome<StepAnswer> Run(const StepRequest& request, const Settings& settings);

 private:
  [[nodiscard]] Outcome<void> Set(const StepRequest& request, const Settings& settings);
  [[nodiscard]] Outcome<void> Test(const StepRequest& request, const Settings& settings);

  PostgresqlConnector& postgresql_;
  MysqlConnector& mysql_;
};

/// Knows every password of the request.
[[nodiscard]] Redactor RedactorFor(const StepRequest& request);

}  // namespace coffer::rotation::native
