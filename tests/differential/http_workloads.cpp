// Workloads of HTTP: what clients of a small API do, each as its own user or as several.
#include <fmt/format.h>

#include "client.hpp"

namespace differential {
namespace {

/// A statement is "METHOD /path", its values are the body and then fields as "Name: value".
class HttpClient : public Client {
 public:
  using Client::Client;

 protected:
  using Fields = std::vector<std::string>;

  void get(const std::string& path, const Fields& fields = {}) {
    ask(Statement::Kind::read, "GET", path, "", fields);
  }
  void change(const std::string& method, const std::string& path, const std::string& body = "",
              const Fields& fields = {}) {
    ask(Statement::Kind::write, method, path, body, fields);
  }
  void ask(Statement::Kind kind, const std::string& method, const std::string& path,
           const std::string& body, const Fields& fields) {
    std::vector<Value> values = {body};
    if (!body.empty()) values.emplace_back("Content-Type: application/json");
    values.insert(values.end(), fields.begin(), fields.end());
    say_as(kind, method + ' ' + path, std::move(values));
  }
  std::string user() { return std::vector<std::string>{"ann", "bob", "cid"}[index(3)]; }
  std::string product() { return random_.percent(50) ? "tea" : "pot"; }
  std::string number(int below) { return std::to_string(random_.below(below)); }
  static Fields as(const std::string& user) { return {"Authorization: Bearer key-of-" + user}; }
  std::size_t index(int below) { return static_cast<std::size_t>(random_.below(below)); }
};

class Items : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override {
    const std::string one = "/items/" + std::to_string(1 + random_.below(5));
    switch (random_.below(8)) {
      case 0:
      case 1:
        return change("POST", "/items",
                      fmt::format(R"({{"name":"n{}","price":{}}})", random_.below(3), number_));
      case 2:
        return change("PUT", one, fmt::format(R"({{"price":{}}})", random_.below(3)));
      case 3:
        return random_.percent(40) ? change("DELETE", one) : get(one);
      case 4:
        return get("/items");
      default:
        return get(one);
    }
  }
};

/// Each client is one user, or any of them at any time.
class Carts : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override {
    const Fields who = random_.percent(10) ? Fields() : as(user());
    switch (random_.below(7)) {
      case 0:
      case 1:
        return change("POST", "/cart", fmt::format(R"({{"product":"{}"}})", product()), who);
      case 2:
        return random_.percent(30) ? change("DELETE", "/cart", "", who) : get("/cart", who);
      case 3:
        return get("/cart/total", who);
      case 4:
        return get("/me", who);
      default:
        return get("/cart", who);
    }
  }
};

class Orders : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override {
    const Fields who = as(user());
    switch (random_.below(9)) {
      case 0:
      case 1:
        return change("POST", "/cart", fmt::format(R"({{"product":"{}"}})", product()), who);
      case 2:
        return change("POST", "/orders", "", who);
      case 3:
        return random_.percent(30) ? change("PUT", "/stock/" + product(),
                                            fmt::format(R"({{"left":{}}})", 2 + random_.below(3)))
                                   : get("/stock");
      case 4:
        return get("/cart", who);
      case 5:
        return get("/items");
      case 6:
        return get("/me", who);
      default:
        return get("/stock/" + product());
    }
  }
};

class Roles : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override {
    switch (random_.below(6)) {
      case 0:
        return change("PUT", "/users/" + user() + "/role",
                      random_.percent(50) ? R"({"role":"admin"})" : R"({"role":"reader"})",
                      as(random_.percent(80) ? "ann" : user()));
      case 1:
        return get("/users/" + user());
      case 2:
        return get("/me", as(user()));
      case 3:
        return get("/me");
      default:
        return get("/admin", as(user()));
    }
  }
};

