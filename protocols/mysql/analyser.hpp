// The compiling role: identities, dependencies and images of recorded exchanges.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocols/mysql/identity.hpp"
#include "protocols/mysql/introspection.hpp"
#include "protocols/mysql/parameters.hpp"
#include "protocols/mysql/result.hpp"
#include "protocols/mysql/row_reader.hpp"
#include "protocols/mysql/table_keys.hpp"
#include "protocols/sql/statement_secrets.hpp"
#include "understudy/analyser.hpp"

namespace understudy::mysql {

class MysqlAnalyser final : public Analyser {
 public:
  void use(const Secrets& secrets) override { secrets_ = secrets; }
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
    std::vector<Setting> settings = {};  ///< those that are unusual
    bool in_transaction = false;
    bool formats_told = false;  ///< the client asked for the formats of columns, or can't
  };

  /// The connection whose exchanges are being shown, as the recorder and the server follow it.
  struct Followed {
    std::string recording;
    std::uint64_t connection = 0;
    std::uint64_t tick = 0;
    Session session;
    Aftermath after = {};
    Identity previous = {};  ///< of the statement before
    std::string previous_text = {};
  };

  [[nodiscard]] Surroundings surroundings_of(const SessionHeader& session,
                                             const Document& request) const;
  void learn_clean(const SessionHeader& session, const Exchange& exchange);
  void note_ending();
  static void depend_on_everything(Analysis& analysis);
  Analysis analyse_clean(const SessionHeader& session, const Exchange& exchange,
                         std::vector<Problem>& problems);
  [[nodiscard]] sql::Mode mode_now() const;
  [[nodiscard]] std::optional<Document> without_secrets(const Document& request,
                                                        sql::Mode mode) const;
  [[nodiscard]] bool hide_parameters_of(const std::vector<sql::SecretParameter>& secret,
                                        sql::Mode mode, Document& request) const;
  enum class Pass : std::uint8_t { learning, analysing };
  void begin_following(Pass pass, const SessionHeader& session, const Exchange& exchange);
  void follow(const Exchange& exchange, const Identity& identity);
  void follow_results(const Results& results, std::string_view canonical);
  void count_settings();
  [[nodiscard]] std::map<std::string, std::string> usual_settings() const;
  [[nodiscard]] std::string unusual_settings(const Document& request, const Surroundings& around,
                                             const std::vector<sql::Value>& values) const;
  [[nodiscard]] bool shows_timestamps(const Surroundings& around) const;
  [[nodiscard]] bool agrees(const Introspection& asked, const Document& answer) const;
  bool follow_question(const Document& request, const Document& answer, Analysis& analysis);
  void learn_question(const Document& request, const Document& answer);
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
  const Mentions& mentions_in(const std::string& text, const Surroundings& around);
  void learn_numbers(const Mentions& mentions, const Document& answer);
  void learn_extended(const Results& results);
  void declare_formats();
  [[nodiscard]] std::set<std::string> unknown_formats() const;
  void add_extended(Results& results) const;
  void learn_variables(const Document& request, const Document& answer);
  void add_source(const std::string& source, const Surroundings& around, Analysis& analysis);
  sql::StatementFacts facts_of(std::string_view text, const Surroundings& around);
  [[nodiscard]] sql::StatementFacts new_facts_of(std::string_view text,
                                                 const Surroundings& around) const;
  sql::StatementFacts add_dependencies(std::string_view text, const Surroundings& around,
                                       Analysis& analysis);
  void settle_tables();
  void define_names();
  void learn_tables(const Mentions& mentions, const Document& answer, const Surroundings& around);
  Analysis analyse(const Document& request, const Document& answer, const Surroundings& around,
                   std::vector<Problem>& problems);
  void classify(const Document& request, const Document& answer, const Surroundings& around,
                Analysis& analysis);

  Secrets secrets_;
  bool masked_secrets_ = false;  ///< some of the recording's are
  /// A server as it greeted; the first session's is served.
  Document server_;
  std::uint16_t collation_ = 0;
  std::map<std::string, std::size_t> databases_;  // exchanges by database in use
  std::set<std::string> settable_;
  std::map<std::string, std::string> variables_;
  Document followed_profile_ = Document::object();  // what `followed_` knows of the service
  std::optional<Followed> followed_;
  Pass pass_ = Pass::learning;
  std::map<std::string, std::map<std::string, std::size_t>> setting_counts_;  // exchanges
  std::map<std::string, std::set<std::string>> marks_;  // of settings, by shape_key
  std::size_t exchanges_ = 0;
  std::set<std::string> distrusted_;  // what the recording answers otherwise than the connection
  std::set<std::string> timestamps_;  // columns, by name
  std::set<std::string> ending_;      // patterns of calls that ended a transaction
  struct Shape {
    std::vector<Column> columns;
    bool prepared = false;              ///< told by a COM_STMT_PREPARE
    bool formats_told = false;          ///< to some client
    std::optional<std::string> infile;  ///< name of the file that the client is asked for
    std::optional<ErrorPacket> error;   ///< in which every attempt ended before it began
  };
  std::map<std::pair<std::string, std::string>, Shape> shapes_;  // by database and pattern
  TableKeys keys_;
  std::map<std::pair<std::string, std::string>, sql::StatementFacts> facts_;  // as shapes_
  std::map<std::pair<std::string, std::string>, Mentions> mentions_;          // as shapes_
  bool planned_ = true;  ///< of the statement that is analysed, its text alone tells all rows
  std::set<std::string, std::less<>> declared_;  ///< tables of which all that matters is known
  std::set<std::pair<std::string, std::string>> views_seen_;   // and the tables behind
  std::vector<std::pair<std::string, Surroundings>> defined_;  // DDL, recorded or of schema files
  std::size_t names_defined_ = 0;  ///< so many of them define names already
  std::vector<std::pair<std::string, Surroundings>> declaring_;  // those that changed something
  std::vector<std::string> definitions_;  // the DDL that was recorded, with the databases in use
  std::map<std::string, std::string> extended_;  // extended metadata by schema, table and column
  RowReader rows_;
  sql::Statement statement_;
};

}  // namespace understudy::mysql
