#include "protocols/postgres/catalogue_connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace understudy::postgres {
namespace {

constexpr std::chrono::seconds total_limit(25);
constexpr const char* connect_seconds = "4";
constexpr std::size_t most_octets = 16U << 20;

struct Clear {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

std::string in_one_line(std::string_view message) {
  std::string line;
  for (const char c : message)
    if (c != '\n' && c != '\t')
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

CatalogueConnection::CatalogueConnection(const CatalogueLogin& login)
    : deadline_(Clock::now() + total_limit) {
  // It would be asked in place of the host that is recorded.
  if (std::getenv("PGHOSTADDR") != nullptr) {
    spend("PGHOSTADDR names another address; unset it");
    return;
  }
  const std::string port = std::to_string(login.port);
  const std::array<const char*, 8> names = {
      "host", "port", "user", "password", "dbname", "connect_timeout", "application_name", nullptr};
  const std::array<const char*, 8> values = {
      login.host.c_str(),     port.c_str(),    login.user.c_str(), login.password.c_str(),
      login.database.c_str(), connect_seconds, "understudy",       nullptr};
  connection_ = {PQconnectdbParams(names.data(), values.data(), 0), PQfinish};
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    spend(PQerrorMessage(connection_.get()));
    connection_.reset();
    return;
  }
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
}

std::string CatalogueConnection::database() const {
  return is_open() ? PQdb(connection_.get()) : "";
}

bool CatalogueConnection::fail(std::string_view why) {
  problem_ = in_one_line(why);
  return false;
}

bool CatalogueConnection::spend(std::string_view why) {
  spent_ = true;
  return fail(why);
}

bool CatalogueConnection::ask(const std::string& sql, Rows& rows) {
  if (!is_open() || spent_) return false;
  PGconn* const connection = connection_.get();
  if (PQsendQuery(connection, sql.c_str()) == 0) return spend(PQerrorMessage(connection));
  PQsetSingleRowMode(connection);
  return take(rows);
}

/// All of an answer, so that another question can follow.
bool CatalogueConnection::take(Rows& rows) {
  bool succeeded = true;
  for (;;) {
    if (!wait_for_answer()) return false;
    const Result result(PQgetResult(connection_.get()));
    if (!result) return succeeded;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_SINGLE_TUPLE) {
      auto& row = rows.emplace_back();
      for (int i = 0; i < PQnfields(result.get()); ++i) {
        row.emplace_back(PQgetvalue(result.get(), 0, i));
        octets_ += row.back().size();
      }
      if (octets_ > most_octets) return spend("it is larger than 16 MB");
    } else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      succeeded = fail(PQresultErrorMessage(result.get()));
    }
  }
}

bool CatalogueConnection::wait_for_answer() {
  while (PQisBusy(connection_.get()) != 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    if (left <= 0) return spend("it takes too long");
    pollfd readable = {PQsocket(connection_.get()), POLLIN, 0};
    poll(&readable, 1, static_cast<int>(left));
    if (PQconsumeInput(connection_.get()) == 0) return spend(PQerrorMessage(connection_.get()));
  }
  return true;
}

}  // namespace understudy::postgres
