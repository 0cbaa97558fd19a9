// Whether the time of a comparison tells where the first wrong byte is: pairs of comparisons, one
// wrong at byte 0 and one at byte 1 to 31, in random order, and the median of their differences
// with its bootstrapped interval. It prints intervals and no verdict, but for the control: memcmp,
// which must show what a leak looks like.

#include "base/encoding.h"
#include "crypto/digest.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <sched.h>
#include <span>
#include <string>
#include <vector>

namespace coffer {
namespace {

using Bytes = std::vector<std::byte>;
using Comparison = std::function<bool(std::span<const std::byte>, std::span<const std::byte>)>;

constexpr int kRepeats = 64;     // In one reading: a comparison is shorter than the clock's step.
constexpr int kResamples = 400;  // Of the bootstrap.
constexpr int kPositions[] = {1, 7, 8, 15, 16, 24, 31};

struct Subject {
  const char* name;
  std::size_t size;
  Comparison equal;
};

/// Not inlined, and slow in the way that a comparison byte by byte is.
bool StopsEarly(std::span<const std::byte> a, std::span<const std::byte> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const volatile std::byte x = a[i];
    const volatile std::byte y = b[i];
    if (x != y) return false;
  }
  return true;
}

// As the code that compares them has them: row MACs, signatures, hashes of rotation tokens in hex.
std::vector<Subject> Subjects() {
  const Comparison constant = [](std::span<const std::byte> a, std::span<const std::byte> b) {
    return crypto::ConstantTimeEqual(a, b);
  };
  const Comparison signature = [](std::span<const std::byte> sent, std::span<const std::byte> own) {
    crypto::Sha256Digest decoded{};
    return base::FromHex(base::AsText(sent), decoded) &&
           crypto::ConstantTimeEqual(decoded, own.first(decoded.size()));
  };
  return {{"row MAC", 16, constant},
          {"signature", 32, constant},
          {"signature, from hexadecimal", 64, signature},
          {"hash of a rotation token", 64, constant},
          {"control: stops early", 32, StopsEarly}};
}

double Nanoseconds(const Subject& subject, std::span<const std::byte> a,
                   std::span<const std::byte> b) {
  int equal = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRepeats; ++i) equal += subject.equal(a, b) ? 1 : 0;
  const auto end = std::chrono::steady_clock::now();
  if (equal != 0) std::abort();  // None of them is right.
  return std::chrono::duration<double, std::nano>(end - begin).count() / kRepeats;
}

double Median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

struct Interval {
  double low, median, high;
};

/// 99 % of the medians of samples drawn from `differences` with replacement lie within.
Interval Bootstrap(const std::vector<double>& differences, std::mt19937_64& random) {
  std::uniform_int_distribution<std::size_t> draw(0, differences.size() - 1);
  std::vector<double> medians;
  std::vector<double> sample(differences.size());
  for (int i = 0; i < kResamples; ++i) {
    std::ranges::generate(sample, [&] { return differences[draw(random)]; });
    medians.push_back(Median(sample));
  }
  std::ranges::sort(medians);
  const std::size_t cut = kResamples / 200;
  std::vector<double> all = differences;
  return {medians[cut], Median(all), medians[kResamples - 1 - cut]};
}

/// `own` as somebody sends it whose guess is wrong at `position` for the first time, and behind it.
Bytes WrongFrom(Bytes own, std::size_t position, bool is_hex) {
  for (std::size_t i = position; i < own.size(); ++i) own[i] ^= std::byte{0xFF};
  if (!is_hex) return own;
  const std::string text = base::ToHex(own);
  const auto bytes = base::AsBytes(text);
  return {bytes.begin(), bytes.end()};
}

Interval Measure(const Subject& subject, std::size_t position, int pairs, std::mt19937_64& random) {
  const bool is_hex = std::strstr(subject.name, "from hexadecimal") != nullptr;
  Bytes own(is_hex ? subject.size / 2 : subject.size);
  Bytes guess;
  std::vector<double> differences;
  for (int pair = 0; pair < pairs; ++pair) {
    // Another secret each time: nothing about one of them is to stand for all.
    if (pair % 16 == 0)
      std::ranges::generate(own, [&] { return static_cast<std::byte>(random()); });
    const Bytes early = WrongFrom(own, 0, is_hex);
    const Bytes late = WrongFrom(own, position, is_hex);
    // Both from one place: where a guess lies in memory has a time of its own.
    const auto time_of = [&](const Bytes& wrong) {
      guess = wrong;
      return Nanoseconds(subject, guess, own);
    };
    double early_time = 0;
    double late_time = 0;
    if (random() % 2 == 0) {
      early_time = time_of(early);
      late_time = time_of(late);
    } else {
      late_time = time_of(late);
      early_time = time_of(early);
    }
    differences.push_back(late_time - early_time);
  }
  return Bootstrap(differences, random);
}

void StayOnOneCore() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(std::max(::sched_getcpu(), 0)), &cores);
  (void)::sched_setaffinity(0, sizeof(cores), &cores);
}

int Run(int pairs, std::uint64_t seed) {
  StayOnOneCore();
  std::mt19937_64 random(seed);
  std::printf("%d pairs of %d comparisons, seed %llu; late minus early in ns, 99 %% interval\n\n",
              pairs, kRepeats, static_cast<unsigned long long>(seed));
  bool control_shows = false;
  for (const Subject& subject : Subjects()) {
    std::printf("%s\n", subject.name);
    for (const int position : kPositions) {
      if (static_cast<std::size_t>(position) >= subject.size) continue;
      const Interval found = Measure(subject, static_cast<std::size_t>(position), pairs, random);
      std::printf("  byte %2d   %+7.3f  [%+7.3f, %+7.3f]\n", position, found.median, found.low,
                  found.high);
      if (subject.size == 32 && position == 31) control_shows = found.low > 1;
    }
  }
  std::printf("\nthe control %s\n",
              control_shows ? "shows its leak" : "shows nothing: do not trust");
  return control_shows ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace coffer

int main(int argc, char** argv) {
  const int pairs = argc > 1 ? std::atoi(argv[1]) : 100'000;
  const std::uint64_t seed =
      argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::random_device{}();
  return coffer::Run(std::max(pairs, 100), seed);
}
