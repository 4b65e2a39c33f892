// `tls` of a service: what its clients are offered.
//   tls: off | optional | required, or true (as optional) or false
//   tls: {mode: …, certificate: FILE, key: FILE, client_ca: FILE,
//         client_certificate: none | optional | required, names: [NAME, …], authority: FOLDER}
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "understudy/document.hpp"
#include "understudy/tls.hpp"

namespace understudy::store {

struct TlsSettings {
  enum class ClientCertificate : std::uint8_t { none, optional, required };

  /// Nothing: `optional` where an authority is there that can make certificates, else `none`.
  std::optional<TlsOffer> offer;
  std::filesystem::path certificate, key;  ///< own ones; empty: made by the authority
  std::filesystem::path client_ca;         ///< who is believed to tell who clients are
  ClientCertificate client_certificate = ClientCertificate::none;
  std::vector<std::string> names;   ///< further names and addresses of the service
  std::filesystem::path authority;  ///< a folder of `understudy ca`; empty: the usual one
};

/// Of a service's entry. Relative paths are those of `folder`. Where an entry makes no sense the
/// reason stands in `problem`, and in `member` the key below `tls`, empty for itself.
[[nodiscard]] TlsSettings tls_settings(const Document& entry, const std::filesystem::path& folder,
                                       std::string& problem, std::string& member);

}  // namespace understudy::store
