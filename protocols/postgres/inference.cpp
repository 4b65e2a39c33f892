#include "protocols/postgres/inference.hpp"

#include <algorithm>

#include "protocols/postgres/parse_tree.hpp"
#include "protocols/sql/normalise.hpp"

namespace understudy::postgres {
namespace {

/// The pattern as a statement in which every slot is a parameter: $1 for the first.
std::string statement_of(std::string_view pattern) {
  std::string text;
  int slot = 0;
  for (const char c : pattern) {
    if (c == sql::slot_mark)
      text += "$" + std::to_string(++slot);
    else
      text += c;
  }
  return text;
}

std::string last_name(const ParseTree& names, std::string* before = nullptr) {
  std::string last;
  for (const ParseTree& part : names) {
    if (!part.contains("String")) return {};
    if (before != nullptr) *before = last;
    last = part["String"].value("sval", "");
  }
  return last;
}

void collect_tables(const ParseTree& node, std::map<std::string, std::string>& aliases) {
  if (node.is_object() && node.contains("relname")) {
    const std::string table = node.value("relname", "");
    aliases[table] = table;
    if (node.contains("alias")) aliases[node["alias"].value("aliasname", table)] = table;
  }
  if (node.is_structured())
    for (const ParseTree& each : node) collect_tables(each, aliases);
}

Oid oid_of_type_name(const ParseTree& type) {
  const std::string name = last_name(type.value("names", ParseTree::array()));
  return oid_of(type.contains("arrayBounds") ? name + "[]" : name);
}

Oid array_of(Oid element) {
  const auto type = find_type(element);
  return type ? oid_of(std::string(type->name) + "[]") : 0;
}

class Inferrer {
 public:
  Inferrer(const ParseTree& tree, std::size_t slots, const ColumnCatalogue& catalogue)
      : catalogue_(catalogue), types_(slots, 0) {
    collect_tables(tree, aliases_);
    walk(tree);
  }
  [[nodiscard]] std::vector<Oid> take() { return std::move(types_); }

 private:
  void note(const ParseTree& node, Oid type) {
    if (type == 0 || !node.is_object() || !node.contains("ParamRef")) return;
    const auto number = node["ParamRef"].value("number", 0U);
    if (number >= 1 && number <= types_.size() && types_[number - 1] == 0)
      types_[number - 1] = type;
  }

  Oid column_type(const ParseTree& node) const {
    if (!node.is_object() || !node.contains("ColumnRef")) return 0;
    std::string qualifier;
    const std::string column =
        last_name(node["ColumnRef"].value("fields", ParseTree::array()), &qualifier);
    return type_of(qualifier, column);
  }

  Oid type_of(const std::string& qualifier, const std::string& column) const {
    if (!qualifier.empty()) {
      const auto table = aliases_.find(qualifier);
      return table == aliases_.end() ? 0 : catalogue_.type_of(table->second, column);
    }
    Oid found = 0;
    for (const auto& [alias, table] : aliases_) {
      const Oid type = catalogue_.type_of(table, column);
      if (found != 0 && type != 0 && type != found) return 0;
      if (type != 0) found = type;
    }
    return found;
  }

  void expression(const ParseTree& node) {
    const std::string kind = node.value("kind", "");
    const ParseTree& left = node.contains("lexpr") ? node["lexpr"] : none_;
    const ParseTree& right = node.contains("rexpr") ? node["rexpr"] : none_;
    if (kind == "AEXPR_LIKE" || kind == "AEXPR_ILIKE" || kind == "AEXPR_SIMILAR")
      return note(right, oid::text);
    const Oid left_type = column_type(left);
    if (kind == "AEXPR_OP_ANY" || kind == "AEXPR_OP_ALL") return note(right, array_of(left_type));
    note(left, column_type(right));
    note(right, left_type);
    if (right.is_object() && right.contains("List"))
      for (const ParseTree& item : right["List"].value("items", ParseTree::array()))
        note(item, left_type);
    if (right.is_array())
      for (const ParseTree& item : right) note(item, left_type);
  }

