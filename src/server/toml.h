#pragma once

// toml++ asserts things that are true of well-formed documents only, and answers an error for the
// others when it does not. Its library in Debian is built without assertions, too.
#define TOML_ASSERT(expression) static_assert(true)

#include <toml++/toml.h>
