// bulk_client bulk|plain HOST PORT USER PASSWORD DATABASE
//
// Batches of MariaDB's Connector/C over the table goods (id, name, price), or the same rows without
// the command for batches. Prints every answer.
#include <mysql.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

void demand(bool holds, MYSQL* connection) {
  if (holds) return;
  std::cout << "error " << mysql_errno(connection) << ": " << mysql_error(connection) << '\n';
  std::exit(1);
}

void query(MYSQL* connection, const char* sql) {
  demand(mysql_query(connection, sql) == 0, connection);
  MYSQL_RES* const result = mysql_store_result(connection);
  if (result == nullptr) {
    std::cout << mysql_affected_rows(connection) << " affected\n";
    return;
  }
  while (MYSQL_ROW row = mysql_fetch_row(result)) {
    for (unsigned i = 0; i < mysql_num_fields(result); ++i)
      std::cout << (i > 0 ? " " : "") << (row[i] == nullptr ? "NULL" : row[i]);
    std::cout << '\n';
  }
  mysql_free_result(result);
}

/// Names and prices of `rows` rows.
void execute(MYSQL* connection, const char* sql, unsigned rows, unsigned parameters) {
  const char* names[] = {"ant", "bee", "cat"};
  unsigned long lengths[] = {3, 3, 3};
  int prices[] = {7, 0, 9};
  char plain[] = {STMT_INDICATOR_NONE, STMT_INDICATOR_NONE, STMT_INDICATOR_NONE};
  char indicators[] = {STMT_INDICATOR_NONE, STMT_INDICATOR_NULL, STMT_INDICATOR_DEFAULT};
  MYSQL_BIND bind[2] = {};
  bind[0].buffer_type = MYSQL_TYPE_STRING;
  bind[0].buffer = names;
  bind[0].length = lengths;
  bind[0].u.indicator = plain;
  bind[1].buffer_type = MYSQL_TYPE_LONG;
  bind[1].buffer = prices;
  bind[1].u.indicator = indicators;
  MYSQL_STMT* const statement = mysql_stmt_init(connection);
  const std::string_view text = sql;
  demand(mysql_stmt_prepare(statement, text.data(), text.size()) == 0, connection);
  mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &rows);
  demand(mysql_stmt_param_count(statement) == parameters, connection);
  demand(mysql_stmt_bind_param(statement, bind) == 0, connection);
  demand(mysql_stmt_execute(statement) == 0, connection);
  std::cout << mysql_stmt_affected_rows(statement) << " affected\n";
  mysql_stmt_close(statement);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 7) return 64;
  MYSQL* const connection = mysql_init(nullptr);
  my_bool verify = 0;
  mysql_optionsv(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  const auto port = static_cast<unsigned>(std::atoi(arguments[3]));
  demand(mysql_real_connect(connection, arguments[2], arguments[4], arguments[5], arguments[6],
                            port, nullptr, 0) != nullptr,
         connection);
  if (arguments[1] == std::string_view("bulk")) {
    execute(connection, "INSERT INTO goods (name, price) VALUES (?, ?)", 3, 2);
    query(connection, "SELECT id, name, price FROM goods ORDER BY id");
    execute(connection, "DELETE FROM goods WHERE name = ?", 2, 1);
  } else {
    query(connection,
          "INSERT INTO goods (name, price) VALUES ('ant', 7), ('bee', NULL), ('cat', DEFAULT)");
  }
  query(connection, "SELECT id, name, price FROM goods ORDER BY id");
  mysql_close(connection);
}
