#pragma once

#include "rotation/executors/line_splitter.h"

#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::rotation {

/// Lines that a process prints while somebody else works with it. Thread-safe.
class PrintedLines {
 public:
  void AddOutput(std::string_view bytes) {
    const std::scoped_lock lock(mutex_);
    output_.Add(bytes);
  }
  void AddError(std::string_view bytes) {
    const std::scoped_lock lock(mutex_);
    error_.Add(bytes);
  }
  /// The process has ended.
  void Finish() {
    const std::scoped_lock lock(mutex_);
    output_.Finish();
    error_.Finish();
  }
  /// The limits begin anew.
  void StartStep() {
    const std::scoped_lock lock(mutex_);
    output_.StartStep();
    error_.StartStep();
  }
  /// What was printed since the last time.
  [[nodiscard]] std::vector<std::string> Take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
  LineSplitter output_{[this](std::string_view line) { lines_.emplace_back(line); }};
  LineSplitter error_{[this](std::string_view line) { lines_.emplace_back(line); }};
};

}  // namespace coffer::rotation
