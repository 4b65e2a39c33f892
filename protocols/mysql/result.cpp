#include "protocols/mysql/result.hpp"

#include <array>
#include <utility>

#include "protocols/mysql/document_keys.hpp"
#include "understudy/document_text.hpp"

namespace understudy::mysql {

namespace {

struct StatusName {
  std::string_view name;
  std::uint16_t flag;
};
constexpr std::array status_names = {
    StatusName{"no_good_index_used", status::no_good_index_used},
    StatusName{"no_index_used", status::no_index_used},
    StatusName{"database_dropped", status::database_dropped},
    StatusName{"ps_out_params", status::ps_out_params},
};

constexpr std::uint16_t default_error_code = 1105;

void add_common(Document& document, std::uint16_t warnings, std::uint16_t flags) {
  if (warnings != 0) document["warnings"] = warnings;
  if (Document names = status_document(flags); !names.empty())
    document["status"] = std::move(names);
}

Document error_document(const ErrorPacket& error) {
  Document document = {{"code", error.code}};
  if (!error.state.empty()) document["state"] = error.state;
  document["message"] = document_of(error.message);
  return document;
}

Document ok_document(const OkPacket& ok) {
  Document document = {{"affected", ok.affected}};
  if (ok.insert_id != 0) document["insert_id"] = ok.insert_id;
  if (!ok.info.empty()) document["info"] = document_of(ok.info);
  add_common(document, ok.warnings, ok.status);
  return document;
}

template <class Number>
void read_number(const Document& document, const char* key, Number& number, const std::string& path,
                 std::vector<Problem>& problems) {
  const auto found = document.find(key);
  if (found == document.end()) return;
  const bool in_range =
      found->is_number_unsigned()
          ? std::in_range<Number>(found->get<std::uint64_t>())
          : found->is_number_integer() && std::in_range<Number>(found->get<std::int64_t>());
  if (in_range)
    number = static_cast<Number>(found->get<std::uint64_t>());
  else
    problems.push_back(
        {path + "/" + key,
         "expected an integer in the range of the protocol's field, not " + json_text(*found), ""});
}

std::uint16_t status_from(const Document& document, const std::string& path,
                          std::vector<Problem>& problems) {
  std::uint16_t flags = 0;
  const auto names = document.find("status");
  if (names == document.end()) return flags;
  for (const Document& name : *names) {
    const auto found = std::ranges::find_if(status_names, [&](const StatusName& known) {
      return name.is_string() && name == known.name;
    });
    if (found != status_names.end())
      flags |= found->flag;
    else
      problems.push_back({path + "/status", "unknown status flag " + json_text(name),
                          "no_index_used, no_good_index_used, …"});
  }
  return flags;
}

ErrorPacket error_from(const Document& document, const std::string& path,
                       std::vector<Problem>& problems) {
  ErrorPacket error;
  error.code = default_error_code;
  if (document.is_string()) error.message = document.get<std::string>();
  if (!document.is_object()) {
    if (!document.is_string())
      problems.push_back({path, "an error is a map with `code`, `state` and `message`", ""});
    return error;
  }
  report_unknown_keys(document, {"code", "state", "message"}, path, problems);
  read_number(document, "code", error.code, path, problems);
  error.state = document.contains("state") ? octets_of(document["state"]) : "";
  if (!error.state.empty() && error.state.size() != 5)
    problems.push_back({path + "/state", "an SQLSTATE has five characters", "HY000"});
  if (document.contains("message")) error.message = octets_of(document["message"]);
  return error;
}

OkPacket ok_from(const Document& document, const std::string& path,
                 std::vector<Problem>& problems) {
  OkPacket ok;
  read_number(document, "affected", ok.affected, path, problems);
  read_number(document, "insert_id", ok.insert_id, path, problems);
  read_number(document, "warnings", ok.warnings, path, problems);
  if (document.contains("info")) ok.info = octets_of(document["info"]);
  ok.status = status_from(document, path, problems);
  return ok;
}

void check_rows(const ResultSet& set, const std::string& path, std::vector<Problem>& problems) {
  for (std::size_t i = 0; i < set.rows.size(); ++i) {
    const Document& row = set.rows[i];
    const std::string where = path + "/rows/" + std::to_string(i);
    if (!row.is_array() || row.size() != set.columns.size())
      problems.push_back({where,
                          "expected a list of " + std::to_string(set.columns.size()) + " cells",
                          "one cell a column, null for NULL"});
    else
      for (const Document& cell : row)
        if (cell.is_structured())
          problems.push_back({where, "a cell is a scalar, not " + json_text(cell), ""});
  }
}

ResultSet result_set_from(const Document& document, const ColumnContext& context,
                          const std::string& path, std::vector<Problem>& problems) {
  ResultSet set;
  set.columns = columns_from_document(document["columns"], context, path + "/columns", problems);
  if (const auto rows = document.find("rows"); rows != document.end()) set.rows = *rows;
  if (!set.rows.is_array()) {
    problems.push_back({path + "/rows", "expected a list of rows", ""});
    set.rows = Document::array();
  }
  const std::size_t before = problems.size();
  check_rows(set, path, problems);
  if (problems.size() != before) set.rows = Document::array();
  read_number(document, "warnings", set.warnings, path, problems);
  set.status = status_from(document, path, problems);
  if (document.contains("error"))
    set.error = error_from(document["error"], path + "/error", problems);
  return set;
}

Result result_from(const Document& document, const ColumnContext& context, const std::string& path,
                   std::vector<Problem>& problems) {
  if (document.is_object())
    report_unknown_keys(document,
                        {"columns", "rows", "affected", "insert_id", "info", "warnings", "status",
                         "error", "parameters"},
                        path, problems);
  if (document.is_object() && document.contains("columns"))
    return result_set_from(document, context, path, problems);
  if (document.is_object() && document.contains("error"))
    return error_from(document["error"], path + "/error", problems);
  if (!document.is_object())
    problems.push_back({path, "expected `columns` and `rows`, `affected`, or `error`", ""});
  return document.is_object() ? ok_from(document, path, problems) : OkPacket{};
}

}  // namespace

Document status_document(std::uint16_t flags) {
  Document names = Document::array();
  for (const StatusName& known : status_names)
    if ((flags & known.flag) != 0) names.push_back(known.name);
  return names;
}

Document columns_document(const std::vector<Column>& columns, const ColumnContext& context) {
  Document list = Document::array();
  for (const Column& column : columns) list.push_back(column_document(column, context));
  return list;
}

Document result_document(const Result& result, const ColumnContext& context) {
  if (const auto* error = std::get_if<ErrorPacket>(&result))
    return {{"error", error_document(*error)}};
  if (const auto* ok = std::get_if<OkPacket>(&result)) return ok_document(*ok);
  const auto& set = std::get<ResultSet>(result);
  Document document = {{"columns", columns_document(set.columns, context)}, {"rows", set.rows}};
  add_common(document, set.warnings, set.status);
  if (set.error) document["error"] = error_document(*set.error);
  return document;
}

Document answer_document(const Results& results, const ColumnContext& context) {
  if (results.list.size() == 1) return result_document(results.list.front(), context);
  Document document = Document::array();
  for (const Result& result : results.list) document.push_back(result_document(result, context));
  return document;
}

std::vector<Column> columns_from_document(const Document& columns, const ColumnContext& context,
                                          const std::string& path, std::vector<Problem>& problems) {
  std::vector<Column> list;
  if (!columns.is_array()) {
    problems.push_back({path, "expected a list of columns", ""});
    return list;
  }
  for (std::size_t i = 0; i < columns.size(); ++i)
    list.push_back(
        column_from_document(columns[i], context, path + "/" + std::to_string(i), problems));
  return list;
}

Results answer_from_document(const Document& answer, const ColumnContext& context,
                             std::vector<Problem>& problems) {
  Results results;
  if (answer.is_array()) {
    for (std::size_t i = 0; i < answer.size(); ++i)
      results.list.push_back(
          result_from(answer[i], context, "/answer/" + std::to_string(i), problems));
    return results;
  }
  results.list.push_back(result_from(answer, context, "/answer", problems));
  return results;
}

}  // namespace understudy::mysql
