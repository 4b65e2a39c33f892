#include "protocols/postgres/emulator/emulator.hpp"

#include <algorithm>
#include <charconv>

#include "protocols/postgres/emulator/definition_tags.hpp"
#include "protocols/postgres/emulator/request.hpp"
#include "protocols/postgres/emulator/runner.hpp"
#include "protocols/postgres/emulator/start.hpp"
#include "protocols/postgres/image.hpp"
#include "protocols/postgres/served.hpp"
#include "protocols/sql/emulator/emulator.hpp"

namespace understudy::postgres {
namespace {

using namespace emulation;
using sql::emulator::Execution;
using sql::emulator::SqlRequest;
using sql::emulator::Written;

std::string text_at_path(const Document& node, std::string_view first, std::string_view second) {
  if (!node.is_object() || !node.contains(first)) return {};
  const Document& inner = node[std::string(first)];
  return inner.is_object() && inner.contains(second) ? octets_of(inner[std::string(second)])
                                                     : std::string();
}

bool is_name_of_utc(std::string_view zone) {
  return zone == "UTC" || zone == "Etc/UTC" || zone == "GMT" || zone == "Etc/GMT";
}

/// Of a database: C and its like, or a language of which it is known how it sorts.
Printing::Order order_of(std::string_view collation) {
  if (collation == "C" || collation == "POSIX" || collation.starts_with("C."))
    return Printing::Order::bytewise;
  return collation.starts_with("en_") || collation.starts_with("de_") ? Printing::Order::common
                                                                      : Printing::Order::unknown;
}

class PostgresExecution final : public Execution {
 public:
  PostgresExecution(sql::contents::Contents& contents, const PostgresRules& rules, TableOids& oids)
      : oids_(oids), runner_(contents, rules, oids) {}

  void take_from(Bytes image) override {
    took_effect_ = true;
    shown_ = rows_of(*decode_image(image));
    runner_.take_from(&shown_);
  }
  [[nodiscard]] bool run(const Plan& plan, const SqlRequest& request) override {
    result_ = runner_.run(plan, request.values);
    return result_.has_value();
  }
  [[nodiscard]] bool fails() const override { return result_->answer.error.has_value(); }
  [[nodiscard]] const Written& written() const override { return result_->written; }
  [[nodiscard]] std::string image() const override { return encode_image(result_->answer); }
  [[nodiscard]] bool agrees(const Plan& plan, Bytes image) override {
    return (took_effect_ && result_->answer.tag.empty()) ||
           emulation::agrees(plan, *result_, image, oids_);
  }
  [[nodiscard]] bool words_differ(Bytes image) const override {
    return emulation::words_differ(*result_, image);
  }
  [[nodiscard]] sql::emulator::Runner& runner() override { return runner_; }

 private:
  TableOids& oids_;
  emulation::Runner runner_;
  bool took_effect_ = false;
  std::vector<Row> shown_;
  std::optional<Result> result_;
};

class PostgresEmulator final : public sql::emulator::SqlEmulator {
 public:
  explicit PostgresEmulator(const Document& knowledge) {
    if (knowledge.is_object()) read(knowledge);
    clear(nullptr);
  }

  [[nodiscard]] Document knowledge() const override;

 private:
  void read(const Document& knowledge);
  void set_collation(std::string collation);

  [[nodiscard]] const ServerRules& rules() const override { return rules_; }
  [[nodiscard]] sql::Dialect dialect() const override { return sql::Dialect::postgres; }
  [[nodiscard]] SqlRequest request_of(const EmulatedRequest& asked) const override {
    return read_request(asked.canonical, asked.qualifier);
  }
  [[nodiscard]] Answered answered(Bytes image) const override;
  [[nodiscard]] std::unique_ptr<Execution> execution() override {
    return std::make_unique<PostgresExecution>(held(), rules_, oids_);
  }
  [[nodiscard]] std::string unsound_session() const override {
    return sound_session_ ? "" : "a search_path or an encoding that is not the usual one";
  }
  [[nodiscard]] bool lacks_privilege(std::string_view code) const override {
    return code == "42501";
  }
  [[nodiscard]] Taken taken_by_failure(std::string_view code) const override {
    if (code.starts_with("22") || code.starts_with("42")) return Taken::nothing;
    return code.starts_with("23") ? Taken::its_own : Taken::unknown;
  }
  [[nodiscard]] std::optional<std::string> answer_of_definition(const tree::Statement& statement,
                                                                std::string_view pattern) override;
  void add_paths(const std::string& key, std::vector<KeyPath>& paths) const override {
    paths.push_back({key});
    if (const std::size_t dot = key.find('.'); dot != std::string::npos)
      paths.push_back({key.substr(dot + 1)});
  }
  [[nodiscard]] std::shared_ptr<const Start> make_start(const Held& held,
                                                        std::vector<HeldState>& states) override {
    return start_of(held, states);
  }
  [[nodiscard]] std::shared_ptr<const Start> read_start(const Document& document,
                                                        Bytes octets) override {
    return start_of_document(document, octets);
  }
  void note_start(const Start& start) override {
    if (collation_.empty()) set_collation(start.collation);
  }