  void insert(const ParseTree& node) {
    const std::string table =
        node.contains("relation") ? node["relation"].value("relname", "") : std::string();
    std::vector<Oid> columns;
    for (const ParseTree& column : node.value("cols", ParseTree::array()))
      columns.push_back(column.contains("ResTarget")
                            ? catalogue_.type_of(table, column["ResTarget"].value("name", ""))
                            : 0);
    if (!node.contains("selectStmt") || !node["selectStmt"].contains("SelectStmt")) return;
    const ParseTree& select = node["selectStmt"]["SelectStmt"];
    for (const ParseTree& row : select.value("valuesLists", ParseTree::array())) {
      if (!row.contains("List")) continue;
      const ParseTree& items = row["List"]["items"];
      for (std::size_t i = 0; i < items.size() && i < columns.size(); ++i)
        note(items[i], columns[i]);
    }
    const ParseTree targets = select.value("targetList", ParseTree::array());
    for (std::size_t i = 0; i < targets.size() && i < columns.size(); ++i)
      if (targets[i].contains("ResTarget") && targets[i]["ResTarget"].contains("val"))
        note(targets[i]["ResTarget"]["val"], columns[i]);
  }

  void assignments(const std::string& table, const ParseTree& targets) {
    for (const ParseTree& target : targets)
      if (target.contains("ResTarget") && target["ResTarget"].contains("val"))
        note(target["ResTarget"]["val"],
             catalogue_.type_of(table, target["ResTarget"].value("name", "")));
  }

  void walk(const ParseTree& node) {
    if (node.is_array())
      for (const ParseTree& each : node) walk(each);
    if (!node.is_object()) return;
    for (const auto& [key, value] : node.items()) {
      if (key == "TypeCast" && value.contains("arg"))
        note(value["arg"], oid_of_type_name(value.value("typeName", ParseTree::object())));
      if (key == "A_Expr") expression(value);
      if (key == "InsertStmt") insert(value);
      if (key == "UpdateStmt" && value.contains("relation"))
        assignments(value["relation"].value("relname", ""),
                    value.value("targetList", ParseTree::array()));
      if (key == "limitCount" || key == "limitOffset") note(value, oid::int8);
      walk(value);
    }
  }

  const ColumnCatalogue& catalogue_;
  std::map<std::string, std::string> aliases_;  // to tables
  std::vector<Oid> types_;
  const ParseTree none_;
};

}  // namespace

void ColumnCatalogue::learn(std::string_view pattern, const std::vector<Column>& columns) {
  Oid table = 0;
  bool single = true;
  for (const Column& column : columns) {
    if (column.table == 0) continue;
    const auto [known, added] = by_oid_.emplace(std::pair(column.table, column.name), column.type);
    if (!added && known->second != column.type) known->second = 0;
    single = single && (table == 0 || table == column.table);
    table = column.table;
  }
  if (table == 0 || !single || table_names_.contains(table)) return;
  const auto tree = parse_tree_of(statement_of(pattern));
  std::map<std::string, std::string> aliases;
  if (tree) collect_tables(*tree, aliases);
  std::string name;
  for (const auto& [alias, each] : aliases) {
    if (!name.empty() && name != each) return;
    name = each;
  }
  if (!name.empty()) table_names_[table] = name;
}

void ColumnCatalogue::settle() {
  for (const auto& [key, type] : by_oid_) {
    const auto table = table_names_.find(key.first);
    if (table == table_names_.end()) continue;
    for (const std::string& name : {table->second, std::string()}) {
      const auto [known, added] = by_name_.emplace(std::pair(name, key.second), type);
      if (!added && known->second != type) known->second = 0;
    }
  }
}

Oid ColumnCatalogue::type_of(const std::string& table, const std::string& column) const {
  const auto found = by_name_.find({table, column});
  return found == by_name_.end() ? 0 : found->second;
}

std::vector<Oid> infer_slot_types(std::string_view pattern, std::size_t slots,
                                  const ColumnCatalogue& catalogue) {
  const bool escaped = pattern.find(sql::pattern_escape) != std::string_view::npos;
  const auto tree = escaped || slots == 0 ? std::nullopt : parse_tree_of(statement_of(pattern));
  if (!tree) return std::vector<Oid>(slots, 0);
  return Inferrer(*tree, slots, catalogue).take();
}

}  // namespace understudy::postgres
