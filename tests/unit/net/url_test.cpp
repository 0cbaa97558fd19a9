#include "net/url.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::net {
namespace {

TEST(UrlTest, Parts) {
  struct Case {
    std::string url;
    std::string expected;  // `secure host port target authority`; `-` = refused.
  };
  const Case cases[] = {
      {"http://h", "0 h 80 / h"},
      {"https://h", "1 h 443 / h"},
      {"http://h:9000/a/b?c=d", "0 h 9000 /a/b?c=d h:9000"},
      {"https://h.example?x", "1 h.example 443 /?x h.example"},
      {"http://[::1]:8080/", "0 ::1 8080 / [::1]:8080"},
      {"http://[::1]/", "0 ::1 80 / [::1]"},
      {"http://127.0.0.1/", "0 127.0.0.1 80 / 127.0.0.1"},
      {"", "-"},
      {"h", "-"},
      {"ftp://h/", "-"},
      {"http://", "-"},
      {"http:///path", "-"},
      {"http://:80/", "-"},
      {"http://user:password@h/", "-"},
      {"http://h:/", "-"},
      {"http://h:x/", "-"},
      {"http://h:123456/", "-"},
      {"http://h:65535/", "0 h 65535 / h:65535"},
      {"http://h:65536/", "-"},
      {"http://h:-1/", "-"},
      {"http://[::1/", "-"},
      {"http://[::1]x/", "-"},
      {"http://h/a b", "-"},
      {"http://h/a\r\nX: y", "-"},
      {"http://h/#part", "-"},
  };
  for (const auto& [text, expected] : cases) {
    const auto url = ParseUrl(text);
    EXPECT_EQ(url ? std::to_string(static_cast<int>(url->secure)) + " " + url->host + " " +
                        url->port + " " + url->target + " " + url->authority
                  : "-",
              expected)
        << text;
  }
}

}  // namespace
}  // namespace coffer::net
