#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "net/authority.hpp"

namespace understudy::cli {
namespace {

struct Trust {
  std::string_view who, how;  ///< `{0}`: the file of the authority
};

constexpr Trust trusts[] = {
    {"psql, libpq, psycopg", "PGSSLMODE=verify-full PGSSLROOTCERT={0}"},
    {"JDBC (PostgreSQL)", "?sslmode=verify-full&sslrootcert={0}"},
    {"mariadb, mysql",
     "--ssl-ca={0} --ssl-verify-server-cert   (mysql: --ssl-mode=VERIFY_IDENTITY)"},
    {"PyMySQL", "pymysql.connect(ssl_ca=\"{0}\", ssl_verify_identity=True)"},
    {"redis-cli", "--tls --cacert {0}"},
    {"redis-py", "redis.Redis.from_url(\"rediss://…\", ssl_ca_certs=\"{0}\")"},
    {"curl", "--cacert {0}   or CURL_CA_BUNDLE={0}"},
    {"Python requests", "REQUESTS_CA_BUNDLE={0}"},
    {"Python, Ruby, Go, PHP", "SSL_CERT_FILE={0}"},
    {"Node.js", "NODE_EXTRA_CA_CERTS={0}"},
    {"Java",
     "keytool -importcert -noprompt -alias understudy -file {0} -keystore trust.p12 -storepass "
     "changeit, then -Djavax.net.ssl.trustStore=trust.p12"},
    {"Debian, Ubuntu",
     "sudo cp {0} /usr/local/share/ca-certificates/understudy.crt && sudo update-ca-certificates"},
    {"Fedora, RHEL", "sudo trust anchor {0}"},
    {"macOS",
     "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {0}"},
    {"Windows", "certutil -user -addstore Root {0}"},
};

std::shared_ptr<const net::Authority> make_or_take(const CaOptions& options, const Path& folder,
                                                   std::string& problem) {
  if (options.certificate)
    return net::Authority::take(folder, *options.certificate, *options.key, problem);
  return net::Authority::make(folder, problem);
}

}  // namespace

int run_command(const CaOptions& options) {
  std::error_code error;
  const Path folder =
      std::filesystem::absolute(options.folder.value_or(net::Authority::usual_folder()), error);
  if (folder.empty() || error) {
    complain("neither HOME nor XDG_CONFIG_HOME is set; --dir FOLDER says where it is to lie");
    return usage_error;
  }
  std::string problem;
  auto authority = net::Authority::load(folder, problem);
  const bool was_there = authority != nullptr;
  if (was_there && options.certificate) {
    complain(fmt::format("{} holds an authority already; remove it, or choose another --dir",
                         folder.string()));
    return bad_input;
  }
  if (!authority && problem.empty()) authority = make_or_take(options, folder, problem);
  if (!authority) {
    complain(problem);
    return bad_input;
  }
  const std::string file = net::Authority::certificate_file(folder).string();
  fmt::print("{} {} ({}, until {})\nIts key, {}, is for nobody else.\n\nTo trust it:\n",
             was_there ? "There is already" : "Made", file, authority->name(), authority->expires(),
             net::Authority::key_file(folder).string());
  for (const Trust& trust : trusts)
    fmt::print("  {:<22}{}\n", trust.who, fmt::format(fmt::runtime(trust.how), file));
  if (options.folder)
    fmt::print("\nIn understudy.yaml, as it is not in the usual place:\n  tls: {{authority: {}}}\n",
               folder.string());
  return std::fflush(stdout) == 0 ? all_certain : failed;
}

}  // namespace understudy::cli
