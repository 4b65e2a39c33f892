#include "postgres_truth.hpp"

#include <stdexcept>

#include "protocols/postgres/postgres.hpp"

namespace differential {

using namespace understudy;

namespace {

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

}  // namespace

PostgresTruth::PostgresTruth(std::uint16_t port, std::uint32_t connections,
                             const std::string& before)
    : facts_(connections, Document::object()) {
  PostgresConnection maker(port, postgres_database);
  static_cast<void>(maker.ask("SET client_min_messages = error"));
  for (const std::string& sql : {std::string(emptied), before})
    if (const auto answer = maker.ask(sql); answer.error)
      throw std::runtime_error("PostgreSQL refuses the schema: " +
                               std::string(postgres::field(*answer.error, 'M')));
  for (std::uint32_t i = 0; i < connections; ++i) {
    connections_.push_back({std::make_unique<PostgresConnection>(port, postgres_database),
                            postgres::protocol().new_observer({})});
    observe(i, Direction::from_client, startup_octets(postgres_user, postgres_database));
    observe(i, Direction::from_server, connections_[i].server->greeting());
  }
}

std::string PostgresTruth::execute(std::uint32_t number, const std::string& sql) {
  const std::string query = query_octets(sql);
  observe(number, Direction::from_client, query);
  std::string answer = connections_.at(number).server->converse(query);
  observe(number, Direction::from_server, answer);
  return answer;
}

void PostgresTruth::observe(std::uint32_t number, Direction from, const std::string& octets) {
  Observer& observer = *connections_.at(number).observer;
  Relay relay;
  observer.feed(from, as_bytes(octets), {++tick_, {}}, relay);
  while (const auto observed = observer.next()) {
    if (const auto* said = std::get_if<Exchange>(&*observed))
      recording_.push_back({number, said->request, said->answer});
    if (const auto* opened = std::get_if<SessionOpened>(&*observed))
      facts_.at(number) = opened->facts;
  }
}

}  // namespace differential
