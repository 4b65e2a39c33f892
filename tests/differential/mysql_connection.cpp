#include "mysql_connection.hpp"

#include <mariadb/mysql.h>

#include <stdexcept>

#include "protocols/mysql/charset.hpp"

namespace differential {
namespace {

using namespace understudy;
using namespace understudy::mysql;

std::string text_of(const char* text, unsigned size) {
  return text == nullptr ? std::string() : std::string(text, size);
}

Column column_of(const MYSQL_FIELD& field) {
  Column column;
  column.schema = text_of(field.db, field.db_length);
  column.table = text_of(field.table, field.table_length);
  column.org_table = text_of(field.org_table, field.org_table_length);
  column.name = text_of(field.name, field.name_length);
  column.org_name = text_of(field.org_name, field.org_name_length);
  column.charset = static_cast<std::uint16_t>(field.charsetnr);
  column.length = static_cast<std::uint32_t>(field.length);
  column.type = static_cast<FieldType>(field.type);
  // One flag is the library's own.
  column.flags = static_cast<std::uint16_t>(field.flags & ~unsigned{column_flag::number});
  column.decimals = static_cast<std::uint8_t>(field.decimals);
  to_neutral(column, utf8mb4_collation);
  return column;
}

ResultSet set_of(MYSQL* connection, MYSQL_RES* result) {
  ResultSet set;
  const unsigned count = mysql_num_fields(result);
  for (unsigned i = 0; i < count; ++i)
    set.columns.push_back(column_of(*mysql_fetch_field_direct(result, i)));
  while (MYSQL_ROW const row = mysql_fetch_row(result)) {
    const unsigned long* const sizes = mysql_fetch_lengths(result);
    Document cells = Document::array();
    for (unsigned i = 0; i < count; ++i)
      cells.push_back(row[i] == nullptr
                          ? Document()
                          : cell_document(set.columns[i], std::string_view(row[i], sizes[i])));
    set.rows.push_back(std::move(cells));
  }
  set.warnings = static_cast<std::uint16_t>(mysql_warning_count(connection));
  return set;
}

}  // namespace

MysqlConnection::MysqlConnection(std::uint16_t port, const std::string& database)
    : connection_(mysql_init(nullptr), mysql_close) {
  mysql_options(connection_.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (mysql_real_connect(connection_.get(), "127.0.0.1", "root", "", nullptr, port, nullptr,
                         CLIENT_MULTI_RESULTS) == nullptr)
    throw std::runtime_error(mysql_error(connection_.get()));
  for (const std::string& each :
       {"DROP DATABASE IF EXISTS " + database, "CREATE DATABASE " + database, "USE " + database})
    static_cast<void>(ask(each));
}

namespace {

ErrorPacket error_of(MYSQL* connection) {
  return {static_cast<std::uint16_t>(mysql_errno(connection)), mysql_sqlstate(connection),
          mysql_error(connection)};
}

Result next_result(MYSQL* connection) {
  const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> result(mysql_store_result(connection),
                                                                mysql_free_result);
  if (result) return set_of(connection, result.get());
  // It came amid the rows.
  if (mysql_errno(connection) != 0) return error_of(connection);
  OkPacket ok;
  ok.affected = mysql_affected_rows(connection);
  ok.insert_id = mysql_insert_id(connection);
  ok.warnings = static_cast<std::uint16_t>(mysql_warning_count(connection));
  if (const char* const info = mysql_info(connection)) ok.info = info;
  return ok;
}

}  // namespace

Results MysqlConnection::ask(const std::string& sql) {
  MYSQL* const connection = connection_.get();
  Results results;
  if (mysql_real_query(connection, sql.data(), sql.size()) != 0) {
    results.list.emplace_back(error_of(connection));
    return results;
  }
  for (;;) {
    results.list.push_back(next_result(connection));
    const int more = mysql_next_result(connection);
    if (more > 0) results.list.emplace_back(error_of(connection));
    if (more != 0) return results;
  }
}

}  // namespace differential
