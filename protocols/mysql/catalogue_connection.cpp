#include "protocols/mysql/catalogue_connection.hpp"

#include <mariadb/errmsg.h>
#include <mariadb/mysql.h>

namespace understudy::mysql {
namespace {

constexpr unsigned seconds_each = 4;

std::string or_null_text(const char* text, unsigned long size) {
  return text == nullptr ? std::string() : std::string(text, size);
}

struct MariadbClient : sql::ClientLibrary {
  decltype(&::mysql_init) init = nullptr;
  decltype(&::mysql_options) options = nullptr;
  decltype(&::mysql_real_connect) connect = nullptr;
  decltype(&::mysql_close) close = nullptr;
  decltype(&::mysql_error) error = nullptr;
  decltype(&::mysql_errno) code = nullptr;
  decltype(&::mysql_real_query) send = nullptr;
  decltype(&::mysql_use_result) result = nullptr;
  decltype(&::mysql_free_result) clear = nullptr;
  decltype(&::mysql_num_fields) columns = nullptr;
  decltype(&::mysql_fetch_row) row = nullptr;
  decltype(&::mysql_fetch_lengths) sizes = nullptr;

  MariadbClient() : ClientLibrary("libmariadb.so.3") {
    load(init, "mysql_init");
    load(options, "mysql_options");
    load(connect, "mysql_real_connect");
    load(close, "mysql_close");
    load(error, "mysql_error");
    load(code, "mysql_errno");
    load(send, "mysql_real_query");
    load(result, "mysql_use_result");
    load(clear, "mysql_free_result");
    load(columns, "mysql_num_fields");
    load(row, "mysql_fetch_row");
    load(sizes, "mysql_fetch_lengths");
  }
};

const MariadbClient& client() {
  static const MariadbClient library;
  return library;
}

/// A chain without a name is checked as one with it: the library knows no other check.
void use_tls(MYSQL* connection, const TlsUpstream& tls) {
  if (!tls.wanted) return;
  const auto set_file = [connection](mysql_option option, const std::string& file) {
    if (!file.empty()) client().options(connection, option, file.c_str());
  };
  const my_bool on = 1, checks = tls.check == TlsUpstream::Check::nothing ? 0 : 1;
  client().options(connection, MYSQL_OPT_SSL_ENFORCE, &on);
  client().options(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &checks);
  set_file(MYSQL_OPT_SSL_CA, tls.authorities);
  set_file(MYSQL_OPT_SSL_CERT, tls.certificate);
  set_file(MYSQL_OPT_SSL_KEY, tls.key.empty() ? tls.certificate : tls.key);
}

}  // namespace

CatalogueConnection::CatalogueConnection(const CatalogueLogin& login) {
  if (!client().is_complete()) {
    spend("libmariadb.so.3 can't be loaded; install it (Debian: libmariadb3)");
    return;
  }
  connection_ = {client().init(nullptr), client().close};
  if (!connection_) {
    spend("there is no memory");
    return;
  }
  MYSQL* const connection = connection_.get();
  for (const mysql_option option :
       {MYSQL_OPT_CONNECT_TIMEOUT, MYSQL_OPT_READ_TIMEOUT, MYSQL_OPT_WRITE_TIMEOUT})
    client().options(connection, option, &seconds_each);
  // A server may ask for files of the client's.
  const unsigned off = 0;
  client().options(connection, MYSQL_OPT_LOCAL_INFILE, &off);
  client().options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  use_tls(connection, login.tls);
  const char* const database = login.database.empty() ? nullptr : login.database.c_str();
  if (client().connect(connection, login.host.c_str(), login.user.c_str(), login.password.c_str(),
                       database, login.port, nullptr, 0) != nullptr)
    return;
  spend(client().error(connection));
  connection_.reset();
}

bool CatalogueConnection::fail_as_told() {
  const unsigned code = client().code(connection_.get());
  // The client's own, not the server's.
  return fail(client().error(connection_.get()), code >= CR_MIN_ERROR && code <= CR_MAX_ERROR);
}

bool CatalogueConnection::ask(const std::string& sql, Rows& rows) {
  if (!is_open() || is_spent()) return false;
  if (time_left().count() <= 0) return spend("it takes too long");
  MYSQL* const connection = connection_.get();
  if (client().send(connection, sql.data(), sql.size()) != 0) return fail_as_told();
  const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> result(client().result(connection),
                                                                client().clear);
  if (!result) return client().code(connection) == 0 || fail_as_told();
  const unsigned columns = client().columns(result.get());
  while (MYSQL_ROW const row = client().row(result.get())) {
    const unsigned long* const sizes = client().sizes(result.get());
    auto& cells = rows.emplace_back();
    std::size_t octets = 0;
    for (unsigned i = 0; i < columns; ++i) {
      cells.push_back(or_null_text(row[i], sizes[i]));
      octets += sizes[i];
    }
    if (!add_octets(octets)) return false;
  }
  return client().code(connection) == 0 || fail_as_told();
}

}  // namespace understudy::mysql
