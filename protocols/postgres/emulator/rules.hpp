// What the shared emulator has to know of PostgreSQL.
#pragma once

#include "protocols/postgres/emulator/shared.hpp"
#include "protocols/postgres/emulator/values.hpp"

namespace understudy::postgres::emulation {

class PostgresRules final : public ServerRules {
 public:
  PostgresRules() = default;
  explicit PostgresRules(const Printing& printing) : printing_(printing) {}

  [[nodiscard]] const Printing& printing() const noexcept { return printing_; }
  [[nodiscard]] Printing& printing() noexcept { return printing_; }

  [[nodiscard]] tree::Statement parse(std::string_view pattern) const override;
  [[nodiscard]] std::string spelled(std::string_view pattern) const override;
  [[nodiscard]] std::string key_of(const tree::Name& name) const override;
  [[nodiscard]] std::string key_in(const tree::Name& name, const TableBook& book) const override;
  [[nodiscard]] bool follows_routines() const noexcept override { return true; }
  [[nodiscard]] bool runs(const tree::CreateRoutine& routine) const override;
  [[nodiscard]] Plan plan(const tree::Statement& statement, const TableBook& tables,
                          bool took_effect) const override;
  [[nodiscard]] std::string unsure_by_text(std::string_view pattern) const override;
  [[nodiscard]] std::string numbered_by(std::string_view pattern) const override;
  [[nodiscard]] ColumnType type_of(const tree::ColumnDefinition& column,
                                   const Definition& table) const override;
  [[nodiscard]] sql::contents::Default default_of(const tree::Expression& expression,
                                                  ColumnType type) const override;
  [[nodiscard]] std::string constraint_name(const Definition& table,
                                            const std::vector<std::size_t>& columns,
                                            std::string_view suffix) const override;
  [[nodiscard]] std::optional<Datum> read_value(ColumnType type, sql::ValueClass value_class,
                                                std::string_view text) const override;
  [[nodiscard]] std::optional<std::string> print_value(ColumnType type, const Datum& datum,
                                                       bool& sure) const override;

 private:
  Printing printing_;
};

}  // namespace understudy::postgres::emulation
