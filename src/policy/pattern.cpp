#include "policy/pattern.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace coffer::policy {

namespace {

// The bytes of the character that begins at `at`.
std::size_t CharacterBytes(std::string_view text, std::size_t at) {
  const auto is_continuation = [&](std::size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
  };
  std::size_t end = at + 1;
  while (is_continuation(end)) ++end;
  return end - at;
}

constexpr std::array kWildcardBytes{kAnyRun, kAnyOne};
constexpr std::string_view kWildcards(kWildcardBytes.data(), kWildcardBytes.size());

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// What stands between single quotes; nullopt when there are none.
std::optional<std::string> Quoted(std::string_view text) {
  text = Trim(text);
  if (text.size() < 2 || !text.starts_with('\'') || !text.ends_with('\'')) return std::nullopt;
  return std::string(text.substr(1, text.size() - 2));
}

// A request may carry bytes that are no UTF-8, in a header for one: they must not become wildcards.
bool IsLiteral(std::string_view text) {
  return text.find_first_of(kWildcards) == std::string_view::npos;
}

}  // namespace

// Two pointers with one point to go back to: the last run. What an earlier run would take, the last
// one can take too.
bool Matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t run = std::string_view::npos;  // Behind the last kAnyRun.
  std::size_t retry = 0;                     // Where the text behind it was last tried.
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kAnyRun) {
      run = ++p;
      if (run == pattern.size()) return true;  // It takes all the rest.
      const std::size_t next = pattern.find_first_of(kWildcards, run);
      const std::string_view literal = pattern.substr(run, next - run);
      if (next == std::string_view::npos) return text.substr(t).ends_with(literal);
      if (pattern[next] == kAnyRun) {
        // The first place is as good as any, so there is nothing to go back to.
        const void* const found =
            ::memmem(text.data() + t, text.size() - t, literal.data(), literal.size());
        if (found == nullptr) return false;
        t = static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) +
            literal.size();
        p = next;
        run = std::string_view::npos;
        continue;
      }
      retry = t;
    } else if (p < pattern.size() && pattern[p] == kAnyOne) {
      ++p;
      t += CharacterBytes(text, t);
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (run != std::string_view::npos) {
      retry += CharacterBytes(text, retry);
      p = run;
      t = retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kAnyRun) ++p;
  return p == pattern.size();
}

std::string PatternOf(std::string_view text, Wildcards wildcards) {
  std::string pattern(text);
  if (wildcards == Wildcards::kLiteral) return pattern;
  for (char& c : pattern) {
    if (c == '*') c = kAnyRun;
    if (c == '?') c = kAnyOne;
  }
  return pattern;
}

TextTemplate::TextTemplate(std::string_view text, Wildcards wildcards, Variables variables) {
  std::string literal;
  const auto current = [&]() -> std::string& {
    return pieces_.empty() ? head_ : pieces_.back().tail;
  };
  while (variables == Variables::kExpanded) {
    const std::size_t begin = text.find("${");
    const std::size_t end = text.find('}', begin);
    if (begin == std::string_view::npos || end == std::string_view::npos) break;
    current() += PatternOf(text.substr(0, begin), wildcards);
    literal.clear();
    if (!AddVariable(text.substr(begin + 2, end - begin - 2), literal)) current() += literal;
    text.remove_prefix(end + 1);
  }
  current() += PatternOf(text, wildcards);
  prefix_size_ = std::min(head_.find_first_of(kWildcards), head_.size());
}

bool TextTemplate::AddVariable(std::string_view inside, std::string& literal) {
  if (inside == "*" || inside == "?" || inside == "$") {
    literal = inside;
    return false;
  }
  std::optional<std::string> fallback;
  const std::size_t comma = inside.find(',');
  if (comma != std::string_view::npos) fallback = Quoted(inside.substr(comma + 1));
  pieces_.push_back({.key = ContextKey(Trim(inside.substr(0, comma))),
                     .fallback = std::move(fallback),
                     .tail = {}});
  return true;
}

std::vector<ContextKey> TextTemplate::variables() const {
  std::vector<ContextKey> keys;
  keys.reserve(pieces_.size());
  for (const Piece& piece : pieces_) keys.push_back(piece.key);
  return keys;
}

std::optional<std::string> TextTemplate::Expand(const RequestContext& context) const {
  std::string pattern = head_;
  for (const Piece& piece : pieces_) {
    const ContextValue value = context.Find(piece.key);
    const std::string* single = std::get_if<std::string>(&value);
    if (single != nullptr && !single->empty()) {
      if (!context.values_are_patterns() && !IsLiteral(*single)) return std::nullopt;
      pattern += *single;
    } else if (piece.fallback) {
      pattern += *piece.fallback;
    } else {
      return std::nullopt;
    }
    pattern += piece.tail;
  }
  return pattern;
}

}  // namespace coffer::policy
