// What the vault keeps in its rows, in bytes that it may not have written: a row whose MAC was
// good, of another version of the program. Input: a letter that says what the rest is.

#include "checks.h"
#include "identity/entities.h"
#include "identity/session.h"
#include "json/shape_codec.h"
#include "secrets/rotation.h"
#include "secrets/rotation_job.h"
#include "services/secretsmanager/page_token.h"
#include "store/secret_codec.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace {

using coffer::fuzz::Require;
namespace store = coffer::store;
namespace sm = coffer::services::secretsmanager;

/// What was understood is written in one way.
template <class T>
void CheckShape(std::string_view text) {
  const auto decoded = coffer::json::DecodeShape<T>(text);
  if (!decoded) return;
  const std::string once = coffer::json::EncodeShape(*decoded);
  const auto again = coffer::json::DecodeShape<T>(once);
  Require(again && *again == *decoded && coffer::json::EncodeShape(*again) == once);
}

void CheckTags(std::span<const std::byte> bytes) {
  try {
    Require(std::ranges::equal(store::EncodeTags(store::DecodeTags(bytes)), bytes));
  } catch (const store::IntegrityError&) {
    return;
  }
}

void CheckLabels(std::span<const std::byte> bytes) {
  try {
    const auto labels = store::DecodeLabels(bytes);
    Require(store::DecodeLabels(store::EncodeLabels(labels)) == labels);
  } catch (const store::IntegrityError&) {
    return;
  }
}

void CheckPageToken(std::string_view token) {
  const sm::QueryFingerprint query;
  const auto position = sm::ParsePageToken(query, token);
  // The checksum of the question stands in the way of other tokens; what passes is our own form.
  Require(!position || sm::FormatPageToken(query, *position) == token);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  switch (data[0]) {
    case 't':
      CheckTags(bytes);
      break;
    case 'l':
      CheckLabels(bytes);
      break;
    case 'p':
      CheckPageToken(text);
      break;
    case 'r':
      CheckShape<coffer::secrets::Rotation>(text);
      break;
    case 'j':
      CheckShape<coffer::secrets::RotationJob>(text);
      break;
    case 's':
      CheckShape<coffer::identity::Session>(text);
      break;
    case 'u':
      CheckShape<coffer::identity::User>(text);
      break;
    case 'o':
      CheckShape<coffer::identity::Role>(text);
      break;
    default:
      CheckShape<coffer::identity::AccessKey>(text);
  }
  return 0;
}
