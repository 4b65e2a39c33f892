#include "http_model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace differential {
namespace {

std::string field(const HttpRequest& request, const std::string& name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

/// The text or number of a member of a flat JSON object.
std::string member(const std::string& json, const std::string& name) {
  const std::size_t at = json.find('"' + name + "\":");
  if (at == std::string::npos) return {};
  std::size_t begin = at + name.size() + 3;
  if (json[begin] != '"') return json.substr(begin, json.find_first_of(",}", begin) - begin);
  ++begin;
  return json.substr(begin, json.find('"', begin) - begin);
}

int number_of(const std::string& text) {
  int number = 0;
  for (const char digit : text)
    if (digit >= '0' && digit <= '9') number = number * 10 + (digit - '0');
  return number;
}

HttpAnswer json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}
HttpAnswer failed(int status, const std::string& why) {
  return json(status, fmt::format(R"({{"error":"{}"}})", why));
}
HttpAnswer nothing() {
  return {204, {}, {}};
}

/// "/items/7" is {"items", "7"}.
std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    parts.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

std::string HttpRequest::octets() const {
  std::string text = method + ' ' + path + " HTTP/1.1\r\nHost: api\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST" || method == "PUT")
    text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

std::string HttpAnswer::octets() const {
  std::string text = fmt::format("HTTP/1.1 {} X\r\n", status);
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (status != 204) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

HttpAnswer parse_answer(const std::string& octets) {
  HttpAnswer answer;
  const std::size_t head = octets.find("\r\n\r\n");
  if (head == std::string::npos) return answer;
  answer.status = number_of(octets.substr(9, 3));
  for (std::size_t at = octets.find("\r\n") + 2; at < head + 2;) {
    const std::size_t end = octets.find("\r\n", at), colon = octets.find(": ", at);
    const std::string name = octets.substr(at, colon - at);
    if (name != "Content-Length" && name != "Date")
      answer.headers[name] = octets.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  answer.body = octets.substr(head + 4);
  return answer;
}

HttpModel::HttpModel()
    : handlers_{{"login", &HttpModel::login},    {"me", &HttpModel::me},
                {"admin", &HttpModel::admin},    {"users", &HttpModel::users},
                {"items", &HttpModel::items},    {"cart", &HttpModel::cart},
                {"orders", &HttpModel::orders},  {"stock", &HttpModel::stock},
                {"notes", &HttpModel::notes},    {"rpc", &HttpModel::rpc},
                {"jobs", &HttpModel::jobs},      {"document", &HttpModel::document},
                {"limited", &HttpModel::limited}},
      roles_{{"ann", "admin"}, {"bob", "reader"}, {"cid", "reader"}},
      stock_{{"tea", 5}, {"pot", 3}} {
  for (const char* user : {"ann", "bob", "cid"})
    sessions_[fmt::format("Bearer key-of-{}", user)] = user;
}

HttpAnswer HttpModel::answer(const HttpRequest& request) {
  const auto found = handlers_.find(parts_of(request.path)[0]);
  return found == handlers_.end() ? failed(404, "no such page") : (this->*found->second)(request);
}

std::string HttpModel::user_of(const HttpRequest& request) const {
  const auto found = sessions_.find(field(request, "Authorization"));
  return found == sessions_.end() ? std::string() : found->second;
}

HttpAnswer HttpModel::login(const HttpRequest& request) {
  const std::string user = member(request.body, "user");
  if (!roles_.contains(user)) return failed(401, "who?");
  const std::string token =
      fmt::format("t{:x}z{:06}", 0xABCDEF123 + 77 * next_session_, next_session_);
  ++next_session_;
  sessions_["Bearer " + token] = user;
  return json(200, fmt::format(R"({{"token":"{}","user":"{}"}})", token, user));
}

HttpAnswer HttpModel::me(const HttpRequest& request) {
  const std::string user = user_of(request);
  if (user.empty()) return failed(401, "not logged in");
  return json(200, fmt::format(R"({{"user":"{}","role":"{}"}})", user, roles_[user]));
}

HttpAnswer HttpModel::admin(const HttpRequest& request) {
  const std::string user = user_of(request);
  if (user.empty()) return failed(401, "not logged in");
  if (roles_[user] != "admin") return failed(403, "not for you");
  return json(
      200, fmt::format(R"({{"readers":{}}})", std::ranges::count_if(roles_, [](const auto& role) {
                         return role.second == "reader";
                       })));
}

HttpAnswer HttpModel::users(const HttpRequest& request) {
  const auto parts = parts_of(request.path);
  if (parts.size() < 2 || !roles_.contains(parts[1])) return failed(404, "no such user");
  if (request.method == "GET")
    return json(200, fmt::format(R"({{"user":"{}","role":"{}"}})", parts[1], roles_[parts[1]]));
  if (roles_[user_of(request)] != "admin") return failed(403, "not for you");
  roles_[parts[1]] = member(request.body, "role");
  return nothing();
}

HttpAnswer HttpModel::items(const HttpRequest& request) {
  const auto parts = parts_of(request.path);
  const auto told = [](int id, const Item& item) {
    return fmt::format(R"({{"id":{},"name":"{}","price":{}}})", id, item.name, item.price);
  };
  if (parts.size() == 1 && request.method == "POST") {
    const int id = next_item_++;
    const Item& item =
        items_[id] = {member(request.body, "name"), number_of(member(request.body, "price"))};
    HttpAnswer made = json(201, told(id, item));
    made.headers["Location"] = fmt::format("/items/{}", id);
    return made;
  }
  if (parts.size() == 1) {
    std::string list;
    for (const auto& [id, item] : items_) list += (list.empty() ? "" : ",") + told(id, item);
    return json(200, "[" + list + "]");
  }
  const int id = number_of(parts[1]);
  const auto found = items_.find(id);
  if (found == items_.end()) return failed(404, "no such item");
  if (request.method == "DELETE") {
    items_.erase(found);
    return nothing();
  }
  if (request.method == "PUT") found->second.price = number_of(member(request.body, "price"));
  return json(200, told(id, found->second));
}

HttpAnswer HttpModel::cart(const HttpRequest& request) {
  const std::string user = user_of(request);
  if (user.empty()) return failed(401, "not logged in");
  auto& cart = carts_[user];
  if (request.path == "/cart/total") {
    int total = 0;
    for (const auto& [product, count] : cart) total += count * (product == "tea" ? 3 : 20);
    return json(200, fmt::format(R"({{"total":{}}})", total));
  }
  if (request.method == "DELETE") {
    cart.clear();
    return nothing();
  }
  if (request.method == "POST") {
    const std::string product = member(request.body, "product");
    return json(200, fmt::format(R"({{"product":"{}","count":{}}})", product, ++cart[product]));
  }
  std::string list;
  for (const auto& [product, count] : cart)
    list +=
        fmt::format(R"({}{{"product":"{}","count":{}}})", list.empty() ? "" : ",", product, count);
  return json(200, "[" + list + "]");
}

/// What is in the cart is taken from the stock.
HttpAnswer HttpModel::orders(const HttpRequest& request) {
  const std::string user = user_of(request);
  if (user.empty()) return failed(401, "not logged in");
  auto& cart = carts_[user];
  if (cart.empty()) return failed(409, "nothing in the cart");
  for (const auto& [product, count] : cart)
    if (stock_[product] < count) return failed(409, "out of stock");
  for (const auto& [product, count] : cart) stock_[product] -= count;
  cart.clear();
  return json(201, fmt::format(R"({{"id":{}}})", next_order_++));
}

HttpAnswer HttpModel::stock(const HttpRequest& request) {
  const auto parts = parts_of(request.path);
  if (parts.size() < 2) {
    std::string list;
    for (const auto& [product, left] : stock_)
      list += fmt::format(R"({}"{}":{})", list.empty() ? "" : ",", product, left);
    return json(200, "{" + list + "}");
  }
  if (!stock_.contains(parts[1])) return failed(404, "no such product");
  if (request.method == "PUT") stock_[parts[1]] = number_of(member(request.body, "left"));
  return json(200, fmt::format(R"({{"left":{}}})", stock_[parts[1]]));
}

HttpAnswer HttpModel::notes(const HttpRequest& request) {
  auto& notes = notes_[field(request, "X-Tenant")];
  if (request.method == "POST") {
    notes.push_back(member(request.body, "text"));
    return json(201, fmt::format(R"({{"notes":{}}})", notes.size()));
  }
  std::string list;
  for (const std::string& text : notes) list += (list.empty() ? "\"" : ",\"") + text + '"';
  return json(200, "[" + list + "]");
}

HttpAnswer HttpModel::rpc(const HttpRequest& request) {
  const std::string op = member(request.body, "op"), key = member(request.body, "key");
  if (op == "get") {
    const auto found = pairs_.find(key);
    return found == pairs_.end() ? failed(404, "no such key")
                                 : json(200, fmt::format(R"({{"value":"{}"}})", found->second));
  }
  if (op == "list") {
    std::string list;
    for (const auto& [name, value] : pairs_) list += (list.empty() ? "\"" : ",\"") + name + '"';
    return json(200, "[" + list + "]");
  }
  if (op == "put")
    pairs_[key] = member(request.body, "value");
  else if (op == "delete")
    pairs_.erase(key);
  else
    return failed(400, "no such operation");
  return json(200, "{}");
}

/// Done when it is asked for the third time.
HttpAnswer HttpModel::jobs(const HttpRequest& request) {
  const auto parts = parts_of(request.path);
  if (request.method == "POST") {
    const int id = next_job_++;
    jobs_[id] = 0;
    return json(202, fmt::format(R"({{"id":{}}})", id));
  }
  const auto found = parts.size() < 2 ? jobs_.end() : jobs_.find(number_of(parts[1]));
  if (found == jobs_.end()) return failed(404, "no such job");
  return json(200, ++found->second < 3 ? R"({"state":"running"})" : R"({"state":"done"})");
}

HttpAnswer HttpModel::document(const HttpRequest& request) {
  if (request.method == "PUT") {
    text_ = member(request.body, "text");
    return nothing();
  }
  const bool german = field(request, "Accept-Language") == "de";
  const std::string title = german ? "Titel" : "title";
  if (field(request, "Accept") == "application/xml")
    return {
        200, {{"Content-Type", "application/xml"}}, fmt::format("<{0}>{1}</{0}>", title, text_)};
  return json(200, fmt::format(R"({{"{}":"{}"}})", title, text_));
}

HttpAnswer HttpModel::limited(const HttpRequest&) {
  if (left_ == 0) return failed(429, "too many");
  HttpAnswer answer = json(200, R"({"ok":true})");
  answer.headers["X-RateLimit-Remaining"] = std::to_string(--left_);
  return answer;
}

}  // namespace differential
