// Queries of the catalogue: its relations among the tables, what is compared in them, and functions
// that tell of them. See catalogue.hpp of rows that may be there or not.
#include <algorithm>
#include <utility>

#include "protocols/postgres/emulator/catalogue.hpp"
#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::is_text;
using sql::contents::is_whole;
using tree::Operator;

/// Functions that give NULL where their arguments are not known.
bool is_strict_function(const tree::Name& name) {
  static const std::set<std::string_view> names = {"pg_table_is_visible", "format_type", "lower",
                                                   "upper", "length"};
  return (name.schema.empty() || name.schema == "pg_catalog") && names.contains(name.name);
}

bool is_strict(const tree::Expression& expression);

bool are_strict(const std::vector<tree::Expression>& expressions) {
  return std::ranges::all_of(expressions, is_strict);
}

/// Whether it is NULL, or what it would be whatever they are, where columns are NULL of which it is
/// not known what they hold.
bool is_strict(const tree::Expression& expression) {
  if (const auto* operation = expression.as<tree::Operation>())
    return operation->op != Operator::distinct && operation->op != Operator::not_distinct &&
           operation->op != Operator::other && are_strict(operation->operands);
  if (const auto* in = expression.as<tree::In>())
    return !in->query && is_strict(*in->operand) && are_strict(in->list);
  if (const auto* cast = expression.as<tree::Cast>()) return is_strict(*cast->operand);
  if (const auto* like = expression.as<tree::Like>())
    return is_strict(*like->operand) && is_strict(*like->pattern);
  if (const auto* list = expression.as<tree::Collection>()) return are_strict(list->elements);
  if (const auto* call = expression.as<tree::Call>())
    return call->arguments.empty() ||
           (is_strict_function(call->name) && are_strict(call->arguments));
  return expression.as<tree::Column>() != nullptr || expression.as<tree::Literal>() != nullptr ||
         expression.as<tree::Parameter>() != nullptr;
}

void add_conjuncts(const tree::Expression& expression,
                   std::vector<const tree::Expression*>& conjuncts) {
  const auto* operation = expression.as<tree::Operation>();
  if (operation == nullptr || operation->op != Operator::and_)
    return conjuncts.push_back(&expression);
  for (const tree::Expression& each : operation->operands) add_conjuncts(each, conjuncts);
}

/// SQL that is true of what has a shaded row in it; empty: nothing has.
std::string any_shade(const Scope& scope, std::size_t begin, std::size_t end) {
  std::vector<std::string> parts;
  for (std::size_t i = begin; i < end; ++i)
    if (!scope.relations[i].shade.empty())
      parts.push_back("coalesce(" + scope.relations[i].shade + ", 0) > 0");
  return parts.empty() ? std::string() : "(" + joined(parts, " OR ") + ")";
}

std::string code(Shade shade) {
  return std::to_string(static_cast<int>(shade));
}

}  // namespace

// ---- relations ----

