#include "api/form_fields.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "sigv4/query.h"
#include "sigv4/text.h"

#include <algorithm>
#include <string>

namespace coffer::api {

namespace {

/// What of a field's name stands behind the first `depth` characters.
auto Behind(std::size_t depth) {
  return [depth](const FormField& field) { return field.name.substr(depth); };
}

}  // namespace

FormNode FormNode::Child(std::string_view name) const {
  FormNode child{.value = std::nullopt, .below = {}, .depth = depth + name.size() + 1};
  const auto exact = std::ranges::lower_bound(below, name, {}, Behind(depth));
  if (exact != below.end() && exact->name.substr(depth) == name) child.value = exact->value;
  // `Key-x` sorts between `Key` and `Key.x`, so the range below is looked for on its own.
  const std::string prefix = std::string(name) + '.';
  const auto in_front = [&](const FormField& field) {
    return field.name.substr(depth, prefix.size()) < prefix;
  };
  const auto begins_so = [&](const FormField& field) {
    return field.name.substr(depth).starts_with(prefix);
  };
  const auto first = std::partition_point(exact, below.end(), in_front);
  child.below = {first, std::partition_point(first, below.end(), begins_so)};
  return child;
}

Result<FormFields> FormFields::Parse(std::string_view encoded) {
  if (encoded.size() > kMaxBytes) {
    return Fail(ErrorCode::kValidation, "The request's parameters are too long.");
  }
  RETURN_IF_ERROR(sigv4::CheckQueryEscapes(encoded));
  FormFields form(encoded.size());
  sigv4::Pieces pieces(encoded, '&');
  while (const auto piece = pieces.Next()) {
    if (piece->empty()) continue;
    const std::size_t end = std::min(piece->find('='), piece->size());
    RETURN_IF_ERROR(
        form.Add(piece->substr(0, end), piece->substr(std::min(end + 1, piece->size()))));
  }
  form.SortAndDropRepeated();
  return form;
}

Result<std::string_view> FormFields::Action() const {
  const auto action = root().Child("Action").value.value_or("");
  if (action.empty()) {
    return Fail(ErrorCode::kMissingAction,
                "The request is missing an action or a required parameter.");
  }
  return action;
}

std::string_view FormFields::Version() const { return root().Child("Version").value.value_or(""); }

Result<void> FormFields::Add(std::string_view encoded_name, std::string_view encoded_value) {
  const FormField field{.name = Decode(encoded_name), .value = Decode(encoded_value)};
  if (!base::IsValidUtf8(field.name) || !base::IsValidUtf8(field.value)) {
    return Fail(ErrorCode::kMalformedQueryString, "A parameter is not well-formed UTF-8");
  }
  if (field.name.size() > kMaxNameBytes) {
    return Fail(ErrorCode::kValidation, "The name of a parameter is too long.");
  }
  if (fields_.size() == kMaxFields) {
    return Fail(ErrorCode::kValidation, "The request has too many parameters.");
  }
  fields_.push_back(field);
  return {};
}

std::string_view FormFields::Decode(std::string_view encoded) {
  const std::size_t start = used_;
  const auto out = text_.ExposeWritable();
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    char character = encoded[i] == '+' ? ' ' : encoded[i];
    if (character == '%') {
      character = static_cast<char>(base::HexDigitValue(encoded[i + 1]) * 16 +
                                    base::HexDigitValue(encoded[i + 2]));
      i += 2;
    }
    out[used_++] = static_cast<std::byte>(character);
  }
  return text_.ExposeText().substr(start, used_ - start);
}

void FormFields::SortAndDropRepeated() {
  std::ranges::stable_sort(fields_, {}, &FormField::name);
  const auto repeated = std::ranges::unique(fields_, {}, &FormField::name);
  fields_.erase(repeated.begin(), repeated.end());
}

bool HasField(std::string_view encoded, std::string_view name) {
  sigv4::Pieces pieces(encoded, '&');
  while (const auto piece = pieces.Next()) {
    if (piece->substr(0, piece->find('=')) == name) return true;
  }
  return false;
}

ApiError UnknownAction(const FormFields& form) {
  const std::string_view version = form.Version();
  return {ErrorCode::kUnknownOperation,
          sigv4::Concatenate(
              {"Could not find operation ", sigv4::Echo(form.Action().value_or(std::string_view())),
               " for version ", version.empty() ? "NO_VERSION_SPECIFIED" : sigv4::Echo(version)})};
}

}  // namespace coffer::api
