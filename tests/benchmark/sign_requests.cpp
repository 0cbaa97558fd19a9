// Signs requests for the load generator: one a line on standard input, as access key id, secret
// access key and body with tabs between them; one whole HTTP request each on standard output, with
// nothing between them. All must come out equally long, so that the reader finds the n-th without
// an index.
//
//   sign_requests HOST OPERATION REGION < lines > requests

#include "base/encoding.h"
#include "crypto/digest.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using coffer::base::AsBytes;
using coffer::base::ToHex;
using coffer::crypto::HmacKey;
using coffer::crypto::HmacSha256;
using coffer::crypto::Sha256;

constexpr std::string_view kService = "secretsmanager";
constexpr std::string_view kContentType = "application/x-amz-json-1.1";
constexpr std::string_view kSignedHeaders = "content-type;host;x-amz-date;x-amz-target";

class Signer {
 public:
  Signer(std::string_view host, std::string_view operation, std::string_view access_key_id,
         std::string_view secret_access_key, std::string_view region);

  // The request as boto3 sends it, with the headers that it sends unsigned too.
  [[nodiscard]] std::string Sign(std::string_view body) const;

 private:
  std::string host_;
  std::string target_;
  std::string date_;
  std::string scope_;
  std::string access_key_id_;
  HmacKey signing_key_;
};

std::string Now() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::array<char, 17> text{};
  std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", std::gmtime(&seconds));
  return text.data();
}

HmacKey SigningKey(std::string_view secret, std::string_view date, std::string_view region) {
  const auto of_date = HmacSha256(AsBytes("AWS4" + std::string(secret)), AsBytes(date));
  const auto of_region = HmacSha256(of_date, AsBytes(region));
  const auto of_service = HmacSha256(of_region, AsBytes(kService));
  return HmacKey(HmacSha256(of_service, AsBytes("aws4_request")));
}

Signer::Signer(std::string_view host, std::string_view operation, std::string_view access_key_id,
               std::string_view secret_access_key, std::string_view region)
    : host_(host),
      target_(std::string(kService) + "." + std::string(operation)),
      date_(Now()),
      scope_(date_.substr(0, 8) + "/" + std::string(region) + "/" + std::string(kService) +
             "/aws4_request"),
      access_key_id_(access_key_id),
      signing_key_(SigningKey(secret_access_key, date_.substr(0, 8), region)) {}

std::string Signer::Sign(std::string_view body) const {
  std::string canonical = "POST\n/\n\ncontent-type:" + std::string(kContentType);
  canonical += "\nhost:" + host_ + "\nx-amz-date:" + date_ + "\nx-amz-target:" + target_;
  canonical += "\n\n" + std::string(kSignedHeaders) + "\n" + ToHex(Sha256(AsBytes(body)));
  const std::string string_to_sign =
      "AWS4-HMAC-SHA256\n" + date_ + "\n" + scope_ + "\n" + ToHex(Sha256(AsBytes(canonical)));

  std::string request = "POST / HTTP/1.1\r\nHost: " + host_ + "\r\nAccept-Encoding: identity";
  request += "\r\nX-Amz-Target: " + target_ + "\r\nContent-Type: " + std::string(kContentType);
  request +=
      "\r\nUser-Agent: Boto3/1.43.0 md/Botocore#1.43.0 ua/2.1 os/linux#6.1.0 "
      "md/arch#x86_64 lang/python#3.11.2 md/pyimpl#CPython cfg/retry-mode#legacy";
  request += "\r\nX-Amz-Date: " + date_;
  request += "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" + access_key_id_ + "/" + scope_;
  request += ", SignedHeaders=" + std::string(kSignedHeaders);
  request += ", Signature=" + ToHex(signing_key_.Sign(AsBytes(string_to_sign)));
  request += "\r\namz-sdk-invocation-id: 5b0a2f0e-8a3c-4c43-9a44-6b2f1d0c7e55";
  request += "\r\namz-sdk-request: attempt=1";
  request += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request += body;
  return request;
}

void SignAll(std::string_view host, std::string_view operation, std::string_view region) {
  std::ios::sync_with_stdio(false);
  std::map<std::string, Signer, std::less<>> signers;  // By access key id.
  std::size_t size = 0;
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (second == std::string::npos) throw std::runtime_error("a line has no two tabs");
    const std::string key = line.substr(0, first);
    const std::string secret = line.substr(first + 1, second - first - 1);
    const Signer& signer =
        signers.try_emplace(key, host, operation, key, secret, region).first->second;
    const std::string request = signer.Sign(std::string_view(line).substr(second + 1));
    if (size == 0) size = request.size();
    if (request.size() != size) throw std::runtime_error("the requests differ in length");
    std::cout << request;
  }
  if (!std::cout.flush()) throw std::runtime_error("cannot write the requests");
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 4) {
    std::fputs("usage: sign_requests HOST OPERATION REGION\n", stderr);
    return EXIT_FAILURE;
  }
  try {
    SignAll(arguments[1], arguments[2], arguments[3]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sign_requests: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
