#include "net/local_certificates.h"

#include "net/certificate_maker.h"
#include "net/tls_context.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace coffer {
namespace {

namespace fs = std::filesystem;

std::string Contents(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Overwrite(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }

class LocalCertificatesTest : public testing::Test {
 protected:
  net::LocalCertificates Ensure(const std::vector<std::string>& names = {}) {
    return net::EnsureLocalCertificates(directory(), names);
  }
  [[nodiscard]] fs::path directory() const { return temporary_.path() / "tls"; }

 private:
  test::TemporaryDirectory temporary_;
};

TEST_F(LocalCertificatesTest, MakesWhatATlsContextAccepts) {
  const auto files = Ensure();

  EXPECT_NE(net::MakeTlsContext(files.certificate, files.private_key), nullptr);
}

TEST_F(LocalCertificatesTest, KeepsKeysToTheOwner) {
  const auto files = Ensure();

  const auto owner = fs::perms::owner_read | fs::perms::owner_write;
  const auto all = owner | fs::perms::group_read | fs::perms::others_read;
  EXPECT_EQ(fs::status(files.private_key).permissions(), owner);
  EXPECT_EQ(fs::status(directory() / "ca.key").permissions(), owner);
  EXPECT_EQ(fs::status(files.authority).permissions(), all);
  EXPECT_EQ(fs::status(files.certificate).permissions(), all);
  EXPECT_EQ(fs::status(directory()).permissions(), fs::perms::owner_all);
}

TEST_F(LocalCertificatesTest, KeepsUsableOnes) {
  const auto files = Ensure({"vault.example"});
  const std::string authority = Contents(files.authority);
  const std::string certificate = Contents(files.certificate);

  static_cast<void>(Ensure({"vault.example"}));
  static_cast<void>(Ensure());

  EXPECT_EQ(Contents(files.authority), authority);
  EXPECT_EQ(Contents(files.certificate), certificate);
}

TEST_F(LocalCertificatesTest, MakesTheLeafAnewForAMissingNameUnderTheSameAuthority) {
  const auto files = Ensure();
  const std::string authority = Contents(files.authority);
  const std::string certificate = Contents(files.certificate);

  static_cast<void>(Ensure({"vault.example", "10.1.2.3", "fd00::1", "*.example"}));
  const std::string renewed = Contents(files.certificate);
  static_cast<void>(Ensure({"vault.example", "10.1.2.3", "fd00::1", "*.example"}));

  EXPECT_EQ(Contents(files.authority), authority);
  EXPECT_NE(renewed, certificate);
  EXPECT_EQ(Contents(files.certificate), renewed);
}

TEST_F(LocalCertificatesTest, ReplacesWhatCannotBeUsed) {
  for (const char* name : {"server.pem", "server.key", "ca.pem", "ca.key"}) {
    SCOPED_TRACE(name);
    const auto files = Ensure();
    Overwrite(directory() / name, "damaged");

    const auto repaired = Ensure();

    EXPECT_NE(net::MakeTlsContext(repaired.certificate, repaired.private_key), nullptr);
    EXPECT_NE(Contents(directory() / name), "damaged");
  }
}

TEST_F(LocalCertificatesTest, LeavesNoTemporaryFile) {
  static_cast<void>(Ensure());

  const auto count = std::distance(fs::directory_iterator(directory()), fs::directory_iterator());
  EXPECT_EQ(count, 4);
}

TEST_F(LocalCertificatesTest, NamesTheDirectoryThatCannotBeMade) {
  EXPECT_THROW(static_cast<void>(net::EnsureLocalCertificates("/proc/none/such", {})),
               std::runtime_error);
}

TEST(CertificateMakerTest, LeafNamesHostsAndAddresses) {
  const auto authority = net::MakeAuthority();
  const auto leaf = net::MakeLeaf(authority, {"a.example", "127.0.0.1", "::1"});
  const auto is_leaf_for = [&](const std::vector<std::string>& names) {
    return net::IsLeafFor(leaf.certificate.get(), authority.certificate.get(), names);
  };

  EXPECT_TRUE(is_leaf_for({"a.example", "127.0.0.1", "::1"}));
  EXPECT_FALSE(is_leaf_for({"b.example"}));
  EXPECT_FALSE(is_leaf_for({"127.0.0.2"}));
}

TEST(CertificateMakerTest, LeafBelongsToOneAuthority) {
  const auto authority = net::MakeAuthority();
  const auto other = net::MakeAuthority();
  const auto leaf = net::MakeLeaf(authority, {"a.example"});

  EXPECT_FALSE(net::IsLeafFor(leaf.certificate.get(), other.certificate.get(), {"a.example"}));
}

TEST(CertificateMakerTest, LeafIsUsableForItsDaysAndItsKey) {
  const auto authority = net::MakeAuthority();
  const auto leaf = net::MakeLeaf(authority, {"a.example"});

  EXPECT_TRUE(net::IsUsable(leaf.certificate.get(), leaf.key.get(), 396));
  EXPECT_FALSE(net::IsUsable(leaf.certificate.get(), leaf.key.get(), 397));
  EXPECT_FALSE(net::IsUsable(leaf.certificate.get(), authority.key.get(), 1));
  EXPECT_FALSE(net::IsUsable(nullptr, leaf.key.get(), 1));
}

TEST(CertificateMakerTest, AuthorityMaySignLeavesOnly) {
  const auto authority = net::MakeAuthority();
  X509* certificate = authority.certificate.get();

  EXPECT_EQ(X509_check_ca(certificate), 1);
  EXPECT_EQ(X509_get_pathlen(certificate), 0);
  EXPECT_EQ(X509_get_key_usage(certificate), static_cast<unsigned>(KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  EXPECT_TRUE(net::IsUsable(certificate, authority.key.get(), 3650));
}

TEST(TlsContextTest, NamesTheFileAtFault) {
  const test::TemporaryDirectory directory;
  const auto files = net::EnsureLocalCertificates(directory.path(), {});
  const auto message = [](const fs::path& certificate, const fs::path& key) -> std::string {
    try {
      static_cast<void>(net::MakeTlsContext(certificate, key));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };

  EXPECT_NE(message("/none.pem", files.private_key).find("/none.pem"), std::string::npos);
  EXPECT_NE(message(files.certificate, "/none.key").find("/none.key"), std::string::npos);
  EXPECT_NE(message(files.certificate, directory.path() / "ca.key").find("ca.key"),
            std::string::npos);
}

}  // namespace
}  // namespace coffer
