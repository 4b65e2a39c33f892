// Answers that are not computed, given again where the contents are the same.
#include <doctest/doctest.h>

#include "emulator_support.hpp"

using namespace postgres_test;

namespace {

/// One column of texts.
StatementAnswer rows_of_texts(const std::vector<std::string>& texts) {
  StatementAnswer answer;
  answer.returns_rows = true;
  answer.columns = {{"x", 0, 0, oid::text, -1, -1, Format::text}};
  for (const std::string& text : texts) answer.rows.push_back({text});
  answer.tag = "SELECT " + std::to_string(texts.size());
  return answer;
}

const std::string create =
    "CREATE TABLE note (id int PRIMARY KEY, body text, at timestamptz DEFAULT now())";
const std::string create_other = "CREATE TABLE tag (id int PRIMARY KEY, word text)";
const std::string ranked =
    "SELECT body FROM note ORDER BY ts_rank(to_tsvector('english', body), "
    "plainto_tsquery('english', 'cats')) DESC, id";
const std::string rate =
    "CREATE FUNCTION rate(text) RETURNS text LANGUAGE plpgsql STABLE AS "
    "'begin return (select max(word) from tag where word < $1) || ''!''; end'";

void define(EmulatedSql& sql) {
  sql.hear(create, "CREATE TABLE");
  sql.hear(create_other, "CREATE TABLE");
}
std::string note(int id, const std::string& body) {
  return "INSERT INTO note (id, body) VALUES (" + std::to_string(id) + ", '" + body + "')";
}

/// A server of what was recorded: `question` was answered with `text` of two rows.
EmulatedSql served_after(const std::string& question, const std::string& text,
                         const std::vector<std::string>& before = {}) {
  EmulatedSql real;
  real.recording = true;
  define(real);
  for (const std::string& statement : before) real.hear(statement, "CREATE FUNCTION");
  real.hear(note(1, "a cat"), "INSERT 0 1");
  real.hear(note(2, "cats and cats"), "INSERT 0 1");
  real.hear(question, rows_of_texts({text}));
  Document knowledge = real->knowledge();
  knowledge["profile"] = EmulatedSql::in_utc()["profile"];
  return EmulatedSql(knowledge);
}

}  // namespace

TEST_CASE("an answer that is not computed is that of equal contents") {
  EmulatedSql sql = served_after(ranked, "cats and cats");
  define(sql);
  sql.hear(note(3, "elsewhere"), "INSERT 0 1");
  sql.hear(note(2, "cats and cats"), "INSERT 0 1");
  CHECK(sql.say(ranked) == "-");
  sql.hear("TRUNCATE note", "TRUNCATE TABLE");
  CHECK(sql.say(note(2, "cats and cats")) == "INSERT 0 1");
  CHECK(sql.say(ranked) == "-");
  CHECK(sql.say(note(1, "a dog")) == "INSERT 0 1");
  CHECK(sql.say(ranked) == "-");
  CHECK(sql.say("UPDATE note SET body = 'a cat' WHERE id = 1") == "UPDATE 1");
  CHECK(sql.say(ranked) == "cats and cats;SELECT 1");
  // Another question of the same contents.
  CHECK(sql.say("SELECT body FROM note ORDER BY ts_rank(to_tsvector('english', body), "
                "plainto_tsquery('english', 'dogs')) DESC, id") == "-");
  CHECK(sql.say("INSERT INTO tag VALUES (1, 'x')") == "INSERT 0 1");  // it is not asked
  CHECK(sql.say(ranked) == "cats and cats;SELECT 1");
}

TEST_CASE("it is what the transaction that asks sees") {
  EmulatedSql sql = served_after(ranked, "cats and cats");
  define(sql);
  sql.hear(note(1, "a cat"), "INSERT 0 1");
  sql.hear(note(2, "cats and cats"), "INSERT 0 1");
  sql.control(Control::begin);
  CHECK(sql.say("DELETE FROM note WHERE id = 1") == "DELETE 1");
  CHECK(sql.say(ranked) == "-");
  sql.control(Control::rollback);
  CHECK(sql.say(ranked) == "cats and cats;SELECT 1");
}

