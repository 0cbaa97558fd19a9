#include "coffer/secret_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace {

// What a block of memory held when it was given back, for the one block that a test watches.
const void* watched = nullptr;
std::string given_back;

void Release(void* block, std::size_t size) noexcept {
  if (block != nullptr && block == watched) {
    watched = nullptr;
    given_back.assign(static_cast<const char*>(block), std::min(size, given_back.capacity()));
  }
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* const block = std::malloc(size == 0 ? 1 : size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { Release(block, 0); }
void operator delete(void* block, std::size_t size) noexcept { Release(block, size); }

namespace coffer {
namespace {

constexpr std::string_view kSecret = "correct horse battery staple";

/// Answers what is in the memory of `bytes` once `end` has let go of it.
template <class End>
std::string Remains(SecretBytes& bytes, const End& end) {
  given_back.reserve(1024);
  given_back.clear();
  watched = bytes.Expose().data();
  end();
  EXPECT_EQ(watched, nullptr) << "nothing was given back";
  return given_back;
}

TEST(SecretBytesTest, AreWipedWhenTheyAreDestroyed) {
  auto* const bytes = new SecretBytes(SecretBytes::FromText(kSecret));
  EXPECT_EQ(Remains(*bytes, [&] { delete bytes; }), std::string(kSecret.size(), '\0'));
}

TEST(SecretBytesTest, AreWipedWhenOthersTakeTheirPlace) {
  SecretBytes bytes = SecretBytes::FromText(kSecret);
  EXPECT_EQ(Remains(bytes, [&] { bytes = SecretBytes::FromText("another"); }),
            std::string(kSecret.size(), '\0'));
  EXPECT_EQ(bytes.ExposeText(), "another");
}

TEST(SecretBytesTest, WhatIsCutOffIsWipedAtOnce) {
  SecretBytes bytes = SecretBytes::FromText(kSecret);
  const char* const start = bytes.ExposeText().data();
  bytes.Truncate(7);
  EXPECT_EQ(bytes.ExposeText(), "correct");
  // The memory is still the vector's own.
  EXPECT_EQ(std::string_view(start, kSecret.size()).substr(7),
            std::string(kSecret.size() - 7, '\0'));
}

TEST(SecretBytesTest, WhatWasMovedFromIsEmpty) {
  SecretBytes bytes = SecretBytes::FromText(kSecret);
  const SecretBytes other = std::move(bytes);
  EXPECT_TRUE(bytes.empty());  // NOLINT(bugprone-use-after-move): it is what is tested.
  EXPECT_EQ(other.ExposeText(), kSecret);
}

}  // namespace
}  // namespace coffer
