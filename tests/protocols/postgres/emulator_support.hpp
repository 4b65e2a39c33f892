// PostgreSQL's emulator, spoken to in SQL.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "protocols/postgres/emulator/emulator.hpp"
#include "protocols/postgres/image.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/postgres/served.hpp"
#include "protocols/postgres/transaction.hpp"

namespace postgres_test {

using namespace understudy;
using namespace understudy::postgres;

class EmulatedSql {
 public:
  explicit EmulatedSql(const Document& knowledge = in_utc(), std::string_view contents = {})
      : emulator_(new_postgres_emulator(knowledge)) {
    emulator_->use_contents(as_bytes(contents));
  }

  static Document in_utc() {
    return {{"profile", {{"session", {{"TimeZone", "UTC"}, {"DateStyle", "ISO, MDY"}}}}}};
  }

  /// Rows with `|` between cells and `;` behind each, then the tag; "-" where there is no answer.
  /// `session`: what differs of it, see session_part(); `facts`: see session_facts().
  std::string say(const std::string& sql, std::uint64_t connection = 1,
                  const std::string& session = {}, const std::string& facts = {}) {
    const Identity identity = identity_of(sql, session);
    const auto computed =
        emulator_->compute({identity.canonical, identity.qualifier, connection, facts}, now);
    error.clear();
    if (!computed) return "-";
    writes.clear();
    for (const KeyPath& path : computed->writes) writes.push_back(join(path));
    const auto image = decode_image(as_bytes(computed->image));
    if (image->is_error) {
      static_cast<void>(decode_fields(image->tail.subspan(5), error));
      return "error";
    }
    std::string text;
    for (const postgres::Row& row : rows_of(*image)) {
      for (std::size_t i = 0; i < row.size(); ++i)
        text += (i > 0 ? "|" : "") + row[i].value_or("NULL");
      text += ";";
    }
    columns.clear();
    if (!image->description.empty())
      static_cast<void>(decode_row_description(image->description.subspan(5), columns));
    std::string tag;
    static_cast<void>(decode_command_complete(image->tail.subspan(5), tag));
    return text + tag;
  }

  /// Why there is no answer.
  std::string why(const std::string& sql) {
    const Identity identity = identity_of(sql);
    return emulator_->why_not({identity.canonical, identity.qualifier, 1});
  }

  /// The server answered so.
  void hear(const std::string& sql, const StatementAnswer& answer, std::uint64_t connection = 1) {
    const Identity identity = identity_of(sql);
    const std::string image = encode_image(answer);
    emulator_->follow({identity.canonical, identity.qualifier, connection}, as_bytes(image),
                      recording ? Emulator::Moment() : Emulator::Moment(now), true);
  }
  void hear(const std::string& sql, const std::string& tag, std::uint64_t connection = 1) {
    StatementAnswer answer;
    answer.tag = tag;
    hear(sql, answer, connection);
  }
  void fail(const std::string& sql, const std::string& code) {
    StatementAnswer answer;
    answer.error = make_fields("ERROR", code, "it failed");
    hear(sql, answer);
  }
  void control(Control control, std::uint64_t connection = 1, const std::string& name = "") {
    emulator_->control(control, name, connection);
  }

  Emulator& operator*() { return *emulator_; }
  Emulator* operator->() { return emulator_.get(); }

  std::vector<std::string> writes;
  std::vector<Column> columns;
  Fields error;  ///< where say() gave one
  bool recording = false;
  std::chrono::milliseconds now{1'700'000'000'000};

 private:
  static Identity identity_of(const std::string& sql, const std::string& session = {}) {
    sql::Statement statement;
    statement.assign(sql, sql_mode());
    Identity identity;
    IdentityWriter().write(statement, {}, {}, {}, std::nullopt, session, identity);
    return identity;
  }

  std::unique_ptr<Emulator> emulator_;
};

}  // namespace postgres_test
