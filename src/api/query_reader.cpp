#include "api/query_reader.h"

#include "policy/condition_value.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace coffer::api {

namespace {

/// Whether all of `text` is a decimal number that fits into `out`, which it then is.
template <class Integer>
bool IsWholeNumber(std::string_view text, Integer& out) {
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && last == text.data() + text.size();
}

/// The position that `part` of a name states, from 1; nullopt unless it is written as it would be
/// printed, so that no two parts state the same one.
std::optional<std::uint32_t> PositionOf(std::string_view part) {
  std::uint32_t position = 0;
  if (!IsWholeNumber(part, position) || part.starts_with('0')) return std::nullopt;
  return position;
}

}  // namespace

std::optional<QueryReader::Found> QueryReader::Find(const FormNode& structure, const Path& path,
                                                    const base::Constraint& constraint) {
  const FormNode member = structure.Child(path.name);
  if (!member.empty()) return Found{member, path, constraint};
  if (constraint.required) violations_.AddMissing(path);
  return std::nullopt;
}

bool QueryReader::ExpectObject(const FormNode& node) {
  if (node.value.value_or("").empty()) return true;
  return Mismatch("Unexpected complex element termination");
}

bool QueryReader::Read(const Found& found, std::string& out) {
  const auto text = Text(found.value);
  if (!text) return false;
  out = *text;
  violations_.CheckText(found.path, found.constraint, out);
  return true;
}

bool QueryReader::Read(const Found& found, std::int64_t& out) {
  const auto text = Text(found.value);
  if (!text) return false;
  if (!IsWholeNumber(*text, out)) return Mismatch("STRING_VALUE can not be converted to a Long");
  violations_.CheckInteger(found.path, found.constraint, out);
  return true;
}

bool QueryReader::Read(const Found& found, bool& out) {
  const auto text = Text(found.value);
  if (!text) return false;
  out = *text == "true";
  return out || *text == "false" || Mismatch("STRING_VALUE can not be converted to a Boolean");
}

bool QueryReader::Read(const Found& found, Timestamp& out) {
  const auto text = Text(found.value);
  if (!text) return false;
  const auto milliseconds = policy::ParseDate(*text);
  if (!milliseconds) return Mismatch("STRING_VALUE can not be converted to a Timestamp");
  out = Timestamp(std::chrono::milliseconds(*milliseconds));
  return true;
}

bool QueryReader::Read(const Found& found, base::SecretText& out) {
  const auto text = Text(found.value);
  if (!text) return false;
  violations_.CheckSize(found.path, found.constraint, text->size());
  out.bytes = SecretBytes::FromText(*text);
  return true;
}

bool QueryReader::Read(const Found& found, base::EncodedDocument& out) {
  return Read(found, out.text);
}

bool QueryReader::Read(const Found& found, std::vector<std::string>& out) {
  const auto elements = Elements(found.value);
  if (!elements) return false;
  out.reserve(elements->size());
  for (const FormNode& element : *elements) {
    const auto text = Text(element);
    if (!text) return false;
    out.emplace_back(*text);
  }
  violations_.CheckTexts(found.path, found.constraint, out);
  return true;
}

Result<void> QueryReader::Finish() const {
  if (mismatch_) return Fail(ErrorCode::kSerialization, *mismatch_);
  if (!violations_.empty()) return std::unexpected(violations_.ToError());
  return {};
}

// A list that is not understood is refused, never shortened: it may narrow what is granted
// (PolicyArns of AssumeRole).
std::optional<std::vector<FormNode>> QueryReader::Elements(const FormNode& list) {
  const FormNode members = list.Child("member");
  if (!list.value.value_or("").empty() || members.value ||
      members.below.size() != list.below.size()) {
    Mismatch("Unexpected list element termination");
    return std::nullopt;
  }
  std::vector<std::pair<std::uint32_t, FormNode>> numbered;
  std::string_view previous;
  for (const FormField& field : members.below) {
    const std::string_view rest = field.name.substr(members.depth);
    const std::string_view part = rest.substr(0, rest.find('.'));
    const auto position = PositionOf(part);
    if (!position) {
      Mismatch("Unexpected list element termination");
      return std::nullopt;
    }
    // The fields of one element stand side by side: only other numbers could come between them.
    if (std::exchange(previous, part) != part)
      numbered.emplace_back(*position, members.Child(part));
  }
  std::ranges::sort(numbered, {}, [](const auto& element) { return element.first; });
  std::vector<FormNode> elements;
  elements.reserve(numbered.size());
  for (const auto& [position, element] : numbered) elements.push_back(element);
  return elements;
}

std::optional<std::string_view> QueryReader::Text(const FormNode& node) {
  if (node.below.empty()) return node.value;
  Mismatch("Start of structure or map found where not expected.");
  return std::nullopt;
}

bool QueryReader::Mismatch(std::string_view message) {
  mismatch_ = message;
  return false;
}

}  // namespace coffer::api
