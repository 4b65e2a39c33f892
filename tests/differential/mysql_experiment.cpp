#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "mysql_wire.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/mysql.hpp"
#include "protocols/sql/schema_text.hpp"
#include "server_experiment.hpp"

namespace differential {
namespace {

using namespace understudy;
using namespace understudy::mysql;

/// Who logs in, and where to.
constexpr const char* mysql_user = "w_app";
constexpr const char* mysql_database = "w";

/// Databases and users of an earlier run go.
constexpr const char* emptied[] = {
    "DROP DATABASE IF EXISTS w", "DROP DATABASE IF EXISTS w2", "DROP DATABASE IF EXISTS w3",
    "CREATE DATABASE w", "CREATE DATABASE w2", "CREATE DATABASE w3",
    "DROP USER IF EXISTS w_app@'127.0.0.1', w_app@localhost",
    "DROP ROLE IF EXISTS w_ann, w_bob", "CREATE ROLE w_ann", "CREATE ROLE w_bob",
    "CREATE USER w_app@'127.0.0.1', w_app@localhost",
    "GRANT ALL ON w.* TO w_app@'127.0.0.1', w_app@localhost",
    "GRANT ALL ON w2.* TO w_app@'127.0.0.1', w_app@localhost",
    "GRANT w_ann TO w_app@'127.0.0.1', w_app@localhost",
    "GRANT w_bob TO w_app@'127.0.0.1', w_app@localhost", "USE w"};

void prepare(std::uint16_t port, const std::string& before) {
  MysqlWire maker(port, "root", "mysql");
  const auto run = [&](const std::string& sql) {
    std::uint16_t status = 0;
    const Results answer = mysql_answer_in(maker.converse(mysql_query_octets(sql)), status);
    if (const auto* error = std::get_if<ErrorPacket>(&answer.list.back()))
      throw std::runtime_error("MySQL refuses the schema: " + error->message + ": " + sql);
  };
  for (const char* const sql : emptied) run(sql);
  for (const sql::SchemaStatement& each :
       sql::schema_statements(before, {sql::Dialect::mysql, true, false}))
    run(each.text);
}

Speech::Opened open(std::uint16_t port) {
  auto connection = std::make_unique<MysqlWire>(port, mysql_user, mysql_database);
  std::vector<Spoken> login = {
      {Direction::from_server, connection->greeting()},
      {Direction::from_client, mysql_login_octets(mysql_user, mysql_database)},
      {Direction::from_server, connection->welcome()}};
  return {std::move(connection), std::move(login)};
}

std::string meaning_of(const ResultSet& set, bool ordered) {
  std::string text;
  for (const mysql::Column& column : set.columns)
    text += fmt::format("{}:{}{} ", column.name, static_cast<int>(column.type),
                        column.charset == binary_collation ? " binary" : "");
  std::vector<std::string> rows;
  for (const Document& row : set.rows) rows.push_back(row.dump());
  if (!ordered) std::ranges::sort(rows);
  for (const std::string& row : rows) text += row + " ";
  return text + fmt::format("warnings {} ", set.warnings);
}

std::string meaning_of(const std::string& sql, const std::string& octets) {
  std::uint16_t status = 0;
  const Results answer = mysql_answer_in(octets, status);
  std::string text = fmt::format("[{}] ", status & (status::in_transaction | status::autocommit));
  for (const Result& result : answer.list) {
    if (const auto* ok = std::get_if<OkPacket>(&result)) {
      text += fmt::format("{} changed, number {}, {} warnings, {}; ", ok->affected, ok->insert_id,
                          ok->warnings, ok->info);
    } else if (const auto* error = std::get_if<ErrorPacket>(&result)) {
      text += fmt::format("{} {} {}; ", error->code, error->state, error->message);
    } else {
      const auto& set = std::get<ResultSet>(result);
      text += meaning_of(set, sql.find("ORDER BY") != std::string::npos);
      if (set.error) text += fmt::format("{} {}", set.error->code, set.error->message);
    }
  }
  return text;
}

Reply reply_of(const std::string& octets) {
  std::uint16_t status = 0;
  const Results answer = mysql_answer_in(octets, status);
  Reply reply;
  const auto fail = [&](const ErrorPacket& error) { reply.error_code = error.state; };
  for (const Result& result : answer.list) {
    if (const auto* error = std::get_if<ErrorPacket>(&result)) fail(*error);
    if (const auto* set = std::get_if<ResultSet>(&result); set != nullptr && set->error)
      fail(*set->error);
  }
  return reply;
}

}  // namespace

Run mysql_experiments(std::uint16_t port) {
  return server_experiments(std::make_shared<const Speech>(
      Speech{mysql::protocol(), [port] { return open(port); },
             [port](const std::string& before) { prepare(port, before); },
             mysql_login_octets(mysql_user, mysql_database), mysql_query_octets,
             [](const std::string& sql, const std::string& octets) { return meaning_of(sql, octets); },
             reply_of}));
}

}  // namespace differential
