// Trees in one line, every operator with its operands in parentheses, so that a test can say what
// it expects: `select a, (add b (multiply c d)) from t as x where (and …)`.
#pragma once

#include <string>
#include <vector>

#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::test {

class TreeText {
 public:
  static std::string of(const tree::Statement& statement) {
    return std::visit(TreeText(), statement.node);
  }
  static std::string of(const tree::Expression& expression) {
    return std::visit(TreeText(), expression.node);
  }
  static std::string of(const tree::Relation& relation) {
    std::string text = std::visit(TreeText(), relation.source);
    if (!relation.alias.empty()) text += " as " + relation.alias;
    if (!relation.alias_columns.empty()) text += "(" + joined(relation.alias_columns) + ")";
    return text;
  }
  static std::string of(const tree::Query& query) {
    std::string text = with_of(query.with) + std::visit(TreeText(), query.body);
    if (!query.order.empty()) text += " order by " + list_of(query.order);
    if (query.limit) text += " limit " + of(*query.limit);
    if (query.offset) text += " offset " + of(*query.offset);
    for (const tree::Locking& each : query.locking)
      text += each.strength == tree::Locking::Strength::share ? " for share" : " for update";
    return text;
  }

  // ---- expressions ----
  std::string operator()(const tree::Opaque& node) const { return "<" + node.text + ">"; }
  std::string operator()(const tree::Literal& node) const {
    switch (node.kind) {
      case tree::Literal::Kind::null:
        return "null";
      case tree::Literal::Kind::string:
        return (node.charset.empty() ? "" : "_" + node.charset) + "'" + node.text + "'";
      case tree::Literal::Kind::bits:
        return "bits'" + node.text + "'";
      default:
        return node.text;
    }
  }
  std::string operator()(const tree::Parameter& node) const {
    return "$" + std::to_string(node.index + 1);
  }
  std::string operator()(const tree::Column& node) const { return joined(node.path, "."); }
  std::string operator()(const tree::Star& node) const {
    return node.path.empty() ? "*" : joined(node.path, ".") + ".*";
  }
  std::string operator()(const tree::Variable& node) const {
    return (node.is_system ? "@@" : "@") + (node.scope.empty() ? "" : node.scope + ".") + node.name;
  }
  std::string operator()(const tree::AssignVariable& node) const {
    return "(:= @" + node.variable.name + " " + of(*node.value) + ")";
  }
  std::string operator()(const tree::Operation& node) const {
    static constexpr const char* names[] = {
        "or",     "xor",   "and",    "not",       "=",        "<>",      "<",
        "<=",     ">",     ">=",     "same",      "distinct", "+",       "-",
        "*",      "/",     "div",    "mod",       "power",    "negate",  "plus",
        "concat", "pipes", "bit_or", "bit_and",   "bit_xor",  "bit_not", "shl",
        "shr",    "->",    "->>",    "member_of", "overlaps", ""};
    std::string text = "(" + std::string(names[static_cast<int>(node.op)]) + node.spelled;
    if (node.quantifier == tree::Operation::Quantifier::any) text += " any";
    if (node.quantifier == tree::Operation::Quantifier::all) text += " all";
    for (const tree::Expression& each : node.operands) text += " " + of(each);
    return text + ")";
  }
  std::string operator()(const tree::Is& node) const {
    static constexpr const char* tests[] = {"null", "true", "false", "unknown", "other"};
    return "(is" + std::string(node.negated ? "_not_" : "_") + tests[static_cast<int>(node.test)] +
           " " + of(*node.operand) + ")";
  }
  std::string operator()(const tree::In& node) const {
    return "(" + std::string(node.negated ? "not_in " : "in ") + of(*node.operand) + " " +
           (node.query ? "{" + of(*node.query) + "}" : "[" + list_of(node.list) + "]") + ")";
  }
  std::string operator()(const tree::Between& node) const {
    return "(" + std::string(node.negated ? "not_between " : "between ") + of(*node.operand) + " " +
           of(*node.low) + " " + of(*node.high) + ")";
  }
  std::string operator()(const tree::Like& node) const {
    static constexpr const char* kinds[] = {"like",   "ilike",   "similar",
                                            "regexp", "iregexp", "sounds_like"};
    return "(" + std::string(node.negated ? "not_" : "") + kinds[static_cast<int>(node.kind)] +
           " " + of(*node.operand) + " " + of(*node.pattern) +
           (node.escape ? " escape " + of(*node.escape) : "") + ")";
  }
  std::string operator()(const tree::Case& node) const {
    std::string text = "(case";
    if (node.operand) text += " " + of(*node.operand);
    for (const auto& when : node.whens) text += " " + of(when.condition) + ":" + of(when.result);
    if (node.otherwise) text += " else " + of(*node.otherwise);
    return text + ")";
  }
  std::string operator()(const tree::Cast& node) const {
    return "(cast " + of(*node.operand) + " " + type_of(node.type) + ")";
  }
  std::string operator()(const tree::SubQuery& node) const {
    static constexpr const char* kinds[] = {"", "exists ", "array "};
    return kinds[static_cast<int>(node.kind)] + ("{" + of(*node.query) + "}");
  }
  std::string operator()(const tree::Collection& node) const {
    return (node.kind == tree::Collection::Kind::row ? "row(" : "array(") + list_of(node.elements) +
           ")";
  }
  std::string operator()(const tree::Access& node) const {
    return "(get " + of(*node.operand) + " " +
           (node.field.empty() ? "[" + list_of(node.subscripts) + "]" : node.field) + ")";
  }
  std::string operator()(const tree::Collate& node) const {
    return "(collate " + of(*node.operand) + " " + node.collation.name + ")";
  }
  std::string operator()(const tree::Interval& node) const {
    return "(interval " + of(*node.amount) + " " + node.unit + ")";
  }
  std::string operator()(const tree::Match& node) const {
    return "(match [" + list_of(node.columns) + "] " + of(*node.against) +
           (node.mode.empty() ? "" : " " + node.mode) + ")";
  }
  std::string operator()(const tree::Default& node) const {
    return node.path.empty() ? "default" : "(default " + joined(node.path, ".") + ")";
  }
  std::string operator()(const tree::Call& node) const {
    std::string text = name_of(node.name);
    if (!node.parentheses) return text;
    text += "(" + std::string(node.distinct ? "distinct " : "") + (node.star ? "*" : "") +
            list_of(node.arguments);
    if (!node.words.empty()) text += "; " + node.words;
    if (!node.order.empty()) text += " order by " + list_of(node.order);
    text += ")";
    if (node.filter) text += " filter " + of(*node.filter);
    if (node.over) text += " over " + window_of(*node.over);
    return text;
  }

