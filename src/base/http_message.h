#pragma once

#include "base/reply_buffer.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coffer::base {

/// One header line: name as sent, value without surrounding blanks.
struct HttpHeader {
  std::string_view name;
  std::string_view value;
};

/// A whole, well-framed request. Every view points into the connection's own buffer and stays valid
/// until its reply has been written. The framing rules (one Host, one Content-Length, no
/// Transfer-Encoding, …) have been enforced by `net` before anybody sees it.
struct HttpRequest {
  std::string_view method = {};
  std::string_view target = {};  ///< Origin form, as sent: path and, after `?`, the query.
  std::span<const HttpHeader> headers = {};  ///< In the order of the wire.
  std::string_view body = {};
  std::string_view peer_address = {};  ///< Textual IP address, without port.
  bool secure = false;                 ///< Arrived over TLS.

  /// Value of the first header of that name (`lower_case_name` is lower-case), or an empty view
  /// with a null data pointer.
  [[nodiscard]] std::string_view Header(std::string_view lower_case_name) const;
};

/// The reply under construction: owned by the connection, filled by the handler.
struct HttpReply {
  int status = 200;
  std::string_view content_type;        ///< A literal; empty = no Content-Type line.
  std::string_view json_service = {};   ///< Which one answers, in JSON; a literal such as `kms`.
  std::string_view xml_namespace = {};  ///< Of the service, in the query protocol; a literal.
  std::string_view extra_header;        ///< A literal header line with its CRLF, or empty.
  std::string request_id;               ///< Sent as x-amzn-RequestId when not empty.
  ReplyBuffer body;
  bool close = false;      ///< Close the connection after this reply.
  bool head_only = false;  ///< Set by `net` for HEAD: the length is sent, not the body.

  void Reset() {
    status = 200;
    content_type = {};
    json_service = {};
    xml_namespace = {};
    extra_header = {};
    request_id.clear();
    body.Clear();
    close = false;
    head_only = false;
  }
};

/// Work that has to happen elsewhere (on the writer) before the reply exists. `start` is called
/// once; it arranges for `resume` to be called exactly once, from any thread, when the reply has
/// been filled. Request and reply stay valid until then.
using PendingReply = std::move_only_function<void(std::move_only_function<void()> resume)>;

/// What `net` knows of the rest of the server.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// Fills `reply` now and answers nullopt, or answers the work that will fill it. Called from any
  /// io thread; never blocks on a writer; does not throw.
  virtual std::optional<PendingReply> Handle(const HttpRequest& request, HttpReply& reply) = 0;
};

/// Whether two ASCII texts of one length are equal regardless of letter case.
[[nodiscard]] bool EqualsOfLengthIgnoringCase(std::string_view text, std::string_view lower);

/// Whether two ASCII texts are equal regardless of letter case; `lower` is already lower-case.
[[nodiscard]] inline bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && EqualsOfLengthIgnoringCase(text, lower);
}

}  // namespace coffer::base
