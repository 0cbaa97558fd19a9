#include "json/document_builder.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <vector>

namespace coffer::json {

namespace {

// Up to here comparing every pair of names is faster than sorting them.
constexpr std::size_t kFewMembers = 16;

std::string_view View(boost::json::string_view part) { return {part.data(), part.size()}; }

bool HasEqualNeighbours(std::vector<std::string_view>& names) {
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) != names.end();
}

}  // namespace

bool DocumentBuilder::on_array_end(std::size_t /*size*/, Code& /*code*/) {
  Close();
  return true;
}

bool DocumentBuilder::on_object_end(std::size_t /*size*/, Code& code) {
  const Value object(&document_, document_.open_.back().container);
  if (HasDuplicateKey(object)) return Fail("duplicate key", code);
  Close();
  return true;
}

bool DocumentBuilder::on_key_part(Part part, std::size_t size, Code& code) {
  if (size > limits_.key_bytes) return Fail("key too long", code);
  Collect(part);
  return true;
}

bool DocumentBuilder::on_key(Part part, std::size_t size, Code& code) {
  if (size > limits_.key_bytes) return Fail("key too long", code);
  SkipToToken();
  key_ = Finish(part);
  SkipString(key_);
  return true;
}

bool DocumentBuilder::on_string_part(Part part, std::size_t /*size*/, Code& /*code*/) {
  Collect(part);
  return true;
}

bool DocumentBuilder::on_string(Part part, std::size_t /*size*/, Code& code) {
  Node* node = Append(Kind::kString, code);
  if (node == nullptr) return false;
  node->text = Finish(part);
  SkipString(node->text);
  return true;
}

bool DocumentBuilder::on_int64(std::int64_t value, Part written, Code& code) {
  return AddNumber(Kind::kInteger, value, static_cast<double>(value), written, code);
}

bool DocumentBuilder::on_uint64(std::uint64_t value, Part written, Code& code) {
  return AddNumber(Kind::kNumber, 0, static_cast<double>(value), written, code);
}

bool DocumentBuilder::on_double(double value, Part written, Code& code) {
  // Boost 1.81's own conversion may miss the nearest double; `value` remains where there is none.
  std::from_chars(written.data(), written.data() + written.size(), value);
  return AddNumber(Kind::kNumber, 0, value, written, code);
}

bool DocumentBuilder::on_bool(bool value, Code& code) {
  Node* node = Append(Kind::kBoolean, code);
  if (node == nullptr) return false;
  node->boolean = value;
  cursor_ += value ? std::strlen("true") : std::strlen("false");
  return true;
}

bool DocumentBuilder::on_null(Code& code) {
  if (Append(Kind::kNull, code) == nullptr) return false;
  cursor_ += std::strlen("null");
  return true;
}

bool DocumentBuilder::Fail(std::string_view reason, Code& code) {
  reason_ = reason;
  code = boost::json::error::exception;  // Any error stops the parser; `reason_` says which.
  return false;
}

DocumentBuilder::Node* DocumentBuilder::Append(Kind kind, Code& code) {
  auto& nodes = document_.nodes_;
  if (nodes.size() >= limits_.values) {
    Fail("too many values", code);
    return nullptr;
  }
  SkipToToken();
  const auto index = static_cast<std::uint32_t>(nodes.size());
  Node& node = nodes.emplace_back();
  node.kind = kind;
  node.key = key_;
  node.offset = static_cast<std::size_t>(cursor_ - text_.data());
  key_ = {};
  if (!document_.open_.empty()) {
    Document::OpenContainer& parent = document_.open_.back();
    ++nodes[parent.container].count;
    if (parent.last_child != 0) nodes[parent.last_child].next = index;
    parent.last_child = index;
  }
  return &node;
}

bool DocumentBuilder::Open(Kind kind, Code& code) {
  if (Append(kind, code) == nullptr) return false;
  document_.open_.push_back({static_cast<std::uint32_t>(document_.nodes_.size() - 1), 0});
  ++cursor_;
  return true;
}

void DocumentBuilder::Close() {
  SkipToToken();
  document_.open_.pop_back();
  ++cursor_;
}

bool DocumentBuilder::AddNumber(Kind kind, std::int64_t integer, double number, Part written,
                                Code& code) {
  Node* node = Append(kind, code);
  if (node == nullptr) return false;
  node->integer = integer;
  node->number = number;
  node->text = View(written);
  cursor_ += written.size();
  return true;
}

void DocumentBuilder::Collect(Part part) {
  auto& memory = document_.unescaped_;
  // Unescaped text is never longer than what was written, so nothing moves after this.
  memory.reserve(text_.size());
  memory.insert(memory.end(), part.begin(), part.end());
  // A piece outside the text is in the parser's buffer on the stack, which nobody else wipes. The
  // buffer itself is not const, and the parser is done with the piece once it was handed over.
  if (!IsInText(part)) ::explicit_bzero(const_cast<char*>(part.data()), part.size());
}

std::string_view DocumentBuilder::Finish(Part part) {
  auto& memory = document_.unescaped_;
  if (string_begin_ == memory.size() && IsInText(part)) return View(part);
  Collect(part);
  const std::string_view whole(memory.data() + string_begin_, memory.size() - string_begin_);
  string_begin_ = memory.size();
  return whole;
}

bool DocumentBuilder::IsInText(Part part) const {
  const std::less_equal<> not_after;
  return not_after(text_.data(), part.data()) &&
         not_after(part.data() + part.size(), text_.data() + text_.size());
}

void DocumentBuilder::SkipToToken() {
  const char* end = text_.data() + text_.size();
  cursor_ = std::find_if_not(cursor_, end, [](char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r' ||
           character == ',' || character == ':';
  });
}

void DocumentBuilder::SkipString(std::string_view content) {
  ++cursor_;
  if (content.data() == cursor_) {
    cursor_ += content.size() + 1;
    return;
  }
  while (*cursor_ != '"') cursor_ += *cursor_ == '\\' ? 2 : 1;
  ++cursor_;
}

bool DocumentBuilder::HasDuplicateKey(Value object) const {
  if (object.size() <= kFewMembers) {
    for (Value member = object.First(); member.valid(); member = member.Next()) {
      for (Value other = member.Next(); other.valid(); other = other.Next()) {
        if (member.key() == other.key()) return true;
      }
    }
    return false;
  }
  std::vector<std::string_view> names;
  names.reserve(object.size());
  for (Value member = object.First(); member.valid(); member = member.Next()) {
    names.push_back(member.key());
  }
  return HasEqualNeighbours(names);
}

}  // namespace coffer::json
