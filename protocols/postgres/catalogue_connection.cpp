#include "protocols/postgres/catalogue_connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <cstdlib>
#include <utility>
#include <vector>

namespace understudy::postgres {
namespace {

constexpr const char* connect_seconds = "4";
/// Libpq knows "system" from version 16 on only.
constexpr const char* system_roots = "/etc/ssl/certs/ca-certificates.crt";

struct Libpq : sql::ClientLibrary {
  decltype(&::PQconnectdbParams) connect = nullptr;
  decltype(&::PQfinish) finish = nullptr;
  decltype(&::PQstatus) status = nullptr;
  decltype(&::PQerrorMessage) error = nullptr;
  decltype(&::PQsetNoticeProcessor) on_notice = nullptr;
  decltype(&::PQdb) database = nullptr;
  decltype(&::PQsendQuery) send = nullptr;
  decltype(&::PQsetSingleRowMode) row_by_row = nullptr;
  decltype(&::PQgetResult) result = nullptr;
  decltype(&::PQresultStatus) result_status = nullptr;
  decltype(&::PQresultErrorMessage) result_error = nullptr;
  decltype(&::PQclear) clear = nullptr;
  decltype(&::PQnfields) columns = nullptr;
  decltype(&::PQgetvalue) value = nullptr;
  decltype(&::PQisBusy) is_busy = nullptr;
  decltype(&::PQsocket) socket = nullptr;
  decltype(&::PQconsumeInput) consume = nullptr;
  decltype(&::PQgetCopyData) copied = nullptr;
  decltype(&::PQfreemem) free = nullptr;

  Libpq() : ClientLibrary("libpq.so.5") {
    load(connect, "PQconnectdbParams");
    load(finish, "PQfinish");
    load(status, "PQstatus");
    load(error, "PQerrorMessage");
    load(on_notice, "PQsetNoticeProcessor");
    load(database, "PQdb");
    load(send, "PQsendQuery");
    load(row_by_row, "PQsetSingleRowMode");
    load(result, "PQgetResult");
    load(result_status, "PQresultStatus");
    load(result_error, "PQresultErrorMessage");
    load(clear, "PQclear");
    load(columns, "PQnfields");
    load(value, "PQgetvalue");
    load(is_busy, "PQisBusy");
    load(socket, "PQsocket");
    load(consume, "PQconsumeInput");
    load(copied, "PQgetCopyData");
    load(free, "PQfreemem");
  }
};

const Libpq& libpq() {
  static const Libpq library;
  return library;
}

struct Clear {
  void operator()(PGresult* result) const noexcept { libpq().clear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

/// Where the upstream is not asked for TLS libpq's own usage stands, PGSSLMODE included.
void add_tls(const TlsUpstream& tls, std::vector<std::pair<const char*, std::string>>& options) {
  using Check = TlsUpstream::Check;
  if (!tls.wanted) return;
  options.emplace_back("sslmode", tls.check == Check::nothing ? "require"
                                  : tls.check == Check::chain ? "verify-ca"
                                                              : "verify-full");
  if (!tls.authorities.empty())
    options.emplace_back("sslrootcert", tls.authorities);
  else if (tls.check != Check::nothing)
    options.emplace_back("sslrootcert", system_roots);
  if (tls.certificate.empty()) return;
  options.emplace_back("sslcert", tls.certificate);
  options.emplace_back("sslkey", tls.key.empty() ? tls.certificate : tls.key);
}

}  // namespace

CatalogueConnection::CatalogueConnection(const CatalogueLogin& login) {
  // It would be asked in place of the host that is recorded.
  if (std::getenv("PGHOSTADDR") != nullptr) {
    spend("PGHOSTADDR names another address; unset it");
    return;
  }
  if (!libpq().is_complete()) {
    spend("libpq.so.5 can't be loaded; install it (Debian: libpq5)");
    return;
  }
  const std::string port = std::to_string(login.port);
  std::vector<std::pair<const char*, std::string>> options = {{"host", login.host},
                                                              {"port", port},
                                                              {"user", login.user},
                                                              {"password", login.password},
                                                              {"dbname", login.database},
                                                              {"connect_timeout", connect_seconds},
                                                              {"application_name", "understudy"}};
  add_tls(login.tls, options);
  std::vector<const char*> names, values;
  for (const auto& [name, value] : options) {
    names.push_back(name);
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_ = {libpq().connect(names.data(), values.data(), 0), libpq().finish};
  if (libpq().status(connection_.get()) != CONNECTION_OK) {
    spend(libpq().error(connection_.get()));
    connection_.reset();
    return;
  }
  libpq().on_notice(
      connection_.get(), [](void*, const char*) {}, nullptr);
}

std::string CatalogueConnection::database() const {
  return is_open() ? libpq().database(connection_.get()) : "";
}

bool CatalogueConnection::send(const std::string& sql) {
  if (!is_open() || is_spent()) return false;
  PGconn* const connection = connection_.get();
  return libpq().send(connection, sql.c_str()) != 0 || spend(libpq().error(connection));
}

bool CatalogueConnection::ask(const std::string& sql, Rows& rows) {
  if (!send(sql)) return false;
  libpq().row_by_row(connection_.get());
  return take(rows);
}

bool CatalogueConnection::copy(const std::string& sql, std::string& text) {
  if (!send(sql) || !wait_for_answer()) return false;
  const Result result(libpq().result(connection_.get()));
  const bool copies = result && libpq().result_status(result.get()) == PGRES_COPY_OUT;
  const bool copied =
      copies ? take_copied(text) : fail(result ? libpq().result_error(result.get()) : "no answer");
  if (is_spent()) return false;
  const std::string why = problem();
  Rows none;
  const bool ended = take(none);
  return copied ? ended : fail(why);
}

/// All of an answer, so that another question can follow.
bool CatalogueConnection::take(Rows& rows) {
  bool succeeded = true;
  for (;;) {
    if (!wait_for_answer()) return false;
    const Result result(libpq().result(connection_.get()));
    if (!result) return succeeded;
    const ExecStatusType status = libpq().result_status(result.get());
    if (status == PGRES_SINGLE_TUPLE) {
      auto& row = rows.emplace_back();
      std::size_t octets = 0;
      for (int i = 0; i < libpq().columns(result.get()); ++i) {
        row.emplace_back(libpq().value(result.get(), 0, i));
        octets += row.back().size();
      }
      if (!add_octets(octets)) return false;
    } else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      succeeded = fail(libpq().result_error(result.get()));
    }
  }
}

/// Until the rows end; what follows is still to be taken.
bool CatalogueConnection::take_copied(std::string& text) {
  for (;;) {
    char* octets = nullptr;
    const int size = libpq().copied(connection_.get(), &octets, 1);
    if (size > 0) {
      text.append(octets, static_cast<std::size_t>(size));
      libpq().free(octets);
      if (!add_octets(static_cast<std::size_t>(size))) return false;
    } else if (size < 0) {
      return size == -1 || fail(libpq().error(connection_.get()));
    } else if (!wait_for_octets()) {
      return false;
    }
  }
}

bool CatalogueConnection::wait_for_octets() {
  const auto left = time_left().count();
  if (left <= 0) return spend("it takes too long");
  pollfd readable = {libpq().socket(connection_.get()), POLLIN, 0};
  poll(&readable, 1, static_cast<int>(left));
  return libpq().consume(connection_.get()) != 0 || spend(libpq().error(connection_.get()));
}

bool CatalogueConnection::wait_for_answer() {
  while (libpq().is_busy(connection_.get()) != 0)
    if (!wait_for_octets()) return false;
  return true;
}

}  // namespace understudy::postgres
