#include "net/socket_owner.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

namespace coffer::net {
namespace {

TEST(SocketOwnerTest, FindsTheUserOfAConnection) {
  constexpr std::string_view kTable =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "1\n"
      "   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 "
      "2\n"
      "   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     7        0 "
      "3\n"
      "   3: 0100007F:C351 0100007F:1F90 06 00000000:00000000 03:00000F2A 00000000     0        0 "
      "0\n"
      "   4: 0200007F:C352 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1002        0 "
      "2\n";
  constexpr std::string_view kTable6 =
      "   0: 0000000000000000FFFF00000100007F:C353 0000000000000000FFFF00000100007F:1F90 01 "
      "00000000:00000000 00:00000000 00000000  1003        0 2\n";

  EXPECT_EQ(OwnerInTable(kTable, 50000, 8080), 1001U);
  EXPECT_EQ(OwnerInTable(kTable, 50001, 8080), std::nullopt);  // No longer connected.
  EXPECT_EQ(OwnerInTable(kTable, 50002, 8080), std::nullopt);  // Another address.
  EXPECT_EQ(OwnerInTable(kTable, 50000, 8081), std::nullopt);
  EXPECT_EQ(OwnerInTable(kTable6, 50003, 8080), 1003U);
  EXPECT_EQ(OwnerInTable("", 50000, 8080), std::nullopt);
  EXPECT_EQ(OwnerInTable("garbage\n\n: :\n", 50000, 8080), std::nullopt);
}

}  // namespace
}  // namespace coffer::net
