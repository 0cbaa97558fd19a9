#include "api/request_reader.h"

#include "base/encoding.h"

#include <cmath>

namespace coffer::api {

namespace {

/// The texts are those of AWS's services that share this protocol.
constexpr std::string_view kNotBase64 = "only base-64-encoded strings are convertible to bytes";

std::string_view ScalarName(json::Value value) {
  switch (value.kind()) {
    case json::Kind::kBoolean:
      return value.boolean() ? "TRUE_VALUE" : "FALSE_VALUE";
    case json::Kind::kInteger:
      return "NUMBER_VALUE";
    case json::Kind::kNumber:
      return "DECIMAL_VALUE";
    case json::Kind::kString:
      return "STRING_VALUE";
    default:
      return "NULL_VALUE";
  }
}

/// Whether `number` has no fraction and every such number up to it fits into 64 bits exactly.
bool IsExactInteger(double number) {
  return std::trunc(number) == number && std::abs(number) <= 0x1p53;
}

}  // namespace

std::optional<RequestReader::Found> RequestReader::Find(json::Value object, const Path& path,
                                                        const base::Constraint& constraint) {
  json::Value member = object.First();
  while (member.valid() && member.key() != path.name) member = member.Next();
  if (member.valid() && !member.IsNull()) return Found{member, path, constraint};
  if (constraint.required) violations_.AddMissing(path);
  return std::nullopt;
}

std::optional<RequestReader::Found> RequestReader::Element(const Found& list, json::Value value,
                                                           std::size_t position) {
  const Path path{.parent = &list.path, .name = {}, .position = position};
  if (!value.IsNull()) return Found{value, path, list.constraint};
  violations_.AddMissing(path);
  return std::nullopt;
}

bool RequestReader::ExpectObject(json::Value value) {
  if (value.kind() == json::Kind::kObject) return true;
  return Mismatch(value, {});
}

bool RequestReader::CheckList(const Found& list) {
  if (list.value.kind() != json::Kind::kArray) return Mismatch(list.value, {});
  violations_.CheckSize(list.path, list.constraint, list.value.size());
  return true;
}

bool RequestReader::Read(const Found& found, std::string& out) {
  if (!ReadText(found.value, out)) return false;
  violations_.CheckText(found.path, found.constraint, out);
  return true;
}

bool RequestReader::Read(const Found& found, std::int64_t& out) {
  const json::Value value = found.value;
  if (value.kind() == json::Kind::kInteger) {
    out = value.integer();
  } else if (value.kind() == json::Kind::kNumber && IsExactInteger(value.number())) {
    out = static_cast<std::int64_t>(value.number());
  } else {
    return Mismatch(value, "Long");
  }
  violations_.CheckInteger(found.path, found.constraint, out);
  return true;
}

bool RequestReader::Read(const Found& found, bool& out) {
  if (found.value.kind() != json::Kind::kBoolean) return Mismatch(found.value, "Boolean");
  out = found.value.boolean();
  return true;
}

bool RequestReader::Read(const Found& found, Timestamp& out) {
  const json::Kind kind = found.value.kind();
  const double milliseconds = std::round(found.value.number() * 1000);
  if ((kind != json::Kind::kInteger && kind != json::Kind::kNumber) ||
      !IsExactInteger(milliseconds)) {
    return Mismatch(found.value, "Timestamp");
  }
  out = Timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)));
  return true;
}

bool RequestReader::Read(const Found& found, base::SecretText& out) {
  if (found.value.kind() != json::Kind::kString) return Mismatch(found.value, "String");
  // Bytes, not characters: that is what the service's quota for a value counts.
  violations_.CheckSize(found.path, found.constraint, found.value.text().size());
  out.bytes = SecretBytes::FromText(found.value.text());
  return true;
}

bool RequestReader::Read(const Found& found, base::SecretBlob& out) {
  if (found.value.kind() != json::Kind::kString) return Mismatch(found.value, "Blob");
  const std::string_view text = found.value.text();
  SecretBytes bytes(text.size() / 4 * 3);
  const auto size = base::DecodeBase64(text, bytes.ExposeWritable().data());
  if (!size) {
    mismatch_ = kNotBase64;
    return false;
  }
  bytes.Truncate(*size);
  violations_.CheckSize(found.path, found.constraint, bytes.size());
  out.bytes = std::move(bytes);
  return true;
}

bool RequestReader::Read(const Found& found, std::vector<std::string>& out) {
  if (found.value.kind() != json::Kind::kArray) return Mismatch(found.value, {});
  out.reserve(found.value.size());
  std::size_t position = 0;
  for (json::Value item = found.value.First(); item.valid(); item = item.Next()) {
    if (!Element(found, item, ++position)) continue;
    if (!ReadText(item, out.emplace_back())) return false;
  }
  violations_.CheckTexts(found.path, found.constraint, out);
  return true;
}

bool RequestReader::Read(const Found& found, std::map<std::string, std::string>& out) {
  if (!ExpectObject(found.value)) return false;
  for (json::Value entry = found.value.First(); entry.valid(); entry = entry.Next()) {
    if (!entry.IsNull() && !ReadText(entry, out[std::string(entry.key())])) return false;
  }
  return true;
}

Result<void> RequestReader::Finish() const {
  if (mismatch_) return Fail(ErrorCode::kSerialization, *mismatch_);
  if (!violations_.empty()) return std::unexpected(violations_.ToError());
  return {};
}

bool RequestReader::Mismatch(json::Value value, std::string_view type) {
  if (value.kind() == json::Kind::kObject) {
    mismatch_ = "Start of structure or map found where not expected.";
  } else if (value.kind() == json::Kind::kArray) {
    mismatch_ = "Start of list found where not expected";
  } else if (type.empty()) {
    mismatch_ = "Unexpected field type";
  } else {
    mismatch_ = std::string(ScalarName(value)) + " can not be converted to a " + std::string(type);
  }
  return false;
}

bool RequestReader::ReadText(json::Value value, std::string& out) {
  if (value.kind() != json::Kind::kString) return Mismatch(value, "String");
  out = value.text();
  return true;
}

}  // namespace coffer::api
