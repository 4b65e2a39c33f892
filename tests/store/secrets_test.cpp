// One engine for the secrets of all protocols: names, shapes, placeholders.
#include "understudy/secrets.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "store/key_file.hpp"

using namespace understudy;

namespace {

const Secrets secrets{Secrets::Key{1}};
const std::string token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ";

}  // namespace

TEST_CASE("equal secrets have equal placeholders, and a placeholder is its own") {
  for (const Secrets& kept : {secrets, Secrets()}) {
    CHECK(kept.placeholder("s3cret") == kept.placeholder("s3cret"));
    CHECK(kept.placeholder("s3cret") != kept.placeholder("s3creT"));
    CHECK(kept.placeholder(kept.placeholder("s3cret")) == kept.placeholder("s3cret"));
    CHECK(kept.placeholder("").empty());
    CHECK(kept.placeholder("redacted:xyz") != "redacted:xyz");
  }
  CHECK(secrets.placeholder("s3cret").size() == std::string("redacted:").size() + 32);
  CHECK(secrets.placeholder("s3cret") != Secrets(Secrets::Key{2}).placeholder("s3cret"));
  CHECK(Secrets::shown().placeholder("s3cret") == "s3cret");
}

TEST_CASE("two secrets that once had one placeholder have two") {
  // Both become redacted:… of the same 32 bits without a key.
  const std::string one = "pw-82df3a27", other = "pw-eb4afddd";
  CHECK(Secrets().placeholder(one) == Secrets().placeholder(other));
  CHECK(secrets.placeholder(one) != secrets.placeholder(other));
  CHECK(Secrets::is_unkeyed_placeholder(Secrets().placeholder(one)));
  CHECK(secrets.placeholder(Secrets().placeholder(one)) == Secrets().placeholder(one));
}

