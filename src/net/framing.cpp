#include "net/framing.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <cstdint>
#include <optional>

namespace coffer::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using ViewOfBeast = boost::beast::string_view;

// Whatever is signed, dispatched or used for framing has one value that every reader agrees on:
// the fields that Beast knows, and those of AWS.
constexpr std::array kSingleFields = {http::field::host, http::field::content_length,
                                      http::field::authorization, http::field::content_type};
constexpr std::array<std::string_view, 4> kSingleAwsFields = {
    "x-amz-date", "x-amz-target", "x-amz-security-token", "x-amz-content-sha256"};
constexpr std::size_t kSingleCount = kSingleFields.size() + kSingleAwsFields.size();
constexpr std::size_t kHost = 0;
constexpr std::size_t kContentLength = 1;

std::string_view View(ViewOfBeast text) { return {text.data(), text.size()}; }

bool IsMethod(std::string_view method) {
  return std::ranges::all_of(method, [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
}

bool IsOriginForm(std::string_view target) {
  const auto allowed = [](char c) { return c > ' ' && c < '\x7f' && c != '#'; };
  return target.starts_with('/') && std::ranges::all_of(target, allowed);
}

// Digits without a leading zero: the one spelling that no reader takes for something else.
std::optional<std::uint64_t> ParseLength(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t length = 0;
  const auto parsed = std::from_chars(text.begin(), text.end(), length);
  if (parsed.ec != std::errc{} || parsed.ptr != text.end()) return std::nullopt;
  return length;
}

// `HTTP/9.9` at the end of the request line is a version of the protocol, though not ours.
bool NamesOtherVersion(std::string_view block) {
  const std::string_view line = block.substr(0, block.find('\r'));
  if (line.size() < 8) return false;
  const std::string_view version = line.substr(line.size() - 8);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' &&
         digit(version[7]);
}

// Beast reads the grammar; the rules are applied to what it reports. Nothing is copied: what is
// kept are views of the block.
class HeadParser final : public http::basic_parser<true> {
 public:
  HeadParser(std::size_t max_body_bytes, RequestHead& head)
      : max_body_bytes_(max_body_bytes), head_(head) {
    skip(true);  // Bodies are counted by ourselves; Beast sees the header block alone.
    header_limit(UINT32_MAX);
    body_limit(boost::none);
    head_.headers.clear();
    head_.content_length = 0;
    head_.expects_continue = false;
  }

  std::expected<void, Refusal> Parse(std::string_view block) {
    error_code error;
    const std::size_t used = put(boost::asio::const_buffer(block.data(), block.size()), error);
    if (refusal_) return std::unexpected(*refusal_);
    if (error) return std::unexpected(RefusalOf(error, block));
    if (used != block.size() || !is_done()) return std::unexpected(Refusal{400, "malformed"});
    return Finish();
  }

 private:
  static Refusal RefusalOf(const error_code& error, std::string_view block) {
    if (error == http::error::bad_transfer_encoding) return {411, "Transfer-Encoding is refused"};
    if (error == http::error::bad_version && NamesOtherVersion(block)) {
      return {505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    }
    if (error == http::error::bad_version || error == http::error::bad_method ||
        error == http::error::bad_target) {
      return {400, "malformed request line"};
    }
    return {400, "malformed header field"};
  }

  std::expected<void, Refusal> Finish() {
    head_.keep_alive = version_ == 11 && keep_alive();
    head_.expects_continue = head_.expects_continue && version_ == 11;
    if (!seen_[kHost]) return std::unexpected(Refusal{400, "Host is missing"});
    if (head_.method == "POST" && !seen_[kContentLength]) {
      return std::unexpected(Refusal{411, "Content-Length is missing"});
    }
    if ((head_.method == "GET" || head_.method == "HEAD") && head_.content_length > 0) {
      return std::unexpected(Refusal{400, "a body is refused with this method"});
    }
    return {};
  }

  void Refuse(int status, std::string_view reason, error_code& error) {
    refusal_ = Refusal{status, reason};
    error = http::error::bad_field;
  }

  void on_request_impl(http::verb /*verb*/, ViewOfBeast method, ViewOfBeast target, int version,
                       error_code& error) override {
    version_ = version;
    head_.method = View(method);
    head_.target = View(target);
    if (!IsMethod(head_.method)) return Refuse(400, "malformed method", error);
    if (!IsOriginForm(head_.target)) Refuse(400, "the target must be an ASCII path", error);
  }

  void on_field_impl(http::field field, ViewOfBeast name, ViewOfBeast value,
                     error_code& error) override {
    if (head_.headers.size() == kMaxHeaderFields) {
      return Refuse(431, "too many header fields", error);
    }
    const base::HttpHeader header{View(name), View(value)};
    head_.headers.push_back(header);
    if (IsRepeated(field, header.name)) return Refuse(400, "header field given twice", error);
    CheckField(field, header.value, error);
  }

  bool IsRepeated(http::field field, std::string_view name) {
    const std::size_t place = PlaceOf(field, name);
    if (place == seen_.size()) return false;
    const bool repeated = seen_[place];
    seen_[place] = true;
    return repeated;
  }

  // In `seen_`; behind its end for a field that may be repeated.
  static std::size_t PlaceOf(http::field field, std::string_view name) {
    if (field != http::field::unknown) {
      for (std::size_t i = 0; i < kSingleFields.size(); ++i) {
        if (kSingleFields[i] == field) return i;
      }
      return kSingleCount;
    }
    std::size_t i = 0;
    while (i < kSingleAwsFields.size() && !base::EqualsIgnoringCase(name, kSingleAwsFields[i])) ++i;
    return kSingleFields.size() + i;
  }

  void CheckField(http::field field, std::string_view value, error_code& error) {
    switch (field) {
      case http::field::host:
        if (value.empty()) Refuse(400, "Host is empty", error);
        return;
      case http::field::content_length:
        return TakeLength(value, error);
      case http::field::transfer_encoding:
        return Refuse(411, "Transfer-Encoding is refused", error);
      case http::field::upgrade:
        return Refuse(400, "Upgrade is refused", error);
      case http::field::expect:
        head_.expects_continue = base::EqualsIgnoringCase(value, "100-continue");
        if (!head_.expects_continue) Refuse(417, "only 100-continue may be expected", error);
        return;
      default:
        return;
    }
  }

  void TakeLength(std::string_view value, error_code& error) {
    const auto length = ParseLength(value);
    if (!length) return Refuse(400, "malformed Content-Length", error);
    if (*length > max_body_bytes_) return Refuse(413, "the body is too large", error);
    head_.content_length = static_cast<std::size_t>(*length);
  }

  void on_header_impl(error_code& /*error*/) override {}
  void on_finish_impl(error_code& /*error*/) override {}

  // Of responses, bodies and chunks, none of which is ever handed to this parser.
  void on_response_impl(int /*code*/, ViewOfBeast /*reason*/, int /*version*/,
                        error_code& /*error*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         error_code& /*error*/) override {}
  std::size_t on_body_impl(ViewOfBeast /*body*/, error_code& /*error*/) override { return 0; }
  void on_chunk_header_impl(std::uint64_t /*size*/, ViewOfBeast /*extensions*/,
                            error_code& /*error*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, ViewOfBeast /*body*/,
                                 error_code& /*error*/) override {
    return 0;
  }

  std::size_t max_body_bytes_;
  RequestHead& head_;
  int version_ = 0;
  std::bitset<kSingleCount> seen_;
  std::optional<Refusal> refusal_;
};

}  // namespace

std::expected<std::size_t, Refusal> FindHeadEnd(std::string_view received, std::size_t scanned) {
  // Once more from the last byte: if it ended a line, only now the next line's first byte is known.
  std::size_t feed = received.find('\n', scanned == 0 ? 0 : scanned - 1);
  for (; feed != std::string_view::npos; feed = received.find('\n', feed + 1)) {
    if (feed == 0 || received[feed - 1] != '\r') {
      return std::unexpected(Refusal{400, "a line ends in a bare line feed"});
    }
    if (feed == 1) return std::unexpected(Refusal{400, "an empty line in front of the request"});
    if (received[feed - 2] == '\n') return feed + 1;
    const char next = feed + 1 < received.size() ? received[feed + 1] : 'x';
    if (next == ' ' || next == '\t') return std::unexpected(Refusal{400, "a folded header line"});
  }
  return 0;
}

std::expected<void, Refusal> ParseHead(std::string_view block, std::size_t max_body_bytes,
                                       RequestHead& head) {
  return HeadParser(max_body_bytes, head).Parse(block);
}

}  // namespace coffer::net
