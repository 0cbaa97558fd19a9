#pragma once

#include "coffer/secret_bytes.h"
#include "rotation/native/error.h"
#include "rotation/native/settings.h"
#include "rotation/native/step_request.h"

#include <string_view>

namespace coffer::rotation::native {

/// The value of the new version: the current one with the new password and, where users take turns,
/// the other user's name. All that can be wrong with the current value is found here, before
/// anything has changed: kInvalidSecret, kMasterSecretMissing, kUserNameTooLong.
[[nodiscard]] Outcome<SecretBytes> MakePendingValue(std::string_view current,
                                                    std::string_view new_password,
                                                    const Settings& settings);

}  // namespace coffer::rotation::native
