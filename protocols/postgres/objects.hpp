// Prepared statements and portals of one connection with their lifetimes, the
// same for whoever watches the connection and whoever serves it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace understudy::postgres {

/// Statements and portals are separate name spaces; the empty name is the unnamed object. A portal
/// keeps its statement alive. `Portal` has a bool `holdable`.
template <class Statement, class Portal>
class SessionObjects {
 public:
  [[nodiscard]] std::shared_ptr<Statement> statement(std::string_view name) const {
    const auto found = statements_.find(name);
    return found == statements_.end() ? nullptr : found->second;
  }
  [[nodiscard]] std::shared_ptr<Portal> portal(std::string_view name) const {
    const auto found = portals_.find(name);
    return found == portals_.end() ? nullptr : found->second;
  }
  void put_statement(std::string_view name, std::shared_ptr<Statement> statement) {
    statements_.insert_or_assign(std::string(name), std::move(statement));
  }
  void put_portal(std::string_view name, std::shared_ptr<Portal> portal) {
    portals_.insert_or_assign(std::string(name), std::move(portal));
  }
  bool drop_statement(std::string_view name) { return drop(statements_, name); }
  bool drop_portal(std::string_view name) { return drop(portals_, name); }
  void drop_statements() { statements_.clear(); }
  void drop_portals() { portals_.clear(); }

  /// A simple Query destroys the unnamed statement and portal.
  void on_query() {
    drop(statements_, "");
    drop(portals_, "");
  }
  /// Portals live as long as their transaction, unless WITH HOLD.
  void on_transaction_end() {
    std::erase_if(portals_, [](const auto& entry) { return !entry.second->holdable; });
  }

  template <class Visitor>
  void for_each_portal(Visitor&& visit) const {
    for (const auto& [name, portal] : portals_) visit(*portal);
  }

 private:
  template <class Map>
  static bool drop(Map& map, std::string_view name) {
    const auto found = map.find(name);
    if (found == map.end()) return false;
    map.erase(found);
    return true;
  }

  std::map<std::string, std::shared_ptr<Statement>, std::less<>> statements_;
  std::map<std::string, std::shared_ptr<Portal>, std::less<>> portals_;
};

}  // namespace understudy::postgres
