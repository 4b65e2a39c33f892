// Where exchanges hold secrets: those that were replaced, and those that were kept.
#include "store/secret_places.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "understudy/secrets.hpp"

using namespace understudy;

namespace {

const Secrets keyed{Secrets::Key{1}};

std::string places_in(const Document& document) {
  std::string text;
  for (const auto& place : store::secret_places(document, Secrets()))
    text +=
        fmt::format("{} {}: {}\n", place.replaced ? "replaced" : "kept", place.where, place.kind);
  return text;
}

}  // namespace

TEST_CASE("a placeholder is told by the name of its place") {
  const std::string word = keyed.placeholder("s3cret");
  CHECK(places_in({{"request",
                    {{"headers", {{"authorization", "Bearer " + word}}},
                     {"body", {{"user", "ann"}, {"password", word}}}}}}) ==
        "replaced request.headers.authorization: authorization\n"
        "replaced request.body.password: password\n");
}

TEST_CASE("one within a statement has no name") {
  const std::string word = keyed.placeholder("s3cret");
  CHECK(places_in({{"request", {{"sql", "ALTER ROLE a PASSWORD '" + word + "'"}}}}) ==
        "replaced request.sql: within a text\n");
}

TEST_CASE("a JSON Web Token is told by its shape, whether it was replaced or not") {
  const std::string jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ";
  CHECK(places_in({{"answer", keyed.placeholder(jwt)}}) == "replaced answer: JSON Web Token\n");
  CHECK(places_in({{"answer", jwt}}) == "kept answer: JSON Web Token\n");
}

TEST_CASE("cells are called as their columns are") {
  const Document answer = {
      {"columns", {{{"name", "id"}, {"type", "int4"}}, {{"name", "api_key"}, {"type", "text"}}}},
      {"rows", {{1, "abc"}, {2, nullptr}}}};
  CHECK(places_in({{"answer", answer}}) == "kept answer.rows[0].api_key: api_key\n");
}

TEST_CASE("hashes of passwords are known by their looks wherever they stand") {
  for (const char* hash : {"$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo",
                           "pbkdf2_sha256$1000000$salt$aGFzaGhhc2hoYXNoaGFzaA==",
                           "$2b$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234"})
    CHECK(places_in({{"request", {{"params", {hash}}}}}) ==
          "kept request.params[0]: password hash\n");
}

TEST_CASE("what is no secret is not listed") {
  CHECK(places_in(
            {{"request", {{"sql", "SELECT password FROM users"}, {"params", {1, "x", nullptr}}}},
             {"answer", {{"tag", "SELECT 0"}, {"token_type", "bearer"}, {"password", ""}}}})
            .empty());
  CHECK(places_in({{"answer",
                    {{"columns", {{{"name", "password"}, {"type", "text"}}}},
                     {"rows", Document::array()}}}})
            .empty());
}
