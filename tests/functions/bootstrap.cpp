// A rotation function as a static program would be: a socket, no libraries. It asks for events,
// prints their steps and answers them on one connection.
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int Connect(const std::string& address) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(static_cast<in_port_t>(std::stoi(address.substr(address.find(':') + 1))));
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0) {
    std::exit(1);
  }
  return descriptor;
}

std::string ValueOf(const std::string& head, const std::string& name) {
  const std::size_t start = head.find("\r\n" + name + ": ") + name.size() + 4;
  return head.substr(start, head.find("\r\n", start) - start);
}

struct Reply {
  std::string head, body;
};

Reply Call(int descriptor, const std::string& request) {
  if (::send(descriptor, request.data(), request.size(), 0) < 0) std::exit(1);
  std::string text;
  std::size_t end = std::string::npos;
  std::size_t length = 0;
  while ((end = text.find("\r\n\r\n")) == std::string::npos || text.size() < end + 4 + length) {
    char piece[4096];
    const ssize_t got = ::recv(descriptor, piece, sizeof(piece), 0);
    if (got <= 0) std::exit(1);
    text.append(piece, static_cast<std::size_t>(got));
    end = text.find("\r\n\r\n");
    if (end != std::string::npos) length = std::stoul(ValueOf(text, "Content-Length"));
  }
  return {text.substr(0, end + 2), text.substr(end + 4)};
}

}  // namespace

int main() {
  const int descriptor = Connect(std::getenv("AWS_LAMBDA_RUNTIME_API"));
  const std::string invocation = " /2018-06-01/runtime/invocation/";
  while (true) {
    const Reply event =
        Call(descriptor, "GET" + invocation + "next HTTP/1.1\r\nHost: runtime\r\n\r\n");
    const std::string step = event.body.substr(9, event.body.find('"', 9) - 9);
    std::cout << "step " << step << std::endl;
    const Reply answer = Call(
        descriptor, "POST" + invocation + ValueOf(event.head, "Lambda-Runtime-Aws-Request-Id") +
                        "/response HTTP/1.1\r\nHost: runtime\r\nContent-Length: 4\r\n\r\nnull");
    if (!answer.head.starts_with("HTTP/1.1 202 ")) return 1;
  }
}