  // ---- relations ----
  std::string operator()(const tree::TableName& node) const {
    return (node.only ? "only " : "") + name_of(node.name) +
           (node.partitions.empty() ? "" : " partition(" + joined(node.partitions) + ")") +
           (node.as_of ? " as of " + of(*node.as_of) : "");
  }
  std::string operator()(const tree::Derived& node) const {
    return (node.lateral ? "lateral " : "") + ("{" + of(*node.query) + "}");
  }
  std::string operator()(const tree::TableFunction& node) const {
    return "function " + list_of(node.calls);
  }
  std::string operator()(const tree::Join& node) const {
    static constexpr const char* kinds[] = {"join", "left", "right", "full", "cross"};
    std::string text = "(" + std::string(node.natural ? "natural " : "") +
                       kinds[static_cast<int>(node.kind)] + " " + of(*node.left) + " " +
                       of(*node.right);
    if (node.on) text += " on " + of(*node.on);
    if (!node.using_.empty()) text += " using " + joined(node.using_);
    return text + ")";
  }

  // ---- queries ----
  std::string operator()(const tree::Select& node) const {
    std::string text = node.distinct ? "select distinct " : "select ";
    text += list_of(node.outputs);
    if (!node.from.empty()) text += " from " + list_of(node.from);
    if (node.where) text += " where " + of(*node.where);
    if (!node.group.empty()) text += " group by " + list_of(node.group);
    if (!node.grouping.empty()) text += " " + node.grouping;
    if (node.having) text += " having " + of(*node.having);
    for (const auto& each : node.windows) text += " window " + each.name + window_of(each.window);
    if (!node.into.empty()) text += " into";
    return text;
  }
  std::string operator()(const tree::Values& node) const { return "values " + rows_of(node.rows); }
  std::string operator()(const tree::SetOperation& node) const {
    static constexpr const char* kinds[] = {"union", "intersect", "except"};
    std::string text = kinds[static_cast<int>(node.kind)] + std::string(node.all ? "_all" : "");
    for (const tree::Query& each : node.operands) text += " {" + of(each) + "}";
    return text;
  }
  std::string operator()(const tree::Query& node) const { return of(node); }

