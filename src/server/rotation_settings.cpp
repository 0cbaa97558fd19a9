#include "server/rotation_settings.h"

#include "server/settings.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

namespace coffer::server {
namespace {

struct KindName {
  std::string_view name;
  RotationFunctionKind kind;
};
constexpr std::array kKinds{KindName{"native", RotationFunctionKind::kNative},
                            KindName{"runtime", RotationFunctionKind::kRuntime},
                            KindName{"http", RotationFunctionKind::kHttp},
                            KindName{"exec", RotationFunctionKind::kExec}};

/// One member of an entry, and where it stands.
struct Entry {
  const toml::node& node;
  std::string where;  ///< `coffer.toml:12: rotation_functions: key`.

  [[noreturn]] void Refuse(const std::string& reason) const {
    throw SettingError(where + " " + reason + ".");
  }
  [[nodiscard]] std::string Text() const {
    const auto text = node.value_exact<std::string>();
    if (!text) Refuse("must be a text in quotes");
    return *text;
  }
  [[nodiscard]] bool Switch() const {
    const auto value = node.value_exact<bool>();
    if (!value) Refuse("must be true or false");
    return *value;
  }
  [[nodiscard]] std::int64_t Number(std::int64_t min, std::int64_t max) const {
    const auto number = node.value_exact<std::int64_t>();
    if (!number || *number < min || *number > max) {
      Refuse("must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return *number;
  }
  [[nodiscard]] std::vector<std::string> Texts() const {
    const toml::array* const array = node.as_array();
    if (array == nullptr) Refuse("must be a list of texts in quotes");
    std::vector<std::string> texts;
    for (const toml::node& item : *array) {
      const auto text = item.value_exact<std::string>();
      if (!text) Refuse("must be a list of texts in quotes");
      texts.push_back(*text);
    }
    return texts;
  }
  [[nodiscard]] std::map<std::string, std::string> Table() const {
    const toml::table* const table = node.as_table();
    if (table == nullptr) Refuse("must be a table of texts, such as { NAME = \"value\" }");
    std::map<std::string, std::string> texts;
    for (const auto& [key, item] : *table) {
      const auto text = item.value_exact<std::string>();
      if (!text) Refuse("must be a table of texts, such as { NAME = \"value\" }");
      texts.emplace(std::string(key.str()), *text);
    }
    return texts;
  }
  [[nodiscard]] RotationFunctionKind Kind() const {
    const std::string name = Text();
    const auto* const found = std::ranges::find(kKinds, name, &KindName::name);
    if (found == kKinds.end()) Refuse("must be native, runtime, http or exec");
    return found->kind;
  }
};

struct Member {
  std::string_view name;
  void (*apply)(RotationFunction& function, const Entry& entry);
};
using F = RotationFunction;
constexpr std::int64_t kLongestTimeout = 900;  // AWS: Lambda quotas.
constexpr std::int64_t kLeastMemory = 128;
constexpr std::int64_t kMostMemory = 10'240;
constexpr std::array kMembers{
    Member{"match", [](F& f, const Entry& e) { f.match = e.Text(); }},
    Member{"kind", [](F& f, const Entry& e) { f.kind = e.Kind(); }},
    Member{"enabled", [](F& f, const Entry& e) { f.enabled = e.Switch(); }},
    Member{"command", [](F& f, const Entry& e) { f.command = e.Texts(); }},
    Member{"task_root", [](F& f, const Entry& e) { f.task_root = e.Text(); }},
    Member{"url", [](F& f, const Entry& e) { f.url = e.Text(); }},
    Member{"environment", [](F& f, const Entry& e) { f.environment = e.Table(); }},
    Member{"user", [](F& f, const Entry& e) { f.user = e.Text(); }},
    Member{"timeout_seconds",
           [](F& f, const Entry& e) { f.timeout_seconds = e.Number(1, kLongestTimeout); }},
    Member{"memory_mebibytes",
           [](F& f, const Entry& e) { f.memory_mebibytes = e.Number(kLeastMemory, kMostMemory); }},
    Member{
        "concurrency",
        [](F& f, const Entry& e) { f.concurrency = static_cast<std::size_t>(e.Number(1, 1000)); }},
    Member{"handles_finish", [](F& f, const Entry& e) { f.handles_finish = e.Switch(); }},
    Member{"secrets", [](F& f, const Entry& e) { f.secrets = e.Texts(); }},
    Member{"related_secrets", [](F& f, const Entry& e) { f.related_secrets = e.Texts(); }},
};

// What an entry cannot do without, and what its kind has no use for.
std::string Fault(const RotationFunction& function) {
  using Kind = RotationFunctionKind;
  if (function.match.empty()) return "needs match";
  const bool is_process = function.kind == Kind::kRuntime || function.kind == Kind::kExec;
  if (is_process && function.command.empty()) return "needs command";
  if (is_process && !std::filesystem::path(function.command.front()).is_absolute()) {
    return "needs an absolute path as the first part of command";
  }
  if (!is_process && !function.command.empty()) return "has a command, which its kind does not run";
  if ((function.kind == Kind::kHttp) != !function.url.empty()) {
    return function.url.empty() ? "needs url" : "has a url, which its kind does not call";
  }
  if (function.kind == Kind::kHttp && !function.url.starts_with("http://") &&
      !function.url.starts_with("https://")) {
    return "needs a url that begins with http:// or https://";
  }
  for (const auto* const patterns : {&function.secrets, &function.related_secrets}) {
    if (!std::ranges::all_of(*patterns,
                             [](const std::string& arn) { return arn.starts_with("arn:"); })) {
      return "needs ARNs in secrets and related_secrets, such as "
             "arn:aws:secretsmanager:*:*:secret:app/*";
    }
  }
  if (function.kind == Kind::kNative && !function.environment.contains("ROTATOR")) {
    return "needs environment.ROTATOR: postgresql or mysql";
  }
  return {};
}

RotationFunction ReadOne(const toml::table& table, const std::string& file) {
  const std::string start =
      file + ":" + std::to_string(table.source().begin.line) + ": rotation_functions: ";
  RotationFunction function;
  bool has_kind = false;
  for (const auto& [key, node] : table) {
    const std::string where = file + ":" + std::to_string(node.source().begin.line) +
                              ": rotation_functions: " + std::string(key.str());
    const auto* const member = std::ranges::find(kMembers, key.str(), &Member::name);
    if (member == kMembers.end()) throw SettingError(where + " is not known.");
    has_kind = has_kind || member->name == "kind";
    member->apply(function, Entry{node, where});
  }
  if (!has_kind) throw SettingError(start + "an entry needs kind.");
  if (const std::string fault = Fault(function); !fault.empty()) {
    throw SettingError(start + "an entry " + fault + ".");
  }
  return function;
}

}  // namespace

std::vector<RotationFunction> ReadRotationFunctions(const toml::node& node,
                                                    const std::string& file) {
  const toml::array* const array = node.as_array();
  std::vector<RotationFunction> functions;
  if (array != nullptr) {
    for (const toml::node& item : *array) {
      const toml::table* const table = item.as_table();
      if (table == nullptr) break;
      functions.push_back(ReadOne(*table, file));
    }
  }
  if (array == nullptr || functions.size() != array->size()) {
    throw SettingError(file + ":" + std::to_string(node.source().begin.line) +
                       ": rotation_functions must be tables: [[rotation_functions]].");
  }
  return functions;
}

}  // namespace coffer::server
