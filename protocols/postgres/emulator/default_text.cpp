#include "protocols/postgres/emulator/default_text.hpp"

#include <algorithm>

namespace understudy::postgres::emulation {
namespace {

using sql::contents::Default;

/// Words that are no names without quotes, in any place.
bool is_reserved(std::string_view word) {
  static const std::set<std::string_view> reserved = {"all",
                                                      "analyse",
                                                      "analyze",
                                                      "and",
                                                      "any",
                                                      "array",
                                                      "as",
                                                      "asc",
                                                      "asymmetric",
                                                      "authorization",
                                                      "between",
                                                      "bigint",
                                                      "binary",
                                                      "bit",
                                                      "boolean",
                                                      "both",
                                                      "case",
                                                      "cast",
                                                      "char",
                                                      "character",
                                                      "check",
                                                      "coalesce",
                                                      "collate",
                                                      "collation",
                                                      "column",
                                                      "concurrently",
                                                      "constraint",
                                                      "create",
                                                      "cross",
                                                      "current_catalog",
                                                      "current_date",
                                                      "current_role",
                                                      "current_schema",
                                                      "current_time",
                                                      "current_timestamp",
                                                      "current_user",
                                                      "dec",
                                                      "decimal",
                                                      "default",
                                                      "deferrable",
                                                      "desc",
                                                      "distinct",
                                                      "do",
                                                      "else",
                                                      "end",
                                                      "except",
                                                      "exists",
                                                      "extract",
                                                      "false",
                                                      "fetch",
                                                      "float",
                                                      "for",
                                                      "foreign",
                                                      "freeze",
                                                      "from",
                                                      "full",
                                                      "grant",
                                                      "greatest",
                                                      "group",
                                                      "grouping",
                                                      "having",
                                                      "ilike",
                                                      "in",
                                                      "initially",
                                                      "inner",
                                                      "inout",
                                                      "int",
                                                      "integer",
                                                      "intersect",
                                                      "interval",
                                                      "into",
                                                      "is",
                                                      "isnull",
                                                      "join",
                                                      "json",
                                                      "json_array",
                                                      "json_arrayagg",
                                                      "json_exists",
                                                      "json_object",
                                                      "json_objectagg",
                                                      "json_query",
                                                      "json_scalar",
                                                      "json_serialize",
                                                      "json_table",
                                                      "json_value",
                                                      "lateral",
                                                      "leading",
                                                      "least",
                                                      "left",
                                                      "like",
                                                      "limit",
                                                      "localtime",
                                                      "localtimestamp",
                                                      "merge_action",
                                                      "national",
                                                      "natural",
                                                      "nchar",
                                                      "none",
                                                      "normalize",
                                                      "not",
                                                      "notnull",
                                                      "null",
                                                      "nullif",
                                                      "numeric",
                                                      "offset",
                                                      "on",
                                                      "only",
                                                      "or",
                                                      "order",
                                                      "out",
                                                      "outer",
                                                      "overlaps",
                                                      "overlay",
                                                      "placing",
                                                      "position",
                                                      "precision",
                                                      "primary",
                                                      "real",
                                                      "references",
                                                      "returning",
                                                      "right",
                                                      "row",
                                                      "select",
                                                      "session_user",
                                                      "setof",
                                                      "similar",
                                                      "smallint",
                                                      "some",
                                                      "substring",
                                                      "symmetric",
                                                      "system_user",
                                                      "table",
                                                      "tablesample",
                                                      "then",
                                                      "time",
                                                      "timestamp",
                                                      "to",
                                                      "trailing",
                                                      "treat",
                                                      "trim",
                                                      "true",
                                                      "union",
                                                      "unique",
                                                      "user",
                                                      "using",
                                                      "values",
                                                      "varchar",
                                                      "variadic",
                                                      "verbose",
                                                      "when",
                                                      "where",
                                                      "window",
                                                      "with",
                                                      "xmlattributes",
                                                      "xmlconcat",
                                                      "xmlelement",
                                                      "xmlexists",
                                                      "xmlforest",
                                                      "xmlnamespaces",
                                                      "xmlparse",
                                                      "xmlpi",
                                                      "xmlroot",
                                                      "xmlserialize",
                                                      "xmltable"};
  return reserved.contains(word);
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// A literal as it is printed of a column of this type; nothing where that is not sure.
std::optional<std::string> printed(const tree::Literal& literal, const TableColumn& column) {
  using Kind = tree::Literal::Kind;
  const TypeKind type = column.type.kind;
  constexpr std::size_t digits_of_int4 = 9;
  if (literal.kind == Kind::boolean && type == TypeKind::boolean) return literal.text;
  const bool plain = literal.text.size() == 1 || !literal.text.starts_with('0');
  if (literal.kind == Kind::number && sql::contents::is_whole(type) && is_digits(literal.text) &&
      plain && literal.text.size() <= digits_of_int4)
    return literal.text;
  const bool text = sql::contents::is_text(type) && column.declared.name.name != "bpchar" &&
                    literal.kind == Kind::string &&
                    literal.text.find_first_of("'\\") == std::string::npos &&
                    (column.type.length == 0 ||
                     literal.text.size() <= static_cast<std::size_t>(column.type.length));
  if (!text) return std::nullopt;
  return "'" + literal.text + "'::" + (type == TypeKind::text ? "text" : "character varying");
}

}  // namespace

std::string quoted_identifier(std::string_view name) {
  const bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9') && !is_reserved(name) &&
                     std::ranges::all_of(name, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                     });
  if (plain) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) (c == '"' ? quoted += '"' : quoted) += c;
  return quoted + "\"";
}

Cell default_text(const TableColumn& column) {
  if (column.lacks_default || column.identity != 0) return {};
  const Default& preset = column.default_;
  if (preset.kind == Default::Kind::number && preset.sequence.empty() && !preset.named.empty() &&
      !column.written_default && preset.named.find_first_of("'.\\") == std::string::npos)
    return "nextval('" + quoted_identifier(preset.named) + "'::regclass)";
  if (!column.written_default || column.generated) return Cell::unknown();
  if (const auto* literal = column.written_default->as<tree::Literal>())
    if (auto text = printed(*literal, column)) return *text;
  if (const auto* call = column.written_default->as<tree::Call>();
      call != nullptr && call->arguments.empty() && call->name.schema.empty() &&
      (call->name.name == "now" || call->name.name == "gen_random_uuid"))
    return call->name.name + "()";
  return Cell::unknown();
}

}  // namespace understudy::postgres::emulation
