#include "json/document.h"

#include "json/document_builder.h"

#include <boost/json/basic_parser_impl.hpp>

#include <cstring>

namespace coffer::json {

namespace {

// What a document may keep for the next one.
constexpr std::size_t kKeepBytes = std::size_t{256} * 1024;

std::string_view ReasonOf(const boost::json::error_code& code) {
  if (!code) return "text after the value";
  if (code == boost::json::error::too_deep) return "nested too deeply";
  if (code == boost::json::error::incomplete) return "unexpected end";
  return "syntax error";
}

}  // namespace

Kind Value::kind() const { return document_->nodes_[index_].kind; }
bool Value::boolean() const { return document_->nodes_[index_].boolean; }
std::int64_t Value::integer() const { return document_->nodes_[index_].integer; }
double Value::number() const { return document_->nodes_[index_].number; }
std::string_view Value::text() const { return document_->nodes_[index_].text; }
std::string_view Value::key() const { return document_->nodes_[index_].key; }
std::size_t Value::size() const { return document_->nodes_[index_].count; }
std::size_t Value::offset() const { return document_->nodes_[index_].offset; }

Value Value::First() const { return size() == 0 ? Value() : Value(document_, index_ + 1); }

Value Value::Next() const {
  const std::uint32_t next = document_->nodes_[index_].next;
  return next == 0 ? Value() : Value(document_, next);
}

Document::~Document() { Clear(); }

void Document::Clear() {
  if (!unescaped_.empty()) ::explicit_bzero(unescaped_.data(), unescaped_.size());
  unescaped_.clear();
  if (unescaped_.capacity() > kKeepBytes) unescaped_ = {};
  nodes_.clear();
  open_.clear();
}

std::expected<Value, ParseError> Document::Parse(std::string_view text, const Limits& limits) {
  Clear();
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  boost::json::basic_parser<DocumentBuilder> parser(options, *this, text, limits);
  boost::json::error_code code;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), code);
  if (!code && parsed == text.size()) return Value(this, 0);

  Clear();
  const std::string_view reason = parser.handler().reason();
  return std::unexpected(ParseError{parsed, reason.empty() ? ReasonOf(code) : reason});
}

}  // namespace coffer::json