TEST_CASE("columns that the question does not name do not count, but for a whole row of them") {
  for (const std::string all :
       {"SELECT note::text FROM note ORDER BY ts_rank(to_tsvector(body), 'a'::tsquery)",
        "SELECT to_tsvector(n::text)::text FROM note n",
        "SELECT to_tsvector(at::text)::text FROM note"}) {
    EmulatedSql sql = served_after(all, "x");
    define(sql);
    sql.hear(note(1, "a cat"), "INSERT 0 1");
    sql.hear(note(2, "cats and cats"), "INSERT 0 1");
    CAPTURE(all);
    CHECK(sql.say(all) == "-");
  }
}

TEST_CASE("a function of one's own counts as what it is, with what it reads") {
  const std::string question = "SELECT rate(body) FROM note WHERE id = 1";
  const auto server = [&] {
    EmulatedSql sql = served_after(question, "b!", {rate});
    define(sql);
    sql.hear(rate, "CREATE FUNCTION");
    sql.hear(note(2, "cats and cats"), "INSERT 0 1");
    sql.hear(note(1, "a cat"), "INSERT 0 1");
    return sql;
  };
  EmulatedSql sql = server();
  CHECK(sql.say(question) == "b!;SELECT 1");
  CHECK(sql.say("INSERT INTO tag VALUES (1, 'a')") == "INSERT 0 1");  // it reads that table
  CHECK(sql.say(question) == "-");
  CHECK(sql.say("DELETE FROM tag") == "DELETE 1");
  CHECK(sql.say(question) == "b!;SELECT 1");
  EmulatedSql other = server();
  other.hear(
      "CREATE OR REPLACE FUNCTION rate(text) RETURNS text LANGUAGE plpgsql STABLE AS "
      "'begin return (select min(word) from tag where word < $1) || ''!''; end'",
      "CREATE FUNCTION");
  CHECK(other.say(question) == "-");
}

TEST_CASE("what is a matter of more than contents is not known by them") {
  const std::vector<std::string> questions = {
      "SELECT to_tsvector(now()::text)::text FROM note",
      "SELECT to_tsvector(CURRENT_DATE::text)::text FROM note",
      "SELECT to_tsvector('x')::text FROM note ORDER BY random()",
      "SELECT to_tsvector(current_user)::text FROM note",
      "SELECT to_tsvector(current_setting('app.user'))::text FROM note",
      "SELECT to_tsvector('today'::timestamptz::text)::text FROM note",
      "SELECT to_tsvector(' Now'::timestamptz::text)::text FROM note",
      "SELECT to_tsvector(note.ctid::text)::text FROM note",
      "SELECT to_tsvector(note.tableoid::regclass::text)::text FROM note",
      "SELECT to_tsvector(body)::text FROM note TABLESAMPLE system (50)",
      "SELECT to_tsvector(body)::text FROM note FOR UPDATE",
      "SELECT to_tsvector(nextval('s')::text)::text FROM note",
      "SELECT to_tsvector(note.shouted)::text FROM note",
      "SELECT shout(body) FROM note",
      "SELECT to_tsvector(pg_sleep(0)::text)::text FROM note",
      "SELECT to_tsvector(age(at)::text)::text FROM note",
  };
  for (const std::string& question : questions) {
    EmulatedSql sql = served_after(question, "x");
    define(sql);
    sql.hear(note(1, "a cat"), "INSERT 0 1");
    sql.hear(note(2, "cats and cats"), "INSERT 0 1");
    CAPTURE(question);
    CHECK(sql.say(question) == "-");
  }
}

TEST_CASE("two answers to one question of equal contents are none") {
  EmulatedSql real;
  real.recording = true;
  define(real);
  real.hear(note(1, "a cat"), "INSERT 0 1");
  real.hear(ranked, rows_of_texts({"a"}));
  real.hear(ranked, rows_of_texts({"b"}));
  real.hear(ranked, rows_of_texts({"a"}));
  Document knowledge = real->knowledge();
  CHECK(!knowledge.contains("answers"));
}
