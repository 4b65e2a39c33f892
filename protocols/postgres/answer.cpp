#include "protocols/postgres/answer.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

#include "protocols/postgres/numbers.hpp"
#include "understudy/document_text.hpp"

namespace understudy::postgres {
namespace {

/// Fields of errors and notices in the order of the wire.
constexpr std::array<std::pair<char, std::string_view>, 18> field_names = {{
    {'S', "severity"},
    {'V', "severity_untranslated"},
    {'C', "code"},
    {'M', "message"},
    {'D', "detail"},
    {'H', "hint"},
    {'P', "position"},
    {'p', "internal_position"},
    {'q', "internal_query"},
    {'W', "where"},
    {'s', "schema"},
    {'t', "table"},
    {'c', "column"},
    {'d', "data_type"},
    {'n', "constraint"},
    {'F', "file"},
    {'L', "line"},
    {'R', "routine"},
}};

bool is_numeric_field(char code) noexcept {
  return code == 'P' || code == 'p' || code == 'L';
}

/// The integer that `text` spells in the one canonical way.
std::optional<std::int64_t> canonical_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || std::to_string(value) != text) return std::nullopt;
  return value;
}

bool is_letter(char code) noexcept {
  return (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
}

/// Fields of later versions go by their letter.
Document document_of_fields(const Fields& fields) {
  Document document = Document::object();
  for (const auto& [code, value] : fields) {
    if (!is_letter(code) || (code == 'V' && value == field(fields, 'S'))) continue;
    const auto known =
        std::ranges::find(field_names, code, &std::pair<char, std::string_view>::first);
    const std::string key =
        known != field_names.end() ? std::string(known->second) : std::string(1, code);
    const auto number = is_numeric_field(code) ? canonical_integer(value) : std::nullopt;
    document[key] = number ? Document(*number) : document_of(value);
  }
  return document;
}

Document document_of_column(const Column& column) {
  Document document = {{"name", document_of(column.name)}};
  const auto type = find_type(column.type);
  document["type"] = type ? Document(std::string(type->name)) : Document(column.type);
  if (column.length != (type ? type->length : -1)) document["length"] = column.length;
  if (column.modifier != -1) document["modifier"] = column.modifier;
  if (column.table != 0) document["table"] = column.table;
  if (column.attribute != 0) document["attribute"] = column.attribute;
  if (column.format == Format::binary) document["format"] = "binary";
  return document;
}

Document document_of_cell(const Column& column, const std::optional<std::string>& cell) {
  if (cell && column.format == Format::binary)
    return Document::binary(std::vector<std::uint8_t>(cell->begin(), cell->end()));
  return document_of_value(column.type, cell);
}

Document document_of_rows(const StatementAnswer& answer) {
  Document rows = Document::array();
  for (const Row& row : answer.rows) {
    Document cells = Document::array();
    for (std::size_t i = 0; i < row.size() && i < answer.columns.size(); ++i)
      cells.push_back(document_of_cell(answer.columns[i], row[i]));
    rows.push_back(std::move(cells));
  }
  return rows;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

/// One text where the pieces are its lines; a list where they are not: binary rows, line breaks in
/// CSV.
Document document_of_pieces(const std::vector<std::string>& pieces) {
  std::string whole;
  for (const std::string& piece : pieces) whole += piece;
  if (lines_of(whole) == pieces) return document_of(whole);
  Document list = Document::array();
  for (const std::string& piece : pieces) list.push_back(document_of(piece));
  return list;
}

Document document_of_copy(const StatementAnswer& answer) {
  Document copy = {{"direction", answer.copy == CopyDirection::in ? "in" : "out"},
                   {"format", answer.copy_response.format == Format::binary ? "binary" : "text"},
                   {"columns", answer.copy_response.columns.size()}};
  if (answer.copy == CopyDirection::out) copy["data"] = document_of_pieces(answer.copy_out);
  return copy;
}

/// Reads documents that a person may have edited, and says what is wrong with them.
class AnswerReader {
 public:
  explicit AnswerReader(std::vector<Problem>& problems) : problems_(problems) {}

  StatementAnswer read(const Document& document) {
    StatementAnswer answer;
    if (!document.is_object()) {
      report("", "an answer is a map",
             "write `{columns: …, rows: …, tag: …}`, `{tag: …}` or `{error: …}`");
      return answer;
    }
    for (const auto& [key, value] : document.items()) read_member(key, value, answer);
    if (document.contains("rows")) read_rows(document["rows"], answer);
    const bool said = answer.error || answer.empty || answer.described_only || !answer.tag.empty();
    if (!said && answer.returns_rows)
      answer.tag = fmt::format("SELECT {}", answer.rows.size());
    else if (!said)
      report("", "an answer needs a tag, columns or an error", "for example `tag: INSERT 0 1`");
    return answer;
  }

 private:
  void report(const std::string& path, std::string what, std::string hint = {}) {
    problems_.push_back({"/answer" + path, std::move(what), std::move(hint)});
  }

  void read_member(const std::string& key, const Document& value, StatementAnswer& answer) {
    if (key == "columns")
      read_columns(value, answer);
    else if (key == "rows")
      answer.returns_rows = true;  // read when the columns are known
    else if (key == "tag")
      answer.tag = read_text(value, "/tag");
    else if (key == "error")
      answer.error = read_fields(value, "/error", "ERROR");
    else if (key == "notices")
      read_notices(value, answer);
    else if (key == "parameters")
      read_parameters(value, answer);
    else if (key == "types")
      read_types(value, answer);
    else if (key == "copy")
      read_copy(value, answer);
    else if (key == "empty" && value.is_boolean())
      answer.empty = value.get<bool>();
    else if (key == "partial" && value.is_boolean())
      answer.partial = value.get<bool>();
    else if (key == "steps" && value.is_array())
      read_steps(value, answer);
    else
      report(
          "/" + key, fmt::format("'{}' is no part of an answer, or of the wrong kind", key),
          "known are columns, rows, tag, error, notices, parameters, types, copy, empty, partial "
          "and steps");
  }

  void read_steps(const Document& steps, StatementAnswer& answer) {
    for (Document step : steps) {
      if (!step.is_object() || !step.contains("movement")) {
        report("/steps", "a list of maps with `movement` was expected",
               "for example `{movement: fetch forward 1, tag: FETCH 0}`");
        continue;
      }
      CursorStep read{octets_of(step["movement"]), {}};
      step.erase("movement");
      read.answer = AnswerReader(problems_).read(step);
      answer.steps.push_back(std::move(read));
    }
  }

  std::string read_text(const Document& value, const std::string& path) {
    if (!value.is_string()) report(path, "text was expected");
    return octets_of(value);
  }

  template <class Integer>
  void read_integer(const Document& column, const char* key, const std::string& path,
                    Integer& into) {
    if (!column.contains(key)) return;
    const Document& value = column[key];
    if (!value.is_number_integer() || !std::in_range<Integer>(value.get<std::int64_t>()))
      return report(path + "/" + key,
                    "an integer in the range of the protocol's field was expected");
    into = static_cast<Integer>(value.get<std::int64_t>());
  }

  void read_columns(const Document& columns, StatementAnswer& answer) {
    answer.returns_rows = true;
    if (!columns.is_array()) return report("/columns", "a list of columns was expected");
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string path = fmt::format("/columns/{}", i);
      Column& column = answer.columns.emplace_back();
      if (columns[i].is_string())
        column.name = octets_of(columns[i]);  // a person's short form
      else if (columns[i].is_object())
        read_column(columns[i], path, column);
      else
        report(path, "a column is a map", "for example `{name: id, type: int4}`");
    }
  }

  void read_column(const Document& document, const std::string& path, Column& column) {
    column.name = document.contains("name") ? octets_of(document["name"]) : std::string();
    if (document.contains("type")) {
      const auto types = types_of_document(Document::array({document["type"]}),
                                           "/answer" + path + "/type", problems_);
      column.type = types.front();
    }
    const auto type = find_type(column.type);
    column.length = type ? type->length : std::int16_t{-1};
    read_integer(document, "length", path, column.length);
    read_integer(document, "modifier", path, column.modifier);
    read_integer(document, "table", path, column.table);
    read_integer(document, "attribute", path, column.attribute);
    if (document.value("format", Document()) == "binary") column.format = Format::binary;
  }

  void read_rows(const Document& rows, StatementAnswer& answer) {
    if (!rows.is_array()) return report("/rows", "a list of rows was expected");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].is_array() || rows[i].size() != answer.columns.size()) {
        report(fmt::format("/rows/{}", i),
               fmt::format("a row of {} values was expected, one for each column",
                           answer.columns.size()));
        continue;
      }
      Row& row = answer.rows.emplace_back();
      for (std::size_t k = 0; k < rows[i].size(); ++k) {
        if (rows[i][k].is_structured())
          report(fmt::format("/rows/{}/{}", i, k), "a value can't be a list or a map",
                 "write arrays and json as text in PostgreSQL's own form");
        row.push_back(text_of_value(rows[i][k]));
      }
    }
  }

  Fields read_fields(const Document& document, const std::string& path, const char* severity) {
    Fields fields;
    if (!document.is_object()) return report(path, "a map of fields was expected"), fields;
    const auto value_of = [&](std::string_view name) {
      return text_of_value(document[std::string(name)]).value_or(std::string());
    };
    const std::string shown = document.contains("severity") ? value_of("severity") : severity;
    for (const auto& [code, name] : field_names) {
      if (code == 'S')
        fields.emplace_back('S', shown);
      else if (document.contains(std::string(name)))
        fields.emplace_back(code, value_of(name));
      else if (code == 'V')
        fields.emplace_back('V', shown);
      else if (code == 'C')
        fields.emplace_back('C', severity == std::string_view("ERROR") ? "XX000" : "00000");
    }
    for (const auto& [key, value] : document.items()) {
      if (std::ranges::find(field_names, key, &std::pair<char, std::string_view>::second) !=
          field_names.end())
        continue;
      if (key.size() == 1)
        fields.emplace_back(key.front(), text_of_value(value).value_or(std::string()));
      else
        report(path + "/" + key, fmt::format("'{}' is no field of an error", key),
               "known are severity, code, message, detail, hint, position, where, schema, table, "
               "column, …");
    }
    if (!document.contains("message")) report(path, "an error needs a message");
    return fields;
  }

  void read_notices(const Document& notices, StatementAnswer& answer) {
    if (!notices.is_array()) return report("/notices", "a list of notices was expected");
    for (std::size_t i = 0; i < notices.size(); ++i)
      answer.notices.push_back(read_fields(notices[i], fmt::format("/notices/{}", i), "NOTICE"));
  }

  void read_parameters(const Document& parameters, StatementAnswer& answer) {
    if (!parameters.is_object()) return report("/parameters", "a map of settings was expected");
    for (const auto& [name, value] : parameters.items())
      answer.parameters.emplace_back(name, text_of_value(value).value_or(std::string()));
  }

  void read_types(const Document& types, StatementAnswer& answer) {
    answer.described_only = true;
    answer.parameter_types = types_of_document(types, "/answer/types", problems_);
  }

  void read_copy(const Document& copy, StatementAnswer& answer) {
    if (!copy.is_object())
      return report("/copy", "a map was expected", "{direction: out, data: …}");
    answer.copy =
        copy.value("direction", Document()) == "in" ? CopyDirection::in : CopyDirection::out;
    const bool binary = copy.value("format", Document()) == "binary";
    answer.copy_response.format = binary ? Format::binary : Format::text;
    std::uint16_t columns = 0;
    read_integer(copy, "columns", "/copy", columns);
    answer.copy_response.columns.assign(columns, answer.copy_response.format);
    if (!copy.contains("data")) return;
    const Document& data = copy["data"];
    if (data.is_array())
      for (const Document& piece : data) answer.copy_out.push_back(octets_of(piece));
    else
      answer.copy_out = lines_of(octets_of(data));
  }

  std::vector<Problem>& problems_;
};

}  // namespace

