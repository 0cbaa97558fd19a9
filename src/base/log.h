#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// The log: one line for an event, as `event key=value key="quoted value"`, to standard error.
/// Values of secrets cannot be passed: SecretBytes converts to nothing that is accepted here.
/// Safe to call from any thread.
namespace coffer::base::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError, kOff };

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t> value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, std::int64_t v) : key(k), value(v) {}
  Field(std::string_view k, int v) : key(k), value(std::int64_t{v}) {}
  Field(std::string_view k, std::size_t v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

void SetLevel(Level level);
/// `debug`, `info`, `warning`, `error` or `off`; answers false for anything else.
[[nodiscard]] bool ParseLevel(std::string_view name, Level& level);

void Debug(std::string_view event, std::initializer_list<Field> fields = {});
void Info(std::string_view event, std::initializer_list<Field> fields = {});
void Warning(std::string_view event, std::initializer_list<Field> fields = {});
void Error(std::string_view event, std::initializer_list<Field> fields = {});
/// Writes out what is buffered; before exit.
void Flush();

}  // namespace coffer::base::log
