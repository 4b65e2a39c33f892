#include "cli/url_login.hpp"

#include <doctest/doctest.h>

using understudy::cli::login_of_url;
using understudy::cli::UrlLogin;

namespace {

std::string said(std::string_view url) {
  const UrlLogin login = login_of_url(url);
  return login.user + "|" + login.password + "|" + login.database;
}

}  // namespace

TEST_CASE("a URL says who logs in, with which password and where to") {
  CHECK(said("postgres://ann:pw@db:5432/shop") == "ann|pw|shop");
  CHECK(said("mysql://ann@db/shop?timeout=3") == "ann||shop");
  CHECK(said("postgres://db:5432/shop") == "||shop");
  CHECK(said("postgres://db") == "||");
  CHECK(said("redis://:pw@db/1#x") == "|pw|1");
  CHECK(said("no url") == "||");
}

TEST_CASE("what is percent-encoded in a URL is decoded, and a password may hold : and @") {
  CHECK(said("postgres://a%40b:p%2Fw:x@y@db/a%20b") == "a@b|p/w:x@y|a b");
  CHECK(said("postgres://a%zz:%@db") == "a%zz|%|");
}
