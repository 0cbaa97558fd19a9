#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace coffer::base::log {
namespace {

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      return spdlog::level::off;
  }
  std::unreachable();
}

std::unique_ptr<spdlog::logger> MakeLogger() {
  auto logger =
      std::make_unique<spdlog::logger>("coffer", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
  logger->set_level(ToSpdlog(Level::kInfo));
  return logger;
}

/// Made on first use and never destroyed: threads that still run during exit may log.
spdlog::logger& Logger() {
  static spdlog::logger* const kLogger = MakeLogger().release();
  return *kLogger;
}

/// What needs no quotes: printable ASCII but blank, quote, backslash and `=`.
bool IsPlain(char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '='; }

void AppendEscaped(std::string& line, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (c == '"' || c == '\\') {
    line += '\\';
    line += c;
  } else if (c >= ' ' && c < 0x7F) {
    line += c;
  } else {
    // Control characters, and whatever a terminal or a log collector might take for a line break
    // or a change of writing direction: everything that is not ASCII.
    const auto octet = static_cast<std::uint8_t>(c);
    line += "\\x";
    line += kHex[octet >> 4];
    line += kHex[octet & 0xF];
  }
}

void AppendText(std::string& line, std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, IsPlain)) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) AppendEscaped(line, c);
  line += '"';
}

void Write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  spdlog::logger& logger = Logger();
  if (!logger.should_log(ToSpdlog(level))) return;
  std::string line(event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      line += std::to_string(*number);
    } else {
      AppendText(line, std::get<std::string_view>(field.value));
    }
  }
  logger.log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void SetLevel(Level level) { Logger().set_level(ToSpdlog(level)); }

bool ParseLevel(std::string_view name, Level& level) {
  constexpr std::array<std::pair<std::string_view, Level>, 5> kLevels = {{
      {"debug", Level::kDebug},
      {"info", Level::kInfo},
      {"warning", Level::kWarning},
      {"error", Level::kError},
      {"off", Level::kOff},
  }};
  for (const auto& [known, value] : kLevels) {
    if (name == known) {
      level = value;
      return true;
    }
  }
  return false;
}

void Debug(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kDebug, event, fields);
}
void Info(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kInfo, event, fields);
}
void Warning(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kWarning, event, fields);
}
void Error(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kError, event, fields);
}
void Flush() { Logger().flush(); }

}  // namespace coffer::base::log
