#include "net/certificate_maker.h"

#include <openssl/err.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>

namespace coffer::net {
namespace {

constexpr int kSecondsOfDay = 24 * 60 * 60;
constexpr long kBackdatedSeconds = 3600;  // For clients whose clocks are behind.
constexpr int kAuthorityDays = 3652;
constexpr int kLeafDays = 397;
constexpr int kSerialBits = 127;  // RFC 5280 §4.1.2.2: positive, at most 20 bytes.

void Require(bool done) {
  if (!done) throw std::runtime_error("cannot make a certificate: " + TakeOpenSslError());
}

CertificateHandle NewCertificate(EVP_PKEY* key, int days) {
  CertificateHandle certificate(X509_new());
  const NumberHandle serial(BN_new());
  Require(certificate && serial &&
          BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1);
  X509* bare = certificate.get();
  Require(X509_set_version(bare, X509_VERSION_3) == 1 &&
          BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(bare)) != nullptr &&
          X509_gmtime_adj(X509_getm_notBefore(bare), -kBackdatedSeconds) != nullptr &&
          X509_time_adj_ex(X509_getm_notAfter(bare), days, -kBackdatedSeconds, nullptr) !=
              nullptr &&
          X509_set_pubkey(bare, key) == 1);
  return certificate;
}

void SetName(X509_NAME* name, const std::string& common_name) {
  const auto add = [name](const char* field, const std::string& value) {
    Require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(value.c_str()), -1,
                                       -1, 0) == 1);
  };
  add("O", "Coffer");
  add("CN", common_name);
}

void AddExtension(X509* certificate, X509V3_CTX& context, int kind, const std::string& value) {
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  Require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Not through OpenSSL's configuration syntax, in which a name could be taken for something else.
void AddNames(X509* certificate, const std::vector<std::string>& names) {
  const NamesHandle alternatives(GENERAL_NAMES_new());
  Require(alternatives != nullptr);
  for (const std::string& name : names) {
    GENERAL_NAME* entry = GENERAL_NAME_new();
    Require(entry != nullptr && sk_GENERAL_NAME_push(alternatives.get(), entry) > 0);
    if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str()); address != nullptr) {
      GENERAL_NAME_set0_value(entry, GEN_IPADD, address);
      continue;
    }
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    Require(text != nullptr && ASN1_STRING_set(text, name.c_str(), -1) == 1);
    GENERAL_NAME_set0_value(entry, GEN_DNS, text);
  }
  ERR_clear_error();  // Each host name left one behind, for not being an address.
  Require(X509_add1_ext_i2d(certificate, NID_subject_alt_name, alternatives.get(), 0, 0) == 1);
}

KeyHandle NewKey() {
  KeyHandle key(EVP_EC_gen("P-256"));
  Require(key != nullptr);
  return key;
}

// The serial number is random; its end makes a name that no other authority has.
std::string SerialSuffix(const X509* certificate) {
  constexpr std::size_t kLength = 8;
  const NumberHandle serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  Require(serial != nullptr);
  const TextHandle digits(BN_bn2hex(serial.get()));
  Require(digits != nullptr);
  const std::string text = digits.get();
  return text.substr(text.size() - std::min(text.size(), kLength));
}

}  // namespace

KeyPair MakeAuthority() {
  KeyHandle key = NewKey();
  CertificateHandle certificate = NewCertificate(key.get(), kAuthorityDays);
  X509* bare = certificate.get();
  // A name of its own: two authorities of one name, in one trust store, confuse clients.
  SetName(X509_get_subject_name(bare), "Coffer local authority " + SerialSuffix(bare));
  Require(X509_set_issuer_name(bare, X509_get_subject_name(bare)) == 1);

  X509V3_CTX context{};
  X509V3_set_ctx(&context, bare, bare, nullptr, nullptr, 0);
  AddExtension(bare, context, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  AddExtension(bare, context, NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(bare, context, NID_subject_key_identifier, "hash");
  AddExtension(bare, context, NID_authority_key_identifier, "keyid:always");
  Require(X509_sign(bare, key.get(), EVP_sha256()) > 0);
  return {std::move(key), std::move(certificate)};
}

KeyPair MakeLeaf(const KeyPair& authority, const std::vector<std::string>& names) {
  KeyHandle key = NewKey();
  CertificateHandle certificate = NewCertificate(key.get(), kLeafDays);
  X509* bare = certificate.get();
  SetName(X509_get_subject_name(bare), "Coffer");
  Require(X509_set_issuer_name(bare, X509_get_subject_name(authority.certificate.get())) == 1);

  X509V3_CTX context{};
  X509V3_set_ctx(&context, authority.certificate.get(), bare, nullptr, nullptr, 0);
  AddExtension(bare, context, NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(bare, context, NID_key_usage, "critical,digitalSignature");
  AddExtension(bare, context, NID_ext_key_usage, "serverAuth");
  AddExtension(bare, context, NID_subject_key_identifier, "hash");
  AddExtension(bare, context, NID_authority_key_identifier, "keyid:always");
  AddNames(bare, names);
  Require(X509_sign(bare, authority.key.get(), EVP_sha256()) > 0);
  return {std::move(key), std::move(certificate)};
}

bool IsUsable(const X509* certificate, const EVP_PKEY* key, int days) {
  if (certificate == nullptr || key == nullptr) return false;
  std::time_t then = std::time(nullptr) + std::time_t{days} * kSecondsOfDay;
  return X509_cmp_time(X509_get0_notAfter(certificate), &then) > 0 &&
         X509_check_private_key(certificate, key) == 1;
}

bool IsLeafFor(X509* certificate, const X509* authority, const std::vector<std::string>& names) {
  if (X509_verify(certificate, X509_get0_pubkey(authority)) != 1) return false;
  for (const std::string& name : names) {
    const bool named = X509_check_ip_asc(certificate, name.c_str(), 0) == 1 ||
                       X509_check_host(certificate, name.c_str(), name.size(),
                                       X509_CHECK_FLAG_NO_WILDCARDS, nullptr) == 1;
    if (!named) return false;
  }
  return true;
}

}  // namespace coffer::net
