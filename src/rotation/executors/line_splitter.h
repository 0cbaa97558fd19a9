#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace coffer::rotation {

/// Makes lines of what a function prints. Ends of lines are cut off (`\n`, `\r\n`); a line is cut
/// at `kLongestLine`, and after `kMostBytes` nothing more is passed on: the rest is read and
/// forgotten, so that a function that floods its log neither blocks nor fills a disk. Not
/// thread-safe.
class LineSplitter {
 public:
  static constexpr std::size_t kLongestLine = std::size_t{64} * 1024;
  static constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;

  using Sink = std::function<void(std::string_view line)>;

  explicit LineSplitter(Sink sink) : sink_(std::move(sink)) {}
  LineSplitter(const LineSplitter&) = delete;
  LineSplitter& operator=(const LineSplitter&) = delete;
  ~LineSplitter();

  void Add(std::string_view bytes);
  /// Passes on a last line without an end.
  void Finish();
  /// The last line that was not empty, passed on or not.
  [[nodiscard]] const std::string& last_line() const { return last_line_; }
  /// A new step begins: it may print as much again.
  void StartStep() {
    passed_on_ = 0;
    is_full_ = false;
  }

 private:
  void Append(std::string_view piece);
  void EmitLine();

  Sink sink_;
  std::string line_;
  std::string last_line_;
  std::size_t passed_on_ = 0;
  bool is_full_ = false;
};

}  // namespace coffer::rotation
