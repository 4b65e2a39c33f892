#include "protocols/mysql/catalogue_connection.hpp"

#include <dlfcn.h>
#include <mariadb/errmsg.h>
#include <mariadb/mysql.h>

#include <algorithm>
#include <type_traits>

namespace understudy::mysql {
namespace {

constexpr std::chrono::seconds total_limit(25);
constexpr unsigned seconds_each = 4;
constexpr std::size_t most_octets = 16U << 20;

std::string or_null_text(const char* text, unsigned long size) {
  return text == nullptr ? std::string() : std::string(text, size);
}

/// libmariadb, loaded where a recording needs it: no start of a mock waits for it.
struct MariadbClient {
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
  bool loaded = true;

  MariadbClient() {
    void* const library = dlopen("libmariadb.so.3", RTLD_NOW | RTLD_LOCAL);
    const auto load = [&](auto& function, const char* name) {
      function =
          library == nullptr
              ? nullptr
              : reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      loaded = loaded && function != nullptr;
    };
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

}  // namespace

CatalogueConnection::CatalogueConnection(const CatalogueLogin& login)
    : deadline_(Clock::now() + total_limit) {
  if (!client().loaded) {
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
  const char* const database = login.database.empty() ? nullptr : login.database.c_str();
  if (client().connect(connection, login.host.c_str(), login.user.c_str(), login.password.c_str(),
                       database, login.port, nullptr, 0) != nullptr)
    return;
  spend(client().error(connection));
  connection_.reset();
}

bool CatalogueConnection::spend(std::string_view why) {
  spent_ = true;
  problem_ = why;
  std::ranges::replace(problem_, '\n', ' ');
  return false;
}

bool CatalogueConnection::fail() {
  const unsigned code = client().code(connection_.get());
  spend(client().error(connection_.get()));
  spent_ = code >= CR_MIN_ERROR && code <= CR_MAX_ERROR;  // the client's own, not the server's
  return false;
}

bool CatalogueConnection::ask(const std::string& sql, Rows& rows) {
  if (!is_open() || spent_) return false;
  if (Clock::now() > deadline_) return spend("it takes too long");
  MYSQL* const connection = connection_.get();
  if (client().send(connection, sql.data(), sql.size()) != 0) return fail();
  const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> result(client().result(connection),
                                                                client().clear);
  if (!result) return client().code(connection) == 0 || fail();
  const unsigned columns = client().columns(result.get());
  while (MYSQL_ROW const row = client().row(result.get())) {
    const unsigned long* const sizes = client().sizes(result.get());
    auto& cells = rows.emplace_back();
    for (unsigned i = 0; i < columns; ++i) {
      cells.push_back(or_null_text(row[i], sizes[i]));
      octets_ += sizes[i];
    }
    if (octets_ > most_octets) return spend("it is larger than 16 MB");
  }
  return client().code(connection) == 0 || fail();
}

}  // namespace understudy::mysql