TEST_CASE("a JSON Web Token stays one") {
  const std::string placeholder = secrets.placeholder(token);
  CHECK(placeholder.starts_with("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ."));
  CHECK(placeholder.find("c2lnbmF0dXJl") == std::string::npos);
  CHECK(placeholder.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-_.") == std::string::npos);
  CHECK((placeholder.size() - placeholder.rfind('.') - 1) % 4 == 0);
  CHECK(secrets.placeholder(placeholder) == placeholder);
  CHECK(secrets.placeholder(token + "x") != placeholder);
}

TEST_CASE("names are split into words") {
  for (const char* name : {"password",
                           "Password",
                           "userPassword",
                           "db_password",
                           "user[password]",
                           "dbpassword",
                           "newPassword2",
                           "password_confirmation",
                           "access_token",
                           "accessToken",
                           "tokens",
                           "client-secret",
                           "webhookSecret",
                           "api_key",
                           "X-Api-Key",
                           "Ocp-Apim-Subscription-Key",
                           "X-Auth",
                           "X-Session-Id",
                           "X-JWT-Assertion",
                           "jwt",
                           "otp",
                           "pin",
                           "client_assertion",
                           "code_verifier",
                           "csrfmiddlewaretoken",
                           "X-Amz-Signature",
                           "X-Amz-Credential",
                           "PGPASSWORD"})
    CHECK_MESSAGE(Secrets().is_secret_name(name), name);
  for (const char* name : {"",
                           "key",
                           "name",
                           "next_page_token",
                           "token_type",
                           "max_tokens",
                           "tokens_used",
                           "passenger",
                           "secretary",
                           "password_changed_at",
                           "secret_name",
                           "secret_of",
                           "author",
                           "compass",
                           "Access-Control-Allow-Credentials",
                           "Idempotency-Key",
                           "key_id",
                           "session_count",
                           "pinned",
                           "monkey",
                           "keyboard"})
    CHECK_MESSAGE(!Secrets().is_secret_name(name), name);
}

TEST_CASE("secrets are known by their looks") {
  const std::string key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
  const std::string verifier = "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy";
  for (const std::string& secret :
       {token, key, verifier, std::string("AKIAIOSFODNN7EXAMPLE"), "ghp_" + std::string(36, 'a'),
        std::string("sk_test_4eC39HqLyjWDarjtT1zdp7dc"), std::string("4242424242424242"),
        std::string("4242 4242 4242 4242"), std::string("378282246310005")}) {
    const auto cleaned = secrets.without_shapes("see " + secret + ", please");
    REQUIRE_MESSAGE(cleaned, secret);
    CHECK(*cleaned == "see " + secrets.placeholder(secret) + ", please");
    CHECK_FALSE(secrets.without_shapes(*cleaned));
  }
  for (const char* text :
       {"", "eyJ", "eyJhbGciOiJIUzI1NiJ9.x", "a 4242424242424243 b", "0.4242424242424242",
        "42424242424242424242", "AKIA", "AKIAIOSFODNN7EXAMPLELONGER", "1700000000000000",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", "risk_test_x",
        "SCRAM-SHA-256"})
    CHECK_MESSAGE(!secrets.without_shapes(text), text);
}

TEST_CASE("names and values beside each other in any text") {
  const std::string hidden = secrets.placeholder("s3cret");
  const auto cleaned = [](std::string_view text) {
    return secrets.without_assignments(text).value_or(std::string(text));
  };
  CHECK(cleaned("login(user: \"ann\", password: \"s3cret\")") ==
        "login(user: \"ann\", password: \"" + hidden + "\")");
  CHECK(cleaned("<ns:Password>s3cret</ns:Password>") ==
        "<ns:Password>" + hidden + "</ns:Password>");
  CHECK(cleaned("<u password='s3cret' id='1'/>") == "<u password='" + hidden + "' id='1'/>");
  CHECK(cleaned("host=db password=s3cret user=x") == "host=db password=" + hidden + " user=x");
  CHECK(cleaned("user: ann\n  password: s3cret \n") == "user: ann\n  password: " + hidden + " \n");
  CHECK(cleaned(cleaned("password=s3cret")) == "password=" + hidden);
  for (const char* text : {"password", "password:", "password: $s", "a password: s", "<password>",
                           "password=\"s", "="})
    CHECK(cleaned(text) == text);
}

TEST_CASE("the key of a mock set is made once and kept") {
  const auto folder = std::filesystem::temp_directory_path() / "understudy_key_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Diagnostics problems;
  CHECK_FALSE(store::read_key(folder, problems));
  const auto key = store::read_or_make_key(folder, problems);
  REQUIRE(key);
  CHECK(store::read_or_make_key(folder, problems) == key);
  CHECK(store::key_of_hex(store::to_hex(*key)) == key);
  CHECK(problems.empty());
  std::ofstream(folder / "understudy.key") << "half a key\n";
  CHECK_FALSE(store::read_or_make_key(folder, problems));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what.find("64 hexadecimal digits") != std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_CASE("the user names secrets, by names and patterns, and what is none") {
  const Secrets own = secrets.with({.names = {"tax_id", "iban"},
                                    .values = {"ACME-[0-9]{4,}", "ref=([a-z]+)"},
                                    .plain_names = {"csrf_token"},
                                    .plain_values = {"4111 ?1111 ?1111 ?1111", "demo"}});
  for (const char* name : {"tax_id", "taxId", "customer-tax-id", "IBAN", "user[iban]", "password"})
    CHECK_MESSAGE(own.is_secret_name(name), name);
  for (const char* name : {"tax", "id", "csrf_token", "X-Csrf-Token", "ibanity"})
    CHECK_MESSAGE(!own.is_secret_name(name), name);
  CHECK(secrets.is_secret_name("csrf_token"));
  CHECK(own.naming_of("iban") == Naming::scalar);

  const std::string one = own.placeholder("ACME-12345"), word = own.placeholder("abc");
  CHECK(own.without_patterns("a ACME-12345, ref=abc") == "a " + one + ", ref=" + word);
  CHECK(own.without_shapes("a ACME-12345 b") == "a " + one + " b");
  CHECK(own.without_assignments("x: ACME-12345") == "x: " + one);
  CHECK(own.without_shapes("nothing") == std::nullopt);
  CHECK(secrets.without_patterns("a ACME-12345") == std::nullopt);
  CHECK(Secrets::shown().with(own.rules()).without_patterns("ACME-12345") == std::nullopt);

  CHECK(own.placeholder("demo") == "demo");
  CHECK(own.without_assignments("password=demo&pwd=other") ==
        "password=demo&pwd=" + own.placeholder("other"));
  CHECK(own.without_shapes("card 4111 1111 1111 1111").value_or("card 4111 1111 1111 1111") ==
        "card 4111 1111 1111 1111");
}

TEST_CASE("what stands for a secret is not replaced by a pattern that it matches") {
  const Secrets own = secrets.with({.values = {"[0-9a-f]{32}", "red[a-z]+:[0-9a-f]*", "x*"}});
  const std::string digest(32, 'a');
  const std::string once = own.without_patterns(digest).value();
  CHECK(once == own.placeholder(digest));
  CHECK(own.without_patterns(once) == std::nullopt);
  CHECK(own.without_patterns("see " + once) == std::nullopt);
}

TEST_CASE("a pattern that can't be used is told of") {
  CHECK(problem_of_pattern("ACME-[0-9]+").empty());
  CHECK(problem_of_pattern("(").find("missing )") != std::string::npos);
}
