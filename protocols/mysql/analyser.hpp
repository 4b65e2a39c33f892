// The compiling role: identities, dependencies and images of recorded exchanges.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocols/mysql/identity.hpp"
#include "protocols/mysql/parameters.hpp"
#include "protocols/mysql/result.hpp"
#include "protocols/mysql/row_reader.hpp"
#include "understudy/analyser.hpp"

namespace understudy::mysql {

class MysqlAnalyser final : public Analyser {
 public:
  void learn(const SessionHeader& session, const Exchange& exchange) override;
  void declare(const SchemaFile& file, Schema& schema, Diagnostics& problems) override;
  Analysis analyse(const SessionHeader& session, const Exchange& exchange,
                   std::vector<Problem>& problems) override;
  Identity identify(const Document& request, std::vector<Problem>& problems) override;
  std::string encode(const Document& request, const Document& answer,
                     std::vector<Problem>& problems) override;
  [[nodiscard]] Document profile() const override;
  void restore(const Document& profile) override;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> shapes() const override;

 private:
  /// What of a recorded connection the spelling of its exchanges leaves out.
  struct Surroundings {
    std::string database;
    bool mariadb = true;
    sql::Mode mode{sql::Dialect::mysql, true, false};
  };

  [[nodiscard]] Surroundings surroundings_of(const SessionHeader& session,
                                             const Document& request) const;
  [[nodiscard]] Surroundings surroundings_of(const Document& request) const;
  [[nodiscard]] std::string main_database() const;
  Identity identify(const Document& request, const Surroundings& around,
                    std::vector<Problem>& problems);
  void append_identity(const Document& request, Ask ask, const Surroundings& around,
                       Identity& identity, std::vector<Problem>& problems);
  Results results_of(const Document& answer, const Surroundings& around,
                     std::vector<Problem>& problems) const;
  [[nodiscard]] std::string image_of(const Results& results) const;
  void add_rows(const Document& request, const Results& results, const Surroundings& around,
                Analysis& analysis);
  void learn_shape(const Document& request, const Document& answer, const Surroundings& around);
  struct Shape;
  static void learn_refusal(const Document& answer, Shape& shape);
  void learn_numbers(const Document& request, const Document& answer, const Surroundings& around);
  void learn_extended(const Results& results);
  void add_extended(Results& results) const;
  void learn_variables(const Document& request, const Document& answer);
  void add_source(const std::string& source, const Surroundings& around, Analysis& analysis);
  void add_dependencies(std::string_view text, const Surroundings& around, Analysis& analysis);
  [[nodiscard]] std::string table_key(const std::string& table, const Surroundings& around) const;
  [[nodiscard]] KeyPath qualified(const KeyPath& path, const Surroundings& around) const;
  void classify(const Document& request, const Document& answer, const Surroundings& around,
                Analysis& analysis);

  /// A server as it greeted; the first session's is served.
  Document server_;
  std::uint16_t collation_ = 0;
  std::map<std::string, std::size_t> databases_;  // exchanges by database in use
  std::set<std::string> settable_;
  std::map<std::string, std::string> variables_;
  struct Shape {
    std::vector<Column> columns;
    bool prepared = false;              ///< told by a COM_STMT_PREPARE
    std::optional<std::string> infile;  ///< name of the file that the client is asked for
    std::optional<ErrorPacket> error;   ///< in which every attempt ended before it began
  };
  std::map<std::pair<std::string, std::string>, Shape> shapes_;  // by database and pattern
  std::vector<std::string> definitions_;  // the DDL that was recorded, with the databases in use
  std::map<std::string, std::string> extended_;  // extended metadata by schema, table and column
  RowReader rows_;
  sql::Statement statement_;
};

}  // namespace understudy::mysql