  // ---- changes ----
  std::string operator()(const tree::Insert& node) const {
    std::string text = with_of(node.with) + (node.ignore ? "insert ignore " : "insert ");
    text += of(node.table);
    if (node.columns_told) text += "(" + joined(node.columns) + ")";
    if (!node.rows.empty()) text += " values " + rows_of(node.rows);
    if (node.query) text += " " + of(*node.query);
    if (node.default_values) text += " default values";
    if (!node.row_alias.empty()) text += " as " + node.row_alias;
    static constexpr const char* actions[] = {"", " or nothing", " or update", " or replace"};
    text += actions[static_cast<int>(node.conflict.action)];
    if (!node.conflict.set.empty()) text += " set " + set_of(node.conflict.set);
    return text + returning_of(node.returning);
  }
  std::string operator()(const tree::Update& node) const {
    std::string text =
        with_of(node.with) + "update " + list_of(node.tables) + " set " + set_of(node.set);
    if (!node.from.empty()) text += " from " + list_of(node.from);
    return text + rest_of(node);
  }
  std::string operator()(const tree::Delete& node) const {
    std::string text = with_of(node.with) + "delete ";
    if (node.targets.empty())
      text += of(node.table);
    else
      for (const tree::Name& each : node.targets)
        text += (&each == &node.targets.front() ? "" : ", ") + name_of(each);
    if (!node.from.empty()) text += " from " + list_of(node.from);
    return text + rest_of(node);
  }
  std::string operator()(const tree::Merge& node) const {
    return "merge " + of(node.table) + " using " + of(node.source) + " on " + of(*node.on);
  }
  std::string operator()(const tree::Transfer& node) const {
    return "transfer " + std::string(node.into_table ? "into " : "from ") + name_of(node.table) +
           (node.columns.empty() ? "" : "(" + joined(node.columns) + ")") +
           (node.query ? "{" + of(*node.query) + "}" : "");
  }

  // ---- definitions ----
  std::string operator()(const tree::CreateTable& node) const {
    std::string text = std::string("create ") + (node.temporary ? "temporary " : "") +
                       (node.materialized_view ? "materialized view " : "table ") +
                       (node.if_not_exists ? "if not exists " : "") + name_of(node.name);
    std::vector<std::string> parts;
    for (const auto& each : node.columns) parts.push_back(column_of(each));
    for (const auto& each : node.constraints) parts.push_back(constraint_of(each));
    for (const auto& each : node.like) parts.push_back("like " + name_of(each));
    if (!parts.empty()) text += " (" + joined(parts) + ")";
    for (const auto& each : node.inherits)
      text += (node.partition ? " partition of " : " inherits ") + name_of(each);
    if (node.partitioned) text += " partitioned";
    if (node.query) text += " as " + of(*node.query);
    return text;
  }
  std::string operator()(const tree::CreateView& node) const {
    return "create view " + name_of(node.name) +
           (node.columns.empty() ? "" : "(" + joined(node.columns) + ")") + " as " +
           of(*node.query);
  }
  std::string operator()(const tree::CreateIndex& node) const {
    return std::string("create ") + (node.unique ? "unique " : "") + "index " + node.name + " on " +
           name_of(node.table) + " (" + parts_of(node.parts) + ")" +
           (node.where ? " where " + of(*node.where) : "");
  }
  std::string operator()(const tree::CreateRoutine& node) const {
    std::string text = "create " + kind_of(node.kind) + " " + name_of(node.name);
    if (!node.parameters.empty()) text += "(" + joined(node.parameters) + ")";
    if (!node.table.name.empty())
      text += " " + node.timing + " " + joined(node.events) + " on " + name_of(node.table);
    if (!node.function.name.empty()) text += " execute " + name_of(node.function);
    static constexpr const char* volatilities[] = {"", " volatile", " stable", " immutable"};
    text += volatilities[static_cast<int>(node.volatility)];
    if (node.reads_only) text += " reads";
    return text + (node.body.empty() ? "" : " <" + node.body + ">");
  }
  std::string operator()(const tree::CreateSequence& node) const {
    return "create sequence " + name_of(node.name);
  }
  std::string operator()(const tree::CreateType& node) const {
    return "create " + kind_of(node.kind) + " " + name_of(node.name) +
           (node.labels.empty() ? "" : " enum(" + joined(node.labels) + ")") +
           (node.base.name.name.empty() ? "" : " as " + type_of(node.base));
  }
  std::string operator()(const tree::CreateRule& node) const {
    std::string text = "create rule " + node.name + " on " + node.event + " to " +
                       name_of(node.table) + (node.instead ? " instead" : "");
    for (const tree::Statement& each : node.actions) text += " do " + of(each);
    return text;
  }
  std::string operator()(const tree::CreatePolicy& node) const {
    return "create policy " + node.name + " on " + name_of(node.table) +
           (node.using_ ? " using " + of(*node.using_) : "");
  }
  std::string operator()(const tree::CreateOther& node) const {
    return "create " + kind_of(node.kind) + " " + name_of(node.name);
  }
  std::string operator()(const tree::AlterTable& node) const {
    std::string text = "alter " + kind_of(node.kind) + " " + name_of(node.name);
    for (const auto& each : node.actions)
      text += (&each == &node.actions.front() ? " " : ", ") + action_of(each);
    return text;
  }
  std::string operator()(const tree::AlterOther& node) const {
    return "alter " + kind_of(node.kind) + " " + name_of(node.name) +
           (node.new_name.empty() ? "" : " to " + node.new_name);
  }
  std::string operator()(const tree::Drop& node) const {
    std::string text = "drop " + kind_of(node.kind) + (node.if_exists ? " if exists" : "");
    for (const auto& each : node.names) text += " " + name_of(each);
    if (!node.table.name.empty()) text += " on " + name_of(node.table);
    return text + (node.cascade ? " cascade" : "");
  }
  std::string operator()(const tree::RenameTables& node) const {
    std::string text = "rename";
    for (const auto& each : node.pairs)
      text += " " + name_of(each.from) + " to " + name_of(each.to);
    return text;
  }
  std::string operator()(const tree::Truncate& node) const {
    std::string text = "truncate";
    for (const auto& each : node.tables) text += " " + name_of(each.name);
    return text + (node.cascade ? " cascade" : "");
  }
  std::string operator()(const tree::Set& node) const {
    static constexpr const char* scopes[] = {"", "global ", "local ", "@"};
    std::string text = "set";
    for (const auto& each : node.settings)
      text += (&each == &node.settings.front() ? " " : ", ") +
              std::string(scopes[static_cast<int>(each.scope)]) + each.name + " = " +
              (each.values.empty() ? "default" : list_of(each.values));
    return text + (node.statement ? " for " + of(*node.statement) : "");
  }
  std::string operator()(const tree::Utility& node) const {
    std::string text = "utility " + std::to_string(static_cast<int>(node.kind)) +
                       (node.verb.empty() ? "" : " " + node.verb) +
                       (node.name.empty() ? "" : " " + node.name);
    for (const auto& each : node.tables) text += " " + name_of(each);
    if (!node.arguments.empty()) text += " (" + list_of(node.arguments) + ")";
    return text + (node.executes ? " executed" : "") +
           (node.statement ? " {" + of(*node.statement) + "}" : "");
  }
  std::string operator()(const tree::Unknown& node) const { return "? " + node.reason; }

