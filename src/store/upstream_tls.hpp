// The options of an upstream's URL that ask for TLS, by the names that each protocol's own clients
// give them.
//   postgres  sslmode=disable|allow|prefer|require|verify-ca|verify-full sslrootcert= sslcert=
//   sslkey=
//             sslnegotiation=direct
//   mysql     ssl-mode=DISABLED|PREFERRED|REQUIRED|VERIFY_CA|VERIFY_IDENTITY ssl-ca= ssl-cert=
//   ssl-key= rediss, https  cacert= cert= key= insecure (as redis-cli and curl)
#pragma once

#include <string>
#include <string_view>

#include "understudy/tls.hpp"

namespace understudy::store {

/// Reads them. `by_scheme`: the URL's scheme asks for TLS already. False, with the reason in
/// `problem`, where an option has no such value.
[[nodiscard]] bool read_tls_options(std::string_view protocol, bool by_scheme, std::string_view url,
                                    TlsUpstream& tls, std::string& problem);

/// `?name=value&…`, from which read_tls_options makes the same again wherever it is read; empty
/// where nothing has to be said.
[[nodiscard]] std::string tls_options_of(std::string_view protocol, const TlsUpstream& tls);

}  // namespace understudy::store
