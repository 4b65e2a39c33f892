#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "postgres_connection.hpp"
#include "protocols/postgres/postgres.hpp"
#include "server_experiment.hpp"

namespace differential {
namespace {

using namespace understudy;

/// Who logs in, and where to.
constexpr const char* postgres_user = "postgres";
constexpr const char* postgres_database = "postgres";

/// All schemas of an earlier run go; roles stay, and are none of the runs' differences.
constexpr const char* emptied = R"(DO $$ DECLARE each text; BEGIN
  FOR each IN SELECT nspname FROM pg_namespace
      WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', each);
  END LOOP;
  FOREACH each IN ARRAY ARRAY['w_ann', 'w_bob'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = each) THEN
      EXECUTE format('CREATE ROLE %I', each);
    END IF;
  END LOOP;
END $$; CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO public;)";

std::string cell_text(const std::optional<std::string>& cell) {
  return cell ? "'" + *cell + "'" : "NULL";
}

std::string meaning_of(const std::string& sql, const std::string& octets) {
  char status = '?';
  const postgres::StatementAnswer answer = answer_in(octets, &status);
  std::string text = fmt::format("[{}] ", status);
  if (answer.error)
    return text + fmt::format("{} {}", postgres::field(*answer.error, 'C'),
                              postgres::field(*answer.error, 'M'));
  for (const postgres::Column& column : answer.columns)
    text += fmt::format("{}:{} ", column.name, column.type);
  std::vector<std::string> rows;
  for (const postgres::Row& row : answer.rows) {
    rows.emplace_back("(");
    for (const auto& cell : row) rows.back() += cell_text(cell) + " ";
  }
  if (sql.find("ORDER BY") == std::string::npos) std::ranges::sort(rows);
  for (const std::string& row : rows) text += row + ") ";
  return text + answer.tag;
}

Reply reply_of(const std::string& octets) {
  const postgres::StatementAnswer answer = answer_in(octets);
  Reply reply;
  reply.tag = answer.tag;
  for (const postgres::Row& row : answer.rows) {
    reply.rows.emplace_back();
    for (const auto& cell : row) reply.rows.back().push_back(cell ? Value(*cell) : Value());
  }
  if (answer.error) reply.error_code = std::string(postgres::field(*answer.error, 'C'));
  return reply;
}

void prepare(std::uint16_t port, const std::string& before) {
  PostgresConnection maker(port, postgres_database);
  static_cast<void>(maker.ask("SET client_min_messages = error"));
  for (const std::string& sql : {std::string(emptied), before})
    if (const auto answer = maker.ask(sql); answer.error)
      throw std::runtime_error("PostgreSQL refuses the schema: " +
                               std::string(postgres::field(*answer.error, 'M')));
}

Speech::Opened open(std::uint16_t port) {
  auto connection = std::make_unique<PostgresConnection>(port, postgres_database);
  std::vector<Spoken> login = {
      {Direction::from_client, startup_octets(postgres_user, postgres_database)},
      {Direction::from_server, connection->greeting()}};
  return {std::move(connection), std::move(login)};
}

}  // namespace

Run postgres_experiments(std::uint16_t port) {
  return server_experiments(std::make_shared<const Speech>(
      Speech{postgres::protocol(), [port] { return open(port); },
             [port](const std::string& before) { prepare(port, before); },
             startup_octets(postgres_user, postgres_database), query_octets, meaning_of, reply_of}));
}

}  // namespace differential