Document document_of_answer(const StatementAnswer& answer) {
  Document document = Document::object();
  if (answer.described_only) document["types"] = document_of_types(answer.parameter_types);
  if (answer.returns_rows) {
    Document columns = Document::array();
    for (const Column& column : answer.columns) columns.push_back(document_of_column(column));
    document["columns"] = std::move(columns);
    if (!answer.described_only && !answer.error) document["rows"] = document_of_rows(answer);
  }
  if (answer.copy != CopyDirection::none) document["copy"] = document_of_copy(answer);
  if (answer.partial) document["partial"] = true;
  for (const CursorStep& step : answer.steps) {
    Document done = document_of_answer(step.answer);
    done["movement"] = document_of(step.movement);
    document["steps"].push_back(std::move(done));
  }
  if (answer.empty) document["empty"] = true;
  if (!answer.tag.empty()) document["tag"] = document_of(answer.tag);
  if (answer.error) document["error"] = document_of_fields(*answer.error);
  for (const Fields& notice : answer.notices)
    document["notices"].push_back(document_of_fields(notice));
  for (const auto& [name, value] : answer.parameters)
    document["parameters"][name] = document_of(value);
  return document;
}

StatementAnswer answer_of_document(const Document& document, std::vector<Problem>& problems) {
  return AnswerReader(problems).read(document);
}

