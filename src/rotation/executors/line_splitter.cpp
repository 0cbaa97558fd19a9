#include "rotation/executors/line_splitter.h"

#include <cstring>

namespace coffer::rotation {

// What a function prints can hold a secret.
LineSplitter::~LineSplitter() {
  ::explicit_bzero(line_.data(), line_.capacity());
  ::explicit_bzero(last_line_.data(), last_line_.capacity());
}

void LineSplitter::Add(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    Append(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    EmitLine();
    bytes.remove_prefix(end + 1);
  }
}

void LineSplitter::Finish() {
  if (!line_.empty()) EmitLine();
}

void LineSplitter::Append(std::string_view piece) {
  // Reserved once, so that no copy of a half line is left behind by growing.
  if (line_.capacity() < kLongestLine) line_.reserve(kLongestLine);
  line_.append(piece.substr(0, kLongestLine - line_.size()));
}

void LineSplitter::EmitLine() {
  if (line_.ends_with('\r')) line_.pop_back();
  if (!is_full_) {
    // The end of a line counts, so that empty lines do not come for nothing.
    passed_on_ += line_.size() + 1;
    is_full_ = passed_on_ > kMostBytes;
    sink_(is_full_ ? std::string_view("(the function prints too much: the rest is left out)")
                   : std::string_view(line_));
  }
  // Swapped, not copied: both have room for the longest line by now.
  if (!line_.empty()) line_.swap(last_line_);
  ::explicit_bzero(line_.data(), line_.size());
  line_.clear();
}

}  // namespace coffer::rotation
