// What of a schema can be relied on: tables of which it tells all that matters, and which the
// recording does not contradict.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compile/model/full_step.hpp"

namespace understudy::compile {

class Declarations {
 public:
  Declarations(const std::vector<Step>& steps, const Schema& schema);

  /// Null where the table is not declared or can't be relied on. All references are resolved.
  [[nodiscard]] const TableFacts* find(const std::string& table) const;
  /// All that are declared, also those that can't be relied on.
  [[nodiscard]] const Schema& tables() const noexcept { return schema_; }
  /// Declared tables that can't be relied on, and why.
  [[nodiscard]] const std::map<std::string, std::string>& doubts() const noexcept {
    return doubts_;
  }
  /// Of those the ones that the recording contradicts.
  [[nodiscard]] const std::map<std::string, std::string>& contradicted() const noexcept {
    return contradicted_;
  }

 private:
  void note(const FullStep& step);
  void note_columns(const std::string& table, const Row& row);
  void note_condition(const std::string& table, const std::vector<RowCondition>& where);
  void note_column(const std::string& table, const std::string& column);
  void note_violation(const UniqueViolation& violation);
  void contradict(const std::string& table, const std::string& why);
  void resolve();

  Schema schema_;
  std::map<std::string, std::string> doubts_, contradicted_;
};

/// Whether it is over one of the table's declared unique sets.
[[nodiscard]] bool is_declared(const TableFacts& facts, const UniqueViolation& violation);

}  // namespace understudy::compile
