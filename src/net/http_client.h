#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::net {

/// One POST to somebody else's server.
struct OutgoingRequest {
  std::string url = {};  ///< `http://host[:port]/path` or `https://...`.
  /// Beside Host, Content-Length and Connection.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string_view body = {};
  std::chrono::milliseconds timeout{30'000};          ///< Of all of it, from the name's lookup on.
  std::size_t body_limit = std::size_t{1024} * 1024;  ///< Of the reply's body, in bytes.
};

/// How it went.
struct IncomingReply {
  enum class Result : std::uint8_t {
    kAnswered,
    kFailed,    ///< Not sent, or not answered in whole: `reason` says why.
    kTimedOut,  ///< The time was over.
    kTooLarge,  ///< The body is larger than the limit.
    kStopped,
  };
  Result result = Result::kAnswered;
  std::string reason = {};
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Names in lower case.
  std::string body = {};

  /// The first header of that name, or a view with a null data pointer.
  [[nodiscard]] std::string_view Header(std::string_view lower_case_name) const;
};

/// The one client for calls out of the server. Certificates and names are verified; redirects are
/// not followed; neither proxies nor anything else is taken from the environment; a connection
/// serves one request.
class HttpClient {
 public:
  /// `ca_file` is trusted beside the system's certificates; empty = those alone. Throws
  /// std::runtime_error when it cannot be read.
  explicit HttpClient(std::string ca_file = {});

  /// Sends and waits. One call at a time for each object. A lookup of a name that the resolver's
  /// own configuration lets take longer than `timeout` delays the return.
  [[nodiscard]] IncomingReply Post(const OutgoingRequest& request);
  /// Makes a running call, and each later one, end at once. From any thread.
  void Stop();

 private:
  std::string ca_file_;
  std::mutex mutex_;  // Guards what follows.
  bool is_stopped_ = false;
  std::function<void()> stop_running_;
};

}  // namespace coffer::net