/// Logs in first, and asks with what it was given.
class Sessions : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override {
    if (!logged_in_ || random_.percent(15)) {
      logged_in_ = true;
      change("POST", "/login", fmt::format(R"({{"user":"{}"}})", user()));
    }
    const Fields who = {"Authorization: Bearer $token"};
    switch (random_.below(4)) {
      case 0:
        return change("POST", "/cart", fmt::format(R"({{"product":"{}"}})", product()), who);
      case 1:
        return get("/cart", who);
      case 2:
        return get("/me");
      default:
        return get("/me", who);
    }
  }

 private:
  bool logged_in_ = false;
};

class Tenants : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override {
    const Fields tenant =
        random_.percent(20) ? Fields() : Fields{"X-Tenant: " + std::string(1, "ab"[index(2)])};
    if (random_.percent(30))
      return change("POST", "/notes", fmt::format(R"({{"text":"t{}"}})", random_.below(3)), tenant);
    get("/notes", tenant);
  }
};

/// Everything through one path.
class Rpc : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override {
    const std::string key = "k" + number(3);
    switch (random_.below(6)) {
      case 0:
        return call(
            Statement::Kind::write,
            fmt::format(R"({{"op":"put","key":"{}","value":"v{}"}})", key, random_.below(3)));
      case 1:
        return random_.percent(40) ? call(Statement::Kind::write,
                                          fmt::format(R"({{"op":"delete","key":"{}"}})", key))
                                   : call(Statement::Kind::read, R"({"op":"list"})");
      default:
        return call(Statement::Kind::read, fmt::format(R"({{"op":"get","key":"{}"}})", key));
    }
  }

 private:
  void call(Statement::Kind kind, const std::string& body) { ask(kind, "POST", "/rpc", body, {}); }
};

/// Polls what it started, and what others did.
class Jobs : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override {
    if (random_.percent(20)) return change("POST", "/jobs", R"({"do":"it"})");
    const std::string path = "/jobs/" + std::to_string(1 + random_.below(3));
    for (int i = random_.below(4); i >= 0; --i) get(path);
  }
};

class Documents : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override {
    if (random_.percent(15))
      return change("PUT", "/document", fmt::format(R"({{"text":"x{}"}})", random_.below(3)));
    Fields fields;
    if (random_.percent(40)) fields.push_back("Accept: application/xml");
    if (random_.percent(40)) fields.push_back("Accept-Language: de");
    get("/document", fields);
  }
};

class Limited : public HttpClient {
 public:
  using HttpClient::HttpClient;

 protected:
  void act() override { get("/limited"); }
};

/// All of it, client by client.
template <class... Parts>
class Mixed : public HttpClient {
 public:
  Mixed(int number, std::uint64_t seed, int units) : HttpClient(number, seed, units) {
    (parts_.push_back(std::make_unique<Parts>(number, seed + 7919 * (parts_.size() + 1), units)),
     ...);
  }

 protected:
  void act() override {
    Client& part = *parts_[index(static_cast<int>(parts_.size()))];
    const Statement* next = part.peek();
    if (next == nullptr) return;
    say_as(next->kind, next->sql, next->values);
    Reply nothing;
    part.done(&nothing);
  }

 private:
  std::vector<std::unique_ptr<Client>> parts_;
};

}  // namespace

std::vector<Workload> http_workloads() {
  return {
      workload<Items>("items", "", false),
      workload<Carts>("carts of users", "", false),
      workload<Orders>("orders and stock", "", false),
      workload<Roles>("roles", "", false),
      workload<Sessions>("sessions", "", false),
      workload<Tenants>("tenants", "", false),
      workload<Rpc>("RPC through POST", "", false),
      workload<Jobs>("jobs that are polled", "", false, true),
      workload<Documents>("formats and languages", "", false),
      workload<Limited>("a limit of requests", "", false, true),
      workload<Mixed<Items, Carts, Roles, Tenants, Documents>>("resources together", "", false),
      workload<Mixed<Items, Orders, Rpc, Jobs, Limited>>("everything together", "", false, true)};
}

}  // namespace differential