std::string Translator::catalogue_source(std::size_t number, const std::string& shown,
                                         const std::string& alias, Scope& scope) {
  const CatalogueRelation& relation = catalogue_relation(number);
  constexpr int first_other_version = 18;
  const bool of_parts = number >= static_cast<std::size_t>(CatalogueName::pg_constraint);
  if (of_parts && (printing_.version <= 0 || printing_.version >= first_other_version))
    throw Unsure{"the catalogue of this version"};
  // See of_index.
  const bool shifts = is(number, CatalogueName::pg_index) && printing_.version >= 15;
  Bound bound;
  bound.source = Bound::Source::catalogue;
  bound.slot = number;
  const std::string rows = bind(std::move(bound));
  std::string list;
  const auto cell = [](std::size_t i) {
    return "json_extract(value, '$[" + std::to_string(i) + "]')";
  };
  ScopeRelation named{shown, {}, false};
  const std::size_t width = relation.columns.size();
  for (std::size_t i = 0; i < width; ++i) {
    const CatalogueColumn& each = relation.columns[i];
    const std::string name = "c" + std::to_string(i), sql = alias + "." + name;
    list += cell(i) + " AS " + name + ", ";
    ScopeColumn& column = named.columns.emplace_back();
    column.name = each.name;
    column.sql = each.may_be_untold ? "(CASE WHEN " + sql + " IS char(1) THEN sure(" + sql +
                                          " IS NOT char(1)) ELSE " + sql + " END)"
                                    : sql;
    column.type = each.type;
    column.shown_as = TableColumnName{
        std::string(relation.schema) + "." + std::string(relation.name), i,
        static_cast<std::uint16_t>(each.attribute + (shifts && each.attribute > 5 ? 1 : 0))};
    if (each.role != CatalogueColumn::Role::none) column.shade = alias + ".s";
    column.of_catalogue = number;
    if (each.name == "oid" || each.name == "atttypid") column.beside = alias + ".b";
  }
  if (!relation.whole)
    named.columns.push_back({"\x01", {}, {}, false, {}});  // it is not known what * shows
  list += cell(width) + " AS b, " + cell(width + 1) + " AS s";
  named.shade = alias + ".s";
  scope.relations.push_back(std::move(named));
  last_place_.clear();
  last_table_ = nullptr;
  // With a limit it is not merged into the query around it: each row is read once, and joined by an
  // index that SQLite makes.
  return "(SELECT " + list + " FROM json_each(" + rows + ") LIMIT -1) AS " + alias;
}

// ---- rows that may be there or not ----

/// No such row may be among those that are found: what of the condition is known of it says so.
std::string Translator::where_of_rows(const tree::Box<tree::Expression>& where,
                                      const Scope& scope) {
  const std::string shaded = any_shade(scope, 0, scope.relations.size());
  // SQLite may look at it before the conditions of inner joins.
  std::vector<std::string> strict = std::exchange(joined_by_[&scope], {}), all;
  joined_by_.erase(&scope);
  if (shaded.empty()) return sql::emulator::Translator::where_of_rows(where, scope);
  std::vector<const tree::Expression*> conjuncts;
  if (where) add_conjuncts(*where, conjuncts);
  for (const tree::Expression* each : conjuncts) {
    all.push_back(condition(*each, scope).sql);
    if (is_strict(*each)) strict.push_back(all.back());
  }
  const std::string left_out =
      strict.empty() ? "0" : "(CASE WHEN (" + joined(strict, " AND ") + ") IS 0 THEN 1 ELSE 0 END)";
  return "(CASE WHEN " + shaded + " THEN 1 - sure(" + left_out + ") ELSE " +
         (all.empty() ? "1" : "(" + joined(all, " AND ") + ")") + " END)";
}

std::string Translator::on_of_rows(const tree::Join& join, std::string on, const Scope& scope,
                                   std::size_t begin, std::size_t middle) {
  const std::size_t end = scope.relations.size();
  const std::string shaded = any_shade(scope, begin, end);
  if (shaded.empty()) return on;
  const bool left = join.kind == tree::Join::Kind::left;
  if ((!left && join.kind != tree::Join::Kind::inner) || !is_strict(*join.on))
    throw Unsure{"this join of the catalogue"};
  // What may be joined stays, for WHERE to leave it out.
  if (!left && begin == 0) joined_by_[&scope].push_back(on);
  if (!left) return "(CASE WHEN " + shaded + " THEN (" + on + ") IS NOT 0 ELSE (" + on + ") END)";
  const std::string ours = any_shade(scope, begin, middle), theirs = any_shade(scope, middle, end);
  if (theirs.empty()) return on;
  const std::string alone = ours.empty() ? theirs : "(" + theirs + " AND NOT " + ours + ")";
  return "(CASE WHEN " + alone + " THEN 1 - sure(CASE WHEN (" + on +
         ") IS 0 THEN 1 ELSE 0 END) ELSE (" + on + ") END)";
}

