#pragma once

#include "base/file_descriptor.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>

namespace coffer::admin {

/// What a running server can be asked: command name → what answers, given the rest of the line
/// behind a blank, with text for a person. The line is wiped afterwards: it may hold a passphrase.
using Commands = std::map<std::string, std::function<std::string(std::string_view)>, std::less<>>;

/// Listens on a Unix socket for administrative subcommands of the same program. The socket is 0600
/// and the peer must be this user or root. A request is one line, the answer everything until the
/// end of the stream.
class AdminSocket {
 public:
  /// Replaces a socket that a killed server left behind. Throws std::system_error.
  AdminSocket(std::filesystem::path path, Commands commands);
  ~AdminSocket();
  AdminSocket(const AdminSocket&) = delete;
  AdminSocket& operator=(const AdminSocket&) = delete;

 private:
  void Run() const;
  void Serve(int connection) const;

  std::filesystem::path path_;
  Commands commands_;
  base::FileDescriptor listener_;
  base::FileDescriptor stop_event_;
  std::thread thread_;
};

/// Sends `command` to the server whose socket is `path` and answers its reply. Throws
/// std::runtime_error with a message for the operator when no server answers, for so long at least.
[[nodiscard]] std::string Ask(const std::filesystem::path& path, std::string_view command,
                              std::chrono::seconds patience = std::chrono::seconds(5));

}  // namespace coffer::admin
