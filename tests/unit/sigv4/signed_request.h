#pragma once

#include "base/encoding.h"
#include "base/http_message.h"
#include "crypto/digest.h"
#include "sigv4/canonical_request.h"
#include "sigv4/credential.h"
#include "sigv4/credential_scope.h"
#include "sigv4/signing_key.h"
#include "sigv4/signing_time.h"

#include <algorithm>
#include <atomic>
#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace coffer::sigv4::test {

/// Access keys of a test, by id.
class FakeCredentials final : public CredentialSource {
 public:
  void Add(const std::string& access_key_id, const std::string& account, const std::string& secret,
           std::uint64_t generation = 1) {
    keys_[access_key_id] = Key{account, secret, generation, {}, false};
  }
  /// A session's key: known with this token alone.
  void AddSession(const std::string& access_key_id, const std::string& account,
                  const std::string& secret, const std::string& token, std::uint64_t generation = 1,
                  bool is_expired = false) {
    keys_[access_key_id] = Key{account, secret, generation, token, is_expired};
  }
  void Remove(const std::string& access_key_id) { keys_.erase(access_key_id); }

  [[nodiscard]] std::expected<Credential, CredentialFault> Find(
      const KeyReference& key) const override {
    ++finds_;
    const auto found = FindKey(key);
    if (!found) return std::unexpected(found.error());
    return Credential{.account = (*found)->account,
                      .principal_arn = "arn:aws:iam::" + (*found)->account + ":root",
                      .secret_access_key = SecretBytes::FromText((*found)->secret),
                      .generation = (*found)->generation};
  }
  [[nodiscard]] std::expected<std::uint64_t, CredentialFault> Generation(
      const KeyReference& key) const override {
    const auto found = FindKey(key);
    if (!found) return std::unexpected(found.error());
    return (*found)->generation;
  }
  /// How often a secret was asked for.
  [[nodiscard]] int finds() const { return finds_; }

 private:
  struct Key {
    std::string account;
    std::string secret;
    std::uint64_t generation = 0;
    std::string token;
    bool is_expired = false;
  };

  [[nodiscard]] std::expected<const Key*, CredentialFault> FindKey(const KeyReference& key) const {
    const auto found = keys_.find(key.access_key_id);
    if (found == keys_.end() || found->second.token != key.session_token) {
      return std::unexpected(CredentialFault::kUnknown);
    }
    if (found->second.is_expired) return std::unexpected(CredentialFault::kExpired);
    return &found->second;
  }

  std::map<std::string, Key, std::less<>> keys_;
  mutable std::atomic<int> finds_ = 0;
};

/// A request that owns its text, so that a test can change any part of it.
struct OwnedRequest {
  std::string method = "POST";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// Replaces the first header of that name, or adds it.
  void Set(const std::string& name, const std::string& value) {
    const auto found =
        std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
    if (found == headers.end()) {
      headers.emplace_back(name, value);
    } else {
      found->second = value;
    }
  }
  void Remove(const std::string& name) {
    std::erase_if(headers, [&](const auto& header) { return header.first == name; });
  }
  [[nodiscard]] std::string& Value(const std::string& name) {
    return std::ranges::find(headers, name, &std::pair<std::string, std::string>::first)->second;
  }
};

/// The view of an OwnedRequest that the verifier takes.
class RequestView {
 public:
  explicit RequestView(const OwnedRequest& owned) {
    for (const auto& [name, value] : owned.headers) headers_.push_back({name, value});
    request_ = {.method = owned.method,
                .target = owned.target,
                .headers = headers_,
                .body = owned.body,
                .peer_address = "127.0.0.1"};
  }
  RequestView(const RequestView&) = delete;
  RequestView& operator=(const RequestView&) = delete;
  [[nodiscard]] const base::HttpRequest& operator*() const { return request_; }

 private:
  std::vector<base::HttpHeader> headers_;
  base::HttpRequest request_;
};

/// How a request is to be signed.
struct Signing {
  std::string access_key_id = "AKIDALICE000000000";
  std::string secret = "alice/secret+KEY0";
  std::string scope = "20260115/us-east-1/secretsmanager/aws4_request";
  std::string signed_headers = "content-type;host;x-amz-date;x-amz-target";
};

/// The signature of `owned`, made with the parts of the module that published vectors cover.
inline std::string SignatureOf(const OwnedRequest& owned, const Signing& signing,
                               const std::string& date) {
  const RequestView view(owned);
  std::string canonical;
  static_cast<void>(AppendCanonicalRequest(canonical, *view, signing.signed_headers,
                                           crypto::Sha256(base::AsBytes(owned.body))));
  std::string to_sign;
  AppendStringToSign(to_sign, date, signing.scope, crypto::Sha256(base::AsBytes(canonical)));
  const std::string credential = signing.access_key_id + '/' + signing.scope;
  const auto scope = ParseCredential(credential);
  return base::ToHex(
      DeriveSigningKey(SecretBytes::FromText(signing.secret), *scope).Sign(base::AsBytes(to_sign)));
}

/// Adds the Authorization header, or replaces it.
inline void Sign(OwnedRequest& owned, const Signing& signing = {}) {
  owned.Set("Authorization",
            "AWS4-HMAC-SHA256 Credential=" + signing.access_key_id + '/' + signing.scope +
                ", SignedHeaders=" + signing.signed_headers +
                ", Signature=" + SignatureOf(owned, signing, owned.Value("X-Amz-Date")));
}

/// What boto3 sends for GetSecretValue, with the headers that it leaves unsigned.
inline OwnedRequest ExampleRequest() {
  return {.headers = {{"Host", "127.0.0.1:18080"},
                      {"Accept-Encoding", "identity"},
                      {"X-Amz-Target", "secretsmanager.GetSecretValue"},
                      {"Content-Type", "application/x-amz-json-1.1"},
                      {"User-Agent", "Boto3/1.43.0 md/Botocore#1.43.0 ua/2.1 os/linux"},
                      {"X-Amz-Date", "20260115T120000Z"},
                      {"amz-sdk-invocation-id", "0d0e2d5f-6f0c-4bd0-9b2c-0c2f8f1b2c11"},
                      {"amz-sdk-request", "attempt=1"},
                      {"Content-Length", "22"}},
          .body = R"({"SecretId": "app/db"})"};
}

inline constexpr std::string_view kExampleSignature =
    "171fe51a7fd50e0a755c4d9039d99c7c18c640e3c34ffa0d29e79cb8997634d1";

/// The time that a text in the form of X-Amz-Date stands for.
inline Timestamp At(std::string_view basic_time) { return *ParseBasicTime(basic_time); }

}  // namespace coffer::sigv4::test