/// `WHEN …` of a column that is an index's OID, and one of pg_class; else empty.
std::string Translator::no_index(const Typed& index, const Typed& relation) {
  const auto is_column = [](const Typed& value, CatalogueName name, std::string_view column) {
    return is(value.of_catalogue, name) && value.shown_as &&
           value.shown_as->column == column_of_catalogue(value.of_catalogue, column);
  };
  const bool of_index = is_column(index, CatalogueName::pg_index, "indexrelid") ||
                        is_column(index, CatalogueName::pg_constraint, "conindid");
  if (!of_index || !is_column(relation, CatalogueName::pg_class, "oid")) return {};
  const std::string kind = relation.sql.substr(0, relation.sql.find('.')) + ".c" +
                           std::to_string(column_of_catalogue(relation.of_catalogue, "relkind"));
  return "WHEN " + kind + " NOT IN ('i', 'I') THEN 0 ";
}

/// `equal` of two values of which one tells rows of the catalogue apart: where it is a shaded
/// row's, what is known of it.
std::string Translator::equal_in_catalogue(const Typed& left, const Typed& right,
                                           const std::string& left_sql,
                                           const std::string& right_sql) {
  const std::string equal = "(" + left_sql + " = " + right_sql + ")";
  const std::string system = code(Shade::system), unnamed = code(Shade::unnamed),
                    foreign = code(Shade::foreign);
  const auto is_object = [&](const std::string& shade) {
    return "coalesce(" + shade + ", 0) IN (" + system + ", " + unnamed + ", " + foreign + ")";
  };
  if (!left.shade.empty() && !right.shade.empty()) {
    // What is known not to be an index is none; an object that is known is none of those.
    return "(CASE " + no_index(left, right) + no_index(right, left) + "WHEN (" +
           is_object(left.shade) + " AND coalesce(" + right.shade + ", 0) > 0) OR (" +
           is_object(right.shade) + " AND coalesce(" + left.shade + ", 0) > 0) THEN NULL ELSE " +
           equal + " END)";
  }
  const bool first = !left.shade.empty();
  const Typed& column = first ? left : right;
  const std::string& value = first ? right_sql : left_sql;
  const auto bound = [&](Bound::Source source) {
    Bound given;
    given.source = source;
    given.slot = column.of_catalogue;
    return bind(std::move(given));
  };
  if (column.type.kind == TypeKind::oid)
    return "(CASE WHEN " + is_object(column.shade) + " THEN (CASE WHEN " + value +
           " IN (SELECT value FROM json_each(" + bound(Bound::Source::objects) +
           ")) THEN 0 END) ELSE " + equal + " END)";
  return "(CASE coalesce(" + column.shade + ", 0) WHEN " + system + " THEN (CASE WHEN substr(" +
         value + ", 1, 3) <> 'pg_' AND substr(" + value + ", 1, 4) <> 'sql_' AND " + value +
         " NOT IN (" + std::string(names_of_information_schema()) + ") THEN 0 END) WHEN " +
         unnamed + " THEN (CASE WHEN (" + value + " IN (SELECT value FROM json_each(" +
         bound(Bound::Source::settled) + "))) = " + bound(Bound::Source::settles) +
         " THEN 0 END) WHEN " + foreign + " THEN NULL ELSE " + equal + " END)";
}

/// A value of a type of the catalogue alone as one that it is compared like.
Typed Translator::as_compared(Typed value) {
  if (value.untyped != Untyped::no) return value;
  if (value.type.kind == TypeKind::oid) value.type = {TypeKind::int8};
  if (value.type.kind == TypeKind::name || value.type.kind == TypeKind::character)
    value.type = {TypeKind::text, 0, true};
  return value;
}

/// The same, with what may be cast on.
Typed Translator::from_catalogue(Typed value) {
  if (value.untyped != Untyped::no) return value;
  if (value.type.kind == TypeKind::oid) throw Unsure{"a cast of an oid"};
  const TypeKind kind = value.type.kind;
  value = as_compared(std::move(value));
  if (kind != value.type.kind) forget_origin(value);
  return value;
}

// ---- functions ----

