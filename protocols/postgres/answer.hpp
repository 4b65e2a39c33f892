// The answer to one statement as values, and its spelling in session and rule files.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "understudy/analyser.hpp"
#include "understudy/document.hpp"

namespace understudy::postgres {

using Row = std::vector<std::optional<std::string>>;

enum class CopyDirection : std::uint8_t { none, in, out };

struct CursorStep;

/// What a statement was answered with. Cells are text, but for columns whose `format` is binary:
/// those are of a type that nothing here can print.
struct StatementAnswer {
  bool returns_rows = false;
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::string tag;       ///< of CommandComplete; empty for an error and for the empty query
  bool empty = false;    ///< EmptyQueryResponse
  bool partial = false;  ///< the client did not fetch all rows
  std::optional<Fields> error;
  std::vector<Fields> notices;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< ParameterStatus changes
  CopyDirection copy = CopyDirection::none;
  CopyResponse copy_response;
  std::vector<std::string> copy_out;  ///< of COPY … TO STDOUT: a CopyData each, which holds a row
  std::vector<Oid> parameter_types;   ///< of a statement that was described only
  bool described_only = false;
  /// Of a cursor that was not only moved forward: all that was done with it, from its DECLARE on.
  std::vector<CursorStep> steps;
};

struct CursorStep {
  std::string movement;  ///< see movement_of()
  StatementAnswer answer;
};

[[nodiscard]] Document document_of_answer(const StatementAnswer& answer);
/// Flaws are appended to `problems` with paths below `/answer`.
[[nodiscard]] StatementAnswer answer_of_document(const Document& document,
                                                 std::vector<Problem>& problems);

/// One value of a row or parameter: integers as integers, booleans as booleans, else the text form.
[[nodiscard]] Document document_of_value(Oid type, const std::optional<std::string>& text);
/// The text form of such a value; nothing for null.
[[nodiscard]] std::optional<std::string> text_of_value(const Document& value);

/// The types of parameters, by name or by number.
[[nodiscard]] Document document_of_types(const std::vector<Oid>& types);
[[nodiscard]] std::vector<Oid> types_of_document(const Document& list, const std::string& path,
                                                 std::vector<Problem>& problems);

}  // namespace understudy::postgres