 private:
  static std::string joined(const std::vector<std::string>& texts, const char* mark = ", ") {
    std::string text;
    for (const std::string& each : texts) text += (&each == &texts.front() ? "" : mark) + each;
    return text;
  }
  template <class T>
  static std::string list_of(const std::vector<T>& items) {
    std::vector<std::string> texts;
    for (const T& each : items) texts.push_back(of(each));
    return joined(texts);
  }
  static std::string of(const tree::Output& output) {
    return of(output.expression) + (output.alias.empty() ? "" : " as " + output.alias);
  }
  static std::string of(const tree::OrderItem& item) {
    return of(*item.expression) + (item.descending ? " desc" : "");
  }
  static std::string name_of(const tree::Name& name) {
    return name.schema.empty() ? name.name : name.schema + "." + name.name;
  }
  static std::string rows_of(const std::vector<std::vector<tree::Expression>>& rows) {
    std::string text;
    for (const auto& row : rows) text += (text.empty() ? "(" : ", (") + list_of(row) + ")";
    return text;
  }
  static std::string set_of(const std::vector<tree::Assignment>& set) {
    std::string text;
    for (const tree::Assignment& each : set) {
      if (!text.empty()) text += ", ";
      for (const tree::Column& column : each.columns)
        text += (&column == &each.columns.front() ? "" : "+") + joined(column.path, ".");
      text += " = " + of(each.value);
    }
    return text;
  }
  static std::string returning_of(const std::vector<tree::Output>& outputs) {
    return outputs.empty() ? "" : " returning " + list_of(outputs);
  }
  template <class Change>
  static std::string rest_of(const Change& node) {
    std::string text;
    if (node.where) text += " where " + of(*node.where);
    if (!node.order.empty()) text += " order by " + list_of(node.order);
    if (node.limit) text += " limit " + of(*node.limit);
    return text + returning_of(node.returning);
  }
  static std::string with_of(const tree::With& with) {
    std::string text;
    for (const tree::CommonTable& each : with.tables)
      text += (text.empty() ? with.recursive ? "with recursive " : "with " : ", ") + each.name +
              (each.columns.empty() ? "" : "(" + joined(each.columns) + ")") + " {" +
              of(*each.statement) + "}";
    return text.empty() ? "" : text + " ";
  }
  static std::string window_of(const tree::Window& window) {
    if (window.only_name) return window.base;
    std::string text = "(" + window.base;
    if (!window.partition.empty()) text += " partition " + list_of(window.partition);
    if (!window.order.empty()) text += " order " + list_of(window.order);
    return text + (window.frame.empty() ? "" : " " + window.frame) + ")";
  }
  static std::string type_of(const tree::Type& type) {
    std::string text = name_of(type.name);
    if (!type.arguments.empty()) text += "(" + joined(type.arguments) + ")";
    if (type.is_unsigned) text += " unsigned";
    for (int i = 0; i < type.dimensions; ++i) text += "[]";
    return text;
  }
  static std::string parts_of(const std::vector<tree::KeyPart>& parts) {
    std::vector<std::string> texts;
    for (const auto& each : parts)
      texts.push_back((each.expression ? of(*each.expression) : each.column) +
                      (each.length.empty() ? "" : "(" + each.length + ")"));
    return joined(texts);
  }
  static std::string constraint_of(const tree::Constraint& node) {
    static constexpr const char* kinds[] = {"primary", "unique",  "foreign",
                                            "check",   "exclude", "index"};
    static constexpr const char* actions[] = {"", " restrict", " cascade", " null", " default"};
    std::string text = kinds[static_cast<int>(node.kind)];
    if (!node.name.empty()) text += " " + node.name;
    if (!node.parts.empty()) text += " (" + parts_of(node.parts) + ")";
    if (node.kind == tree::Constraint::Kind::foreign) {
      text += " to " + name_of(node.parent) + "(" + joined(node.parent_columns) + ")";
      text += actions[static_cast<int>(node.on_delete)];
      if (node.on_update != tree::ForeignAction::no_action)
        text += " /" + std::string(actions[static_cast<int>(node.on_update)]);
    }
    if (node.expression) text += " " + of(*node.expression);
    return text;
  }
  static std::string column_of(const tree::ColumnDefinition& node) {
    std::string text = node.name + " " + type_of(node.type);
    if (node.not_null) text += " not null";
    if (node.identity) text += " identity";
    if (node.default_) text += " default " + of(*node.default_);
    if (node.on_update) text += " on update " + of(*node.on_update);
    if (node.generated) text += " generated " + of(*node.generated);
    if (!node.collation.empty()) text += " collate " + node.collation;
    for (const auto& each : node.constraints) text += " " + constraint_of(each);
    return text;
  }
  static std::string action_of(const tree::AlterAction& node) {
    static constexpr const char* kinds[] = {"add",
                                            "drop",
                                            "change",
                                            "rename column",
                                            "default",
                                            "not null",
                                            "nullable",
                                            "type",
                                            "identity",
                                            "no identity",
                                            "no expression",
                                            "constrain",
                                            "drop constraint",
                                            "drop index",
                                            "rename index",
                                            "rename",
                                            "set schema",
                                            "add parent",
                                            "drop parent",
                                            "attach",
                                            "detach",
                                            "rows",
                                            "security",
                                            "trigger",
                                            "inert",
                                            "other"};
    std::string text = kinds[static_cast<int>(node.kind)];
    if (!node.name.empty()) text += " " + node.name;
    if (!node.new_name.empty()) text += " to " + node.new_name;
    if (!node.table.name.empty()) text += " " + name_of(node.table);
    if (node.column) text += " " + column_of(*node.column);
    if (node.constraint) text += " " + constraint_of(*node.constraint);
    if (!node.type.name.name.empty()) text += " " + type_of(node.type);
    if (node.expression) text += " " + of(*node.expression);
    return text + (node.cascade ? " cascade" : "");
  }
  static std::string kind_of(tree::ObjectKind kind) {
    static constexpr const char* kinds[] = {"table",      "view",      "materialized view",
                                            "index",      "sequence",  "type",
                                            "domain",     "schema",    "database",
                                            "function",   "procedure", "trigger",
                                            "rule",       "policy",    "event",
                                            "extension",  "role",      "column",
                                            "constraint", "other"};
    return kinds[static_cast<int>(kind)];
  }
};

}  // namespace understudy::sql::test