Typed Translator::is_visible(const tree::Call&, std::vector<Typed> values) {
  if (values.size() != 1 || values[0].beside.empty() || values[0].type.kind != TypeKind::oid ||
      values[0].of_catalogue != *find_catalogue_relation({"pg_catalog", "pg_class"}))
    throw Unsure{"the function pg_table_is_visible of this"};
  const std::string& sql = values[0].beside;
  return typed("(CASE WHEN " + sql + " IS char(1) THEN sure(" + sql + " IS NOT char(1)) ELSE " +
                   sql + " END)",
               boolean_type);
}

Typed Translator::name_of_type(const tree::Call&, std::vector<Typed> values) {
  if (values.size() != 2 || values[0].beside.empty() || values[1].relation != values[0].relation ||
      !values[1].shown_as ||
      values[1].shown_as->column != column_of_catalogue(values[0].of_catalogue, "atttypmod"))
    throw Unsure{"the function format_type of this"};
  const std::string& sql = values[0].beside;
  return typed("(CASE WHEN " + sql + " IS char(1) THEN sure(" + sql + " IS NOT char(1)) ELSE " +
                   sql + " END)",
               {TypeKind::text});
}

/// obj_description() of a relation, col_description() of its columns: where all are known.
Typed Translator::comment_of(const tree::Call& call, std::vector<Typed> values) {
  const bool of_column = call.name.name == "col_description";
  const auto* catalogue =
      call.arguments.size() == 2 ? call.arguments[1].as<tree::Literal>() : nullptr;
  const bool known =
      !book_.has_comments && values.size() == 2 && !values[0].shade.empty() &&
      values[0].type.kind == TypeKind::oid &&
      values[0].of_catalogue != *find_catalogue_relation({"pg_catalog", "pg_namespace"}) &&
      (of_column || (catalogue != nullptr && catalogue->text == "pg_class"));
  if (!known) throw Unsure{"the function " + call.name.name};
  const std::string object = "CAST(" + values[0].sql + " AS TEXT)" +
                             (of_column ? " || '.' || CAST(" + values[1].sql + " AS TEXT)" : "");
  return typed(told(Telling::comment, object), {TypeKind::text});
}

std::string Translator::sure_text(const std::string& sql) {
  return "(CASE WHEN " + sql + " IS char(1) THEN sure(" + sql + " IS NOT char(1)) ELSE " + sql +
         " END)";
}

/// pg_get_constraintdef() of a row of pg_constraint, pg_get_indexdef() of an index or a column.
Typed Translator::definition_told(const tree::Call& call, std::vector<Typed> values) {
  const bool of_index = call.name.name == "pg_get_indexdef";
  const Unsure unsure{"the function " + call.name.name};
  if (values.empty() || values.size() > (of_index ? 3U : 2U) || !values[0].shown_as) throw unsure;
  const Typed& object = values[0];
  const std::size_t relation = object.of_catalogue, column = object.shown_as->column;
  const auto is_column = [&](CatalogueName name, std::string_view wanted) {
    return !object.shade.empty() && is(relation, name) &&
           column == column_of_catalogue(relation, wanted);
  };
  const std::string oid = "CAST(" + object.sql + " AS TEXT)";
  const auto found = [&](Telling telling, const std::string& name) {
    return typed(sure_text("coalesce(" + told(telling, name) + ", char(1))"), {TypeKind::text});
  };
  if (!of_index) {
    if (!is_column(CatalogueName::pg_constraint, "oid")) throw unsure;
    return found(Telling::constraint, oid);
  }
  if (!is_column(CatalogueName::pg_index, "indexrelid") &&
      !is_column(CatalogueName::pg_class, "oid"))
    throw unsure;
  if (values.size() == 1) return found(Telling::index, oid);
  if (values.size() != 3) throw unsure;
  Typed number =
      values[1].untyped == Untyped::no ? values[1] : coerced(values[1], {TypeKind::int4});
  if (!is_whole(number.type.kind)) throw unsure;
  return found(Telling::index_column, oid + " || '.' || CAST(" + number.sql + " AS TEXT)");
}

