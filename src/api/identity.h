#pragma once

#include "services/iam/identity.h"

namespace coffer::api {

// Who calls is what IAM knows of him, in every service.
using services::iam::CompiledPolicy;
using services::iam::Identity;

}  // namespace coffer::api
