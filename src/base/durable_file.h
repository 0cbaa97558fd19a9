#pragma once

#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <sys/types.h>

/// Files that are on the disk, whole and under their name, when a function here returns. Their
/// content is given in pieces, written one after the other, so that a secret among them is not
/// copied. Failures throw std::system_error with a message that names the file, and neither they
/// nor the end of the process leave half of it behind.
namespace coffer::base {

/// Writes a file that does not exist yet. `path`.new is used on the way here too.
void CreateFile(const std::filesystem::path& path, mode_t mode,
                std::initializer_list<std::string_view> pieces);

/// Writes a file in the place of what `path` may be now: a reader sees the old content or the new,
/// even after a power cut. `path`.new is used on the way; no two calls for one path at a time.
void ReplaceFile(const std::filesystem::path& path, mode_t mode,
                 std::initializer_list<std::string_view> pieces);

}  // namespace coffer::base