Document document_of_value(Oid type, const std::optional<std::string>& text) {
  if (!text) return nullptr;
  if (is_integer(type))
    if (const auto number = canonical_integer(*text)) return *number;
  if (type == oid::boolean && (*text == "t" || *text == "f")) return *text == "t";
  return document_of(*text);
}

std::optional<std::string> text_of_value(const Document& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_boolean()) return value.get<bool>() ? "t" : "f";
  if (value.is_number_float()) {
    std::string text;
    append_float(value.get<double>(), text);
    return text;
  }
  if (value.is_number()) return json_text(value);
  return octets_of(value);
}

Document document_of_types(const std::vector<Oid>& types) {
  Document list = Document::array();
  for (const Oid type : types) {
    const auto known = find_type(type);
    list.push_back(known ? Document(std::string(known->name)) : Document(type));
  }
  return list;
}

std::vector<Oid> types_of_document(const Document& list, const std::string& path,
                                   std::vector<Problem>& problems) {
  std::vector<Oid> types;
  if (!list.is_array())
    problems.push_back({path, "a list of types was expected", "for example [int4, text]"});
  for (const Document& entry : list) {
    Oid type = 0;
    if (entry.is_number_integer() && std::in_range<Oid>(entry.get<std::int64_t>())) {
      type = entry.get<Oid>();
    } else if (!entry.is_string() || (type = oid_of(entry.get_ref<const std::string&>())) == 0) {
      problems.push_back(
          {path, fmt::format("{} is not a built-in type", json_text(entry)),
           "use PostgreSQL's short names (int4, text, timestamptz, int4[]) or the type's OID"});
    }
    types.push_back(type);
  }
  if (!list.is_array()) types.push_back(0);
  return types;
}

}  // namespace understudy::postgres
