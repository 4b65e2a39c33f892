// The local certificate authority: a folder with its certificate and its key, and the certificates
// that it issues in memory.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;  // EVP_PKEY and X509 of OpenSSL
struct x509_st;

namespace understudy::net {

struct FreeOpenssl {
  void operator()(evp_pkey_st* key) const noexcept;
  void operator()(x509_st* certificate) const noexcept;
};
using PrivateKey = std::unique_ptr<evp_pkey_st, FreeOpenssl>;
using Certificate = std::unique_ptr<x509_st, FreeOpenssl>;

/// Immutable, thread-safe.
class Authority {
 public:
  /// $XDG_CONFIG_HOME/understudy, else $HOME/.config/understudy; empty where neither is set.
  [[nodiscard]] static std::filesystem::path usual_folder();
  [[nodiscard]] static std::filesystem::path certificate_file(const std::filesystem::path& folder);
  [[nodiscard]] static std::filesystem::path key_file(const std::filesystem::path& folder);

  /// Null where the folder holds none, with the reason in `problem` where it holds a broken one.
  [[nodiscard]] static std::shared_ptr<const Authority> load(const std::filesystem::path& folder,
                                                             std::string& problem);
  /// Makes a new one in the folder, which holds none: its key is readable by its owner only. Null,
  /// with the reason in `problem`, where that can't be written.
  [[nodiscard]] static std::shared_ptr<const Authority> make(const std::filesystem::path& folder,
                                                             std::string& problem);
  /// Copies one that exists into the folder.
  [[nodiscard]] static std::shared_ptr<const Authority> take(
      const std::filesystem::path& folder, const std::filesystem::path& certificate,
      const std::filesystem::path& key, std::string& problem);

  [[nodiscard]] x509_st* certificate() const noexcept { return certificate_.get(); }
  /// The name that its certificate bears, as people read it.
  [[nodiscard]] std::string name() const;
  /// "2036-11-27".
  [[nodiscard]] std::string expires() const;

  /// A certificate for `key` and those names and addresses, of which there is at least one. Null
  /// where OpenSSL refuses one of them.
  [[nodiscard]] Certificate issue(evp_pkey_st& key, const std::vector<std::string>& names) const;

 private:
  Authority(PrivateKey key, Certificate certificate)
      : key_(std::move(key)), certificate_(std::move(certificate)) {}

  PrivateKey key_;
  Certificate certificate_;
};

/// Whether it is an IP address, and no name.
[[nodiscard]] bool is_ip_address(const std::string& name);

/// Of the curve P-256; null where OpenSSL refuses.
[[nodiscard]] PrivateKey make_private_key();

/// The last complaint of OpenSSL in this thread, and forgets it.
[[nodiscard]] std::string openssl_problem();

}  // namespace understudy::net
