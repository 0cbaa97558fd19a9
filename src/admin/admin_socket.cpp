#include "admin/admin_socket.h"

#include "base/log.h"
#include "coffer/secret_bytes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace coffer::admin {
namespace {

constexpr std::size_t kLongestCommand = std::size_t{64} * 1024;
constexpr std::size_t kLongestAnswer = std::size_t{16} * 1024 * 1024;
constexpr std::chrono::seconds kPatienceWithClients{5};

[[noreturn]] void ThrowErrno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_un AddressOf(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof(address.sun_path)) {
    throw std::runtime_error("The path of the administrative socket is too long: " + text);
  }
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

const sockaddr* Generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Nobody can connect before listen(), so that the mode is never too late.
base::FileDescriptor ListenAt(const std::filesystem::path& path) {
  const sockaddr_un address = AddressOf(path);
  ::unlink(path.c_str());
  base::FileDescriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener.valid() || ::bind(listener.get(), Generic(address), sizeof(address)) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(listener.get(), 4) != 0) {
    ThrowErrno("administrative socket");
  }
  return listener;
}

bool IsAllowed(int connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         (peer.uid == ::geteuid() || peer.uid == 0);
}

bool SendAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void SetPatience(int fd, std::chrono::seconds patience) {
  const timeval time{.tv_sec = patience.count(), .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

// Up to the end of the line or of the stream. Read in place, so that no copy of a secret is left.
SecretBytes ReceiveLine(int fd) {
  SecretBytes line(kLongestCommand);
  std::size_t size = 0;
  while (size < line.size()) {
    const auto room = line.ExposeWritable().subspan(size);
    const ssize_t got = ::recv(fd, room.data(), room.size(), 0);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
    const auto end = line.ExposeText().substr(0, size).find('\n');
    if (end == std::string_view::npos) continue;
    size = end;
    break;
  }
  line.Truncate(size);
  return line;
}

std::string ReceiveAll(int fd) {
  std::string text;
  std::array<char, 512> piece{};
  while (text.size() < kLongestAnswer) {
    const ssize_t got = ::recv(fd, piece.data(), piece.size(), 0);
    if (got <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

AdminSocket::AdminSocket(std::filesystem::path path, Commands commands)
    : path_(std::move(path)),
      commands_(std::move(commands)),
      listener_(ListenAt(path_)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  if (!stop_event_.valid()) ThrowErrno("administrative socket");
  thread_ = std::thread([this] { Run(); });
}

AdminSocket::~AdminSocket() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_event_.get(), &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
  ::unlink(path_.c_str());
}

void AdminSocket::Run() const {
  while (true) {
    std::array<pollfd, 2> watched{pollfd{.fd = listener_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = stop_event_.get(), .events = POLLIN, .revents = 0}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
    if ((watched[1].revents & POLLIN) != 0) return;
    if ((watched[0].revents & POLLIN) == 0) continue;
    const base::FileDescriptor connection(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.valid()) Serve(connection.get());
  }
}

void AdminSocket::Serve(int connection) const {
  if (!IsAllowed(connection)) {
    base::log::Warning("admin.refused");
    return;
  }
  SetPatience(connection, kPatienceWithClients);
  const SecretBytes received = ReceiveLine(connection);
  const std::string_view line = received.ExposeText();
  const std::size_t blank = std::min(line.find(' '), line.size());
  const auto command = commands_.find(line.substr(0, blank));
  std::string answer = "The server does not know this command.\n";
  if (command != commands_.end()) {
    try {
      answer = command->second(line.substr(std::min(blank + 1, line.size())));
    } catch (const std::exception& error) {
      base::log::Error("admin.failed", {{"command", command->first}, {"reason", error.what()}});
      answer = "The command failed; the server's log says why.\n";
    }
  }
  (void)SendAll(connection, answer);
}

std::string Ask(const std::filesystem::path& path, std::string_view command,
                std::chrono::seconds patience) {
  const base::FileDescriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = AddressOf(path);
  if (!connection.valid() || ::connect(connection.get(), Generic(address), sizeof(address)) != 0) {
    throw std::runtime_error("No running server answers at " + path.string() + " (" +
                             std::generic_category().message(errno) +
                             "). Is --data the server's data directory?");
  }
  SetPatience(connection.get(), patience);
  if (!SendAll(connection.get(), command) || !SendAll(connection.get(), "\n")) {
    throw std::runtime_error("The server at " + path.string() + " closed the connection.");
  }
  return ReceiveAll(connection.get());
}

}  // namespace coffer::admin
