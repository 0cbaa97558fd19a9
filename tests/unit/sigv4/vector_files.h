#pragma once

#include "signed_request.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::sigv4::test {

// What every published vector is signed with.
inline constexpr std::string_view kVectorSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
inline constexpr std::string_view kVectorDate = "20150830T123600Z";

/// A suite of published vectors, a folder for each case. See tests/data/sigv4/README.md.
inline std::filesystem::path VectorFolder(std::string_view suite) {
  return std::filesystem::path(COFFER_SOURCE_DIR) / "tests/data/sigv4" / suite;
}

/// The cases of a suite, sorted.
inline std::vector<std::string> VectorNames(std::string_view suite) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(VectorFolder(suite))) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A request as the suites write it: LF ends, no blank behind a header's colon.
inline OwnedRequest ParseRequest(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  OwnedRequest request;
  const std::size_t target = line.find(' ') + 1;
  request.method = line.substr(0, target - 1);
  request.target = line.substr(target, line.rfind(' ') - target);
  while (std::getline(lines, line) && !line.empty()) {
    const std::size_t colon = line.find(':');
    request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  request.body.assign(std::istreambuf_iterator<char>(lines), {});
  return request;
}

/// A name that GoogleTest takes.
inline std::string TestName(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace coffer::sigv4::test
