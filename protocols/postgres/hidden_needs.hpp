// What statements depend on of a session without saying so: views, policies, rules, triggers and
// functions that they go through may read the role and the settings.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "protocols/postgres/session.hpp"

namespace understudy::postgres {

class HiddenNeeds {
 public:
  /// One statement of the recording; what defines nothing is passed over.
  void define(std::string_view sql);
  /// All statements of a schema file.
  void define_all(std::string_view text);

  /// A statement of the recording. `pattern`: the same for all that go through the same.
  void add(std::string_view pattern, const std::string& sql, bool shows_rows);

  /// Tells `learn` what matters to the statements that were added since the last call.
  /// `is_indirect`: whether it touches other rows than its text tells.
  void settle(
      const std::function<bool(const std::string& pattern, const std::string& sql)>& is_indirect,
      const std::function<void(const std::string& pattern, const SessionNeeds&)>& learn);

 private:
  struct Statement {
    std::string sql;
    bool shows_rows = false;
  };
  [[nodiscard]] bool calls_routine(std::string_view sql) const;

  SessionNeeds needs_;
  std::set<std::string, std::less<>> routines_;               // their bare names
  std::map<std::string, Statement, std::less<>> statements_;  // by pattern
};

}  // namespace understudy::postgres
