#include "protocols/postgres/catalogue_reader.hpp"

#include "protocols/postgres/catalogue_connection.hpp"
#include "protocols/postgres/catalogue_queries.hpp"
#include "protocols/postgres/held_rows.hpp"
#include "protocols/postgres/redact.hpp"

namespace understudy::postgres {
namespace {

using Rows = CatalogueConnection::Rows;

/// What a comment can hold.
std::string in_comment(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

class CatalogueText {
 public:
  CatalogueText(CatalogueConnection& connection, const Secrets& secrets, const RowBounds& bounds)
      : connection_(connection), secrets_(secrets), bounds_(bounds) {}

  Catalogue read() {
    head();
    if (!begin()) return {"", connection_.problem()};
    for (const CatalogueSection& section : catalogue_sections()) {
      this->section(section);
      if (connection_.is_spent()) return {"", connection_.problem()};
    }
    if (bounds_.rows > 0) catalogue_.rows = read_rows(connection_, secrets_, bounds_);
    Rows ignored;
    static_cast<void>(connection_.ask("ROLLBACK", ignored));
    return std::move(catalogue_);
  }

 private:
  void head() {
    catalogue_.text =
        "-- What was defined in the database when it was recorded; written by understudy.\n";
    catalogue_.text += std::string(catalogue_database) + in_comment(connection_.database()) + "\n";
    Rows rows;
    static_cast<void>(connection_.ask(std::string(server_facts_query()), rows));
    if (rows.size() != 1) return;
    for (std::size_t i = 0; i < rows[0].size(); ++i)
      catalogue_.text +=
          fmt::format("-- {}: {}\n", server_facts()[i], in_comment(std::move(rows[0][i])));
  }

  /// One state of the catalogue, of which every name has its schema.
  bool begin() {
    for (const char* const statement :
         {"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL statement_timeout = 8000",
          "SET LOCAL lock_timeout = 2000", "SET LOCAL client_encoding = 'UTF8'",
          "SELECT set_config('search_path', '', true)"}) {
      Rows ignored;
      if (!connection_.ask(statement, ignored)) return false;
    }
    return true;
  }

  void section(const CatalogueSection& section) {
    Rows rows, ignored;
    static_cast<void>(connection_.ask("SAVEPOINT section", ignored));
    const std::string query = std::string(catalogue_names()) + std::string(section.query);
    if (!connection_.ask(query, rows)) {
      gap(section.title, connection_.problem());
      static_cast<void>(connection_.ask("ROLLBACK TO section", ignored));
      return;
    }
    if (!rows.empty()) catalogue_.text += "\n-- " + std::string(section.title) + "\n\n";
    for (const auto& row : rows) catalogue_.text += without_secrets(row.at(0), secrets_) + "\n";
  }

  void gap(std::string_view title, const std::string& why) {
    catalogue_.text += fmt::format("\n{}{}: {}\n", catalogue_gap, title, why);
    catalogue_.problem +=
        fmt::format("{}{}: {}", catalogue_.problem.empty() ? "" : "; ", title, why);
  }

  CatalogueConnection& connection_;
  const Secrets& secrets_;
  const RowBounds& bounds_;
  Catalogue catalogue_;
};

class PostgresCatalogueReader final : public CatalogueReader {
 public:
  [[nodiscard]] Variables variables() const noexcept override {
    return {"PGUSER", "PGPASSWORD", "PGDATABASE"};
  }
  [[nodiscard]] Catalogue read(const CatalogueLogin& login, const Secrets& secrets,
                               const RowBounds& bounds) const override {
    CatalogueConnection connection(login);
    if (!connection.is_open()) return {"", connection.problem()};
    return CatalogueText(connection, secrets, bounds).read();
  }
};

}  // namespace

const CatalogueReader& catalogue_reader() noexcept {
  static const PostgresCatalogueReader reader;
  return reader;
}

}  // namespace understudy::postgres
