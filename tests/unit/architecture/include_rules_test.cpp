#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace coffer {
namespace {

/// A module and, separated by blanks, the modules that it may include. `*` is everybody.
struct Module {
  std::string_view name;
  std::string_view may_include;
};
constexpr Module kModules[] = {
    {"coffer", ""},
    {"base", "coffer"},
    {"secrets", "coffer base"},
    {"crypto", "coffer base"},
    {"json", "coffer base"},
    {"sql", "coffer base"},
    {"identity", "coffer base"},
    {"store", "coffer base json sql secrets identity"},
    {"policy", "coffer base json"},
    {"sigv4", "coffer base crypto"},
    {"keyring", "coffer base crypto store secrets identity"},
    {"services/secretsmanager", "coffer base json crypto keyring store policy secrets"},
    {"services/iam", "coffer base json keyring store policy identity"},
    {"services/sts", "coffer base json keyring store identity services/iam"},
    {"services/kms", "coffer base json crypto keyring store policy secrets"},
    {"api",
     "coffer base json services/secretsmanager services/iam services/sts services/kms sigv4 policy "
     "store secrets keyring identity"},
    {"jobs", "coffer base keyring store secrets"},
    {"net", "coffer base"},
    // They speak HTTP in both directions, so that they stand above net. A folder inside another
    // module's stands before it in this list.
    {"rotation/executors", "coffer base json net"},
    {"admin", "coffer base"},
    {"rotation/native", "coffer base json secrets"},
    {"rotation", "coffer base json crypto store secrets services/secretsmanager"},
    {"server", "*"},
    {"main.cpp", "*"},
    {"rotator_main.cpp", "*"},
};

/// Text that may stand in these modules alone.
struct Restriction {
  std::string_view text;
  std::string_view modules;
};
constexpr Restriction kRestrictions[] = {
    {"<boost/asio", "net"},
    {"<boost/beast", "net"},
    {"<boost/json", "json"},
    {"<openssl/", "crypto net"},
    {"<sqlite3.h>", "sql"},
    {"<libpq-fe.h>", "rotation/native"},
    {"<mysql.h>", "rotation/native"},
    {"<spdlog/", "base"},
    {"<CLI/", "server"},
    {"<toml++", "server"},
    {"nlohmann", ""},
    {"co_await", "net"},
    {"system_clock::now(", "server net base"},
    {"RAND_bytes", "crypto"},
};

/// Whether `names`, a list separated by blanks, has `name` or stands for everybody.
bool Contains(std::string_view names, std::string_view name) {
  const std::string padded = " " + std::string(names) + " ";
  return names == "*" || padded.find(" " + std::string(name) + " ") != std::string::npos;
}

/// The module of a path such as `services/secretsmanager/context.h`, or null.
const Module* ModuleOf(std::string_view path) {
  const auto* const found = std::ranges::find_if(kModules, [&](const Module& module) {
    return path == module.name || path.starts_with(std::string(module.name) + "/");
  });
  return found == std::end(kModules) ? nullptr : found;
}

/// `x/y.h` of a line `#include "x/y.h"`; empty for any other line.
std::string_view IncludedPath(std::string_view line) {
  constexpr std::string_view kStart = "#include \"";
  if (!line.starts_with(kStart)) return {};
  line.remove_prefix(kStart.size());
  return line.substr(0, line.find('"'));
}

/// What is wrong with a line of the file `path`; empty when nothing is.
std::string Violation(std::string_view path, std::string_view line) {
  const Module* const module = ModuleOf(path);
  if (module == nullptr) return "belongs to no module";
  if (const std::string_view target = IncludedPath(line); !target.empty()) {
    const Module* const included = ModuleOf(target);
    const bool is_allowed = included == module ||
                            (included != nullptr && Contains(module->may_include, included->name));
    if (!is_allowed) return "must not include " + std::string(target);
  }
  for (const auto& [text, modules] : kRestrictions) {
    if (line.find(text) != std::string_view::npos && !Contains(modules, module->name)) {
      return "must not use " + std::string(text);
    }
  }
  return {};
}

/// Checks every line, comments cut off, of every file under `root`.
void CheckTree(const std::filesystem::path& root) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().lexically_relative(root).string();
    std::ifstream file(entry.path());
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
      const std::string violation =
          Violation(path, std::string_view(line).substr(0, line.find("//")));
      if (!violation.empty()) ADD_FAILURE_AT(entry.path().c_str(), number) << violation;
    }
  }
}

TEST(IncludeRulesTest, EveryModuleKeepsToItsPlace) {
  CheckTree(std::filesystem::path(COFFER_SOURCE_DIR) / "src");
  CheckTree(std::filesystem::path(COFFER_SOURCE_DIR) / "include");
}

TEST(IncludeRulesTest, ViolationsAreNoticed) {
  EXPECT_EQ(Violation("store/schema.h", "#include \"secrets/secret.h\""), "");
  EXPECT_EQ(Violation("secrets/tags.h", "#include \"coffer/result.h\""), "");
  EXPECT_EQ(Violation("server/server.cpp", "#include \"net/http_server.h\""), "");
  EXPECT_EQ(Violation("secrets/tags.h", "#include \"store/schema.h\""),
            "must not include store/schema.h");
  EXPECT_EQ(Violation("store/schema.h", "#include \"helper.h\""), "must not include helper.h");
  EXPECT_EQ(Violation("api/a.cpp", "#include <boost/asio.hpp>"), "must not use <boost/asio");
  EXPECT_EQ(Violation("kitchen/sink.h", ""), "belongs to no module");
}

}  // namespace
}  // namespace coffer