  PostgresRules rules_;
  TableOids oids_;
  Document profile_;
  std::string collation_;
  bool sound_session_ = true;
};

// ---- knowledge ----

void PostgresEmulator::read(const Document& knowledge) {
  if (knowledge.contains("profile")) profile_ = knowledge["profile"];
  Printing& printing = rules_.printing();
  printing.utc = is_name_of_utc(text_at_path(profile_, "session", "TimeZone"));
  printing.iso_dates = text_at_path(profile_, "session", "DateStyle").starts_with("ISO");
  const std::string intervals = text_at_path(profile_, "session", "IntervalStyle");
  printing.intervals = intervals.empty() || intervals == "postgres";
  const std::string version = text_at_path(profile_, "session", "server_version");
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  printing.numeric_fields = version.empty() || major >= 14;
  const std::string path = text_at_path(profile_, "session", "search_path");
  const std::string encoding = text_at_path(profile_, "session", "client_encoding");
  sound_session_ = (path.empty() || path == "\"$user\", public" || path == "public") &&
                   (encoding.empty() || encoding == "UTF8");
  if (knowledge.contains("collation")) set_collation(octets_of(knowledge["collation"]));
  if (knowledge.contains("oids"))
    for (const auto& [key, oid] : knowledge["oids"].items()) oids_[key] = oid.get<Oid>();
  read_knowledge(knowledge);
}

void PostgresEmulator::set_collation(std::string collation) {
  collation_ = std::move(collation);
  rules_.printing().order = order_of(collation_);
}

Document PostgresEmulator::knowledge() const {
  Document knowledge = SqlEmulator::knowledge();
  if (!profile_.is_null()) {
    for (const char* name : {"TimeZone", "DateStyle", "search_path", "client_encoding",
                             "IntervalStyle", "server_version"})
      if (const std::string value = text_at_path(profile_, "session", name); !value.empty())
        knowledge["profile"]["session"][name] = document_of(value);
  }
  if (!collation_.empty()) knowledge["collation"] = document_of(collation_);
  for (const auto& [key, oid] : oids_) knowledge["oids"][key] = oid;
  return knowledge;
}

// ---- answers ----

sql::emulator::SqlEmulator::Answered PostgresEmulator::answered(Bytes image) const {
  Answered told;
  const auto answer = decode_image(image);
  told.readable = answer.has_value();
  told.error = answer && answer->is_error;
  Fields error;
  if (told.error && decode_fields(answer->tail.subspan(5), error)) told.code = field(error, 'C');
  std::string tag;
  told.of_no_row = answer && !told.error && decode_command_complete(answer->tail.subspan(5), tag) &&
                   (tag == "UPDATE 0" || tag == "DELETE 0");
  return told;
}

std::optional<std::string> PostgresEmulator::answer_of_definition(const tree::Statement& statement,
                                                                  std::string_view pattern) {
  auto tag = tag_of_definition(statement, pattern, held(), rules_, depended());
  if (!tag) return std::nullopt;
  StatementAnswer answer;
  answer.tag = *std::move(tag);
  return encode_image(answer);
}

}  // namespace

std::unique_ptr<Emulator> new_postgres_emulator(const Document& knowledge) {
  return std::make_unique<PostgresEmulator>(knowledge);
}

}  // namespace understudy::postgres
