// A small service as the truth: what it answers follows from its contents and from nothing else.
// It shares no code with what is tested: its own requests, its own answers, its own spelling of
// both.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace differential {

struct HttpRequest {
  std::string method, path;
  std::map<std::string, std::string> headers;
  std::string body;

  [[nodiscard]] std::string octets() const;
};

struct HttpAnswer {
  int status = 200;
  std::map<std::string, std::string> headers;
  std::string body;

  [[nodiscard]] std::string octets() const;
};

/// Status, the fields that the model sends, and body of a message on the wire.
[[nodiscard]] HttpAnswer parse_answer(const std::string& octets);

/// Users with roles and sessions, a collection, a cart for each user, orders that take from a
/// stock, notes of tenants, RPC through one path, jobs that are polled, a document in two formats
/// and two languages, a counter of requests that are left.
class HttpModel {
 public:
  HttpModel();
  HttpAnswer answer(const HttpRequest& request);

 private:
  using Handler = HttpAnswer (HttpModel::*)(const HttpRequest&);
  HttpAnswer login(const HttpRequest& request);
  HttpAnswer me(const HttpRequest& request);
  HttpAnswer admin(const HttpRequest& request);
  HttpAnswer users(const HttpRequest& request);
  HttpAnswer items(const HttpRequest& request);
  HttpAnswer cart(const HttpRequest& request);
  HttpAnswer orders(const HttpRequest& request);
  HttpAnswer stock(const HttpRequest& request);
  HttpAnswer notes(const HttpRequest& request);
  HttpAnswer rpc(const HttpRequest& request);
  HttpAnswer jobs(const HttpRequest& request);
  HttpAnswer document(const HttpRequest& request);
  HttpAnswer limited(const HttpRequest& request);
  [[nodiscard]] std::string user_of(const HttpRequest& request) const;

  struct Item {
    std::string name;
    int price = 0;
  };
  std::map<std::string, Handler> handlers_;
  std::map<std::string, std::string> sessions_;  // token → user
  std::map<std::string, std::string> roles_;     // user → role
  std::map<int, Item> items_;
  std::map<std::string, std::map<std::string, int>> carts_;  // user → product → count
  std::map<std::string, int> stock_;
  std::map<std::string, std::vector<std::string>> notes_;  // tenant → texts
  std::map<std::string, std::string> pairs_;               // of the RPC
  std::map<int, int> jobs_;                                // id → asks so far
  std::string text_ = "first";
  int next_item_ = 1, next_order_ = 1, next_job_ = 1, next_session_ = 1, left_ = 20;
};

}  // namespace differential
