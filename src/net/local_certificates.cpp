#include "net/local_certificates.h"

#include "base/durable_file.h"
#include "base/log.h"
#include "net/certificate_maker.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <sys/types.h>
#include <system_error>

namespace coffer::net {
namespace {

constexpr int kRenewalDays = 30;
constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kReadableByAll = 0644;

std::string_view Contents(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

// The key goes first: a crash in between leaves a pair that does not match and is made anew.
void Save(const KeyPair& pair, const std::filesystem::path& key,
          const std::filesystem::path& certificate) {
  const BioHandle key_text(BIO_new(BIO_s_secmem()));
  const BioHandle certificate_text(BIO_new(BIO_s_mem()));
  if (!key_text || !certificate_text ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), pair.key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1 ||
      PEM_write_bio_X509(certificate_text.get(), pair.certificate.get()) != 1) {
    throw std::runtime_error("cannot encode a certificate: " + TakeOpenSslError());
  }
  base::ReplaceFile(key, kOwnerOnly, {Contents(key_text.get())});
  base::ReplaceFile(certificate, kReadableByAll, {Contents(certificate_text.get())});
}

// What cannot be read comes back empty and is made anew.
KeyPair Load(const std::filesystem::path& key, const std::filesystem::path& certificate) {
  KeyPair pair;
  const BioHandle key_file(BIO_new_file(key.c_str(), "r"));
  const BioHandle certificate_file(BIO_new_file(certificate.c_str(), "r"));
  if (key_file && certificate_file) {
    pair.key.reset(PEM_read_bio_PrivateKey(key_file.get(), nullptr, RefusePassphrase, nullptr));
    pair.certificate.reset(
        PEM_read_bio_X509(certificate_file.get(), nullptr, RefusePassphrase, nullptr));
  }
  ERR_clear_error();
  return pair;
}

std::vector<std::string> WithLocalNames(const std::vector<std::string>& names) {
  std::vector<std::string> all = {"localhost", "127.0.0.1", "::1"};
  for (const std::string& name : names) {
    if (!name.empty() && std::ranges::find(all, name) == all.end()) all.push_back(name);
  }
  return all;
}

}  // namespace

LocalCertificates EnsureLocalCertificates(const std::filesystem::path& directory,
                                          const std::vector<std::string>& names) {
  std::error_code error;
  if (std::filesystem::create_directories(directory, error)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    throw std::runtime_error("cannot create " + directory.string() + ": " + error.message());
  }
  const std::filesystem::path authority_key = directory / "ca.key";
  const LocalCertificates files{directory / "ca.pem", directory / "server.pem",
                                directory / "server.key"};

  // The authority's key is kept so that a renewed leaf is trusted by those who trust this one.
  KeyPair authority = Load(authority_key, files.authority);
  if (!IsUsable(authority.certificate.get(), authority.key.get(), kRenewalDays)) {
    authority = MakeAuthority();
    Save(authority, authority_key, files.authority);
    base::log::Info("certificate_authority.created", {{"file", files.authority.string()}});
  }
  const std::vector<std::string> all_names = WithLocalNames(names);
  const KeyPair leaf = Load(files.private_key, files.certificate);
  if (!IsUsable(leaf.certificate.get(), leaf.key.get(), kRenewalDays) ||
      !IsLeafFor(leaf.certificate.get(), authority.certificate.get(), all_names)) {
    Save(MakeLeaf(authority, all_names), files.private_key, files.certificate);
    base::log::Info("certificate.created", {{"file", files.certificate.string()}});
  }
  return files;
}

}  // namespace coffer::net