/// pg_get_expr(adbin, adrelid) of pg_attrdef, and of the condition and expressions of an index.
std::optional<Typed> Translator::stored_expression(const tree::Call& call, const Scope& scope) {
  if (call.name.name != "pg_get_expr" || call.arguments.size() < 2 || call.arguments.size() > 3 ||
      !(call.name.schema.empty() || call.name.schema == "pg_catalog"))
    return std::nullopt;
  const auto* column = call.arguments[0].as<tree::Column>();
  const Typed table = expression(call.arguments[1], scope);
  if (column == nullptr || table.sql.find('.') == std::string::npos) return std::nullopt;
  const ScopeColumn& stored = scope.find(column->path);
  const std::string alias = stored.sql.substr(0, stored.sql.find('.'));
  const bool same_row = !table.shade.empty() && table.sql.starts_with(alias + ".");
  const bool of_default = is(stored.of_catalogue, CatalogueName::pg_attrdef) &&
                          stored.name == "adbin" && table.sql == alias + ".c1";
  const bool of_index = is(stored.of_catalogue, CatalogueName::pg_index) &&
                        (stored.name == "indpred" || stored.name == "indexprs") &&
                        table.sql == alias + ".c1";
  if (!same_row || !(of_default || of_index)) return std::nullopt;
  return typed(sure_text(of_default ? alias + ".b" : stored.sql), {TypeKind::text});
}

/// generate_subscripts() of the columns of an index, which are counted from 0.
std::optional<std::string> Translator::subscripts_of_index(const tree::Call& call,
                                                           const Scope& scope) {
  const auto* column = call.arguments.size() == 2 ? call.arguments[0].as<tree::Column>() : nullptr;
  const auto* one = column != nullptr ? call.arguments[1].as<tree::Literal>() : nullptr;
  if (call.name.name != "generate_subscripts" || one == nullptr || one->text != "1")
    return std::nullopt;
  const ScopeColumn& found = scope.find(column->path);
  if (!is(found.of_catalogue, CatalogueName::pg_index) || found.name != "indkey")
    return std::nullopt;
  return "(SELECT json_group_array(key) FROM json_each(" + sure_text(found.sql) + "))";
}

/// `object`: SQL of what Catalogue::told() knows it by.
std::string Translator::told(Telling telling, const std::string& object) {
  Bound bound;
  bound.source = Bound::Source::told;
  bound.slot = static_cast<std::size_t>(telling);
  return "(SELECT value FROM json_each(" + bind(std::move(bound)) + ") WHERE key = " + object + ")";
}

Typed Translator::first_schema(const tree::Call& call, std::vector<Typed> values) {
  if (!values.empty() || printing_.path != std::vector<std::string>{"public"})
    throw Unsure{"the function " + call.name.name};
  Bound bound;
  bound.constant = printing_.path.front();
  return typed(bind(std::move(bound)), {TypeKind::name});
}

Typed Translator::database_name(const tree::Call& call, std::vector<Typed> values) {
  if (!values.empty() || printing_.database.empty()) throw Unsure{"the function " + call.name.name};
  Bound bound;
  bound.constant = printing_.database;
  return typed(bind(std::move(bound)), {TypeKind::name});
}

/// A value as the name of a table.
Typed Translator::table_named(const tree::Expression& operand) {
  Bound bound;
  bound.source = Bound::Source::regclass;
  const auto* literal = operand.as<tree::Literal>();
  const auto* cast = operand.as<tree::Cast>();
  const auto* slot = (cast != nullptr ? *cast->operand : operand).as<tree::Parameter>();
  if (slot != nullptr)
    bound.slot = slot->index;
  else if (literal != nullptr && literal->kind == tree::Literal::Kind::string)
    bound.constant = literal->text;
  else
    throw Unsure{"a cast to regclass"};
  return typed(bind(std::move(bound)), {TypeKind::oid});
}

}  // namespace understudy::postgres::emulation
