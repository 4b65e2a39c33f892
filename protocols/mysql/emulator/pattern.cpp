#include "protocols/mysql/emulator/pattern.hpp"

#include <map>

#include "protocols/mysql/identity.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"
#include "protocols/sql/tree/visitor.hpp"
#include "understudy/document_text.hpp"
#include "understudy/request.hpp"

namespace understudy::mysql::emulation {
namespace {

namespace tree = sql::tree;

constexpr std::string_view settings_begin = "(set ", settings_end = "\x1f) ",
                           sources_begin = "(with ", sources_end = "}) ", database_end = "`: ";

/// Marks of what is no statement, or says nothing of rows.
constexpr std::string_view other_marks[] = {"(prepare) ", "(fields) ", "(command) ", "(after) ",
                                            "(comment)",  "(empty)",   "(implicit) "};
constexpr std::string_view data_mark = "(sent ";

class VariableReplacer {
 public:
  explicit VariableReplacer(const std::map<std::string, tree::Expression>& values)
      : values_(values) {}

  void replace(std::vector<tree::Expression>& list) const {
    for (tree::Expression& each : list) replace(each);
  }
  void replace(tree::Box<tree::Expression>& expression) const {
    if (expression) replace(*expression);
  }
  void replace(tree::Expression& expression) const {
    if (const auto* variable = expression.as<tree::Variable>()) {
      const auto found = values_.find(variable->name);
      if (!variable->is_system && found != values_.end()) expression = found->second;
    } else if (auto* operation = expression.as<tree::Operation>()) {
      replace(operation->operands);
    } else if (auto* in = expression.as<tree::In>()) {
      replace(in->operand);
      replace(in->list);
    } else if (auto* between = expression.as<tree::Between>()) {
      replace(between->operand);
      replace(between->low);
      replace(between->high);
    }
  }

 private:
  const std::map<std::string, tree::Expression>& values_;
};

/// The literal that a source is; nothing for any other.
std::optional<tree::Expression> literal_of(std::string_view source) {
  const tree::Statement statement =
      tree::parse_mysql("SELECT " + std::string(source), {sql::Dialect::mysql, true, false});
  const auto* query = statement.as<tree::Query>();
  const auto* select = query == nullptr ? nullptr : query->as<tree::Select>();
  if (select == nullptr || select->outputs.size() != 1 || !select->from.empty())
    return std::nullopt;
  const tree::Expression& value = select->outputs.front().expression;
  return value.as<tree::Literal>() != nullptr ? std::optional(value) : std::nullopt;
}

}  // namespace

Pattern take_apart(std::string_view pattern) {
  Pattern parts;
  if (pattern.starts_with('`'))
    if (const std::size_t end = pattern.find(database_end); end != std::string_view::npos) {
      parts.database = pattern.substr(1, end - 1);
      pattern.remove_prefix(end + database_end.size());
    }
  if (pattern.starts_with(sources_begin))
    if (const std::size_t end = pattern.find(sources_end); end != std::string_view::npos) {
      parts.sources = pattern.substr(sources_begin.size(), end + 1 - sources_begin.size());
      pattern.remove_prefix(end + sources_end.size());
    }
  parts.statement = pattern;
  return parts;
}

sql::emulator::SqlRequest read_request(std::string_view canonical, std::string_view qualifier) {
  sql::emulator::SqlRequest request;
  const std::string_view pattern = pattern_of(canonical);
  const std::size_t begin = statement_begin(canonical);
  std::string_view before = pattern.substr(0, begin);
  const std::string_view statement = pattern.substr(begin);
  if (const std::size_t at = before.find(settings_begin);
      before.ends_with(settings_end) && at != std::string_view::npos) {
    request.session = before.substr(at + settings_begin.size());
    request.session.resize(request.session.size() - settings_end.size());
    before = before.substr(0, at);
  }
  for (const std::string_view mark : other_marks)
    request.described = request.described || statement.starts_with(mark);
  request.has_more = statement.starts_with(data_mark);
  request.pattern = std::string(before) + std::string(statement);
  request.values = sql::emulator::values_in(canonical, qualifier);
  request.has_more =
      request.has_more ||
      request.values.size() != sql::emulator::slots_of(take_apart(request.pattern).statement);
  return request;
}

void put_sources_in(std::string_view sources, tree::Statement& statement) {
  const Document document = parse_json(sources);
  std::map<std::string, tree::Expression> values;
  if (!document.is_object()) return;
  for (const auto& [name, source] : document.items())
    if (auto literal = literal_of(octets_of(source)); literal && name.starts_with('@'))
      values.emplace(name.substr(1), std::move(*literal));
  const VariableReplacer replacer(values);
  if (auto* query = statement.as<tree::Query>()) {
    if (auto* select = std::get_if<tree::Select>(&query->body)) {
      replacer.replace(select->where);
      for (tree::Output& each : select->outputs) replacer.replace(each.expression);
    }
  } else if (auto* insert = statement.as<tree::Insert>()) {
    for (auto& row : insert->rows) replacer.replace(row);
  } else if (auto* update = statement.as<tree::Update>()) {
    for (auto& each : update->set) replacer.replace(each.value);
    replacer.replace(update->where);
  } else if (auto* remove = statement.as<tree::Delete>()) {
    replacer.replace(remove->where);
  }
}

std::string kinds_of_sources(std::string_view sources) {
  const Document document = parse_json(sources);
  std::string kinds;
  if (!document.is_object()) return kinds;
  for (const auto& [name, source] : document.items()) {
    const auto value = literal_of(octets_of(source));
    const auto* literal = value ? value->as<tree::Literal>() : nullptr;
    const bool number = literal != nullptr && literal->kind == tree::Literal::Kind::number &&
                        literal->text.find_first_not_of("0123456789") == std::string::npos;
    kinds += "\x1f" + name + "=" + (number ? std::string("#") : octets_of(source));
  }
  return kinds;
}

sql::ValueClass class_of(const tree::Literal& literal) noexcept {
  switch (literal.kind) {
    case tree::Literal::Kind::null:
      return sql::ValueClass::null;
    case tree::Literal::Kind::boolean:
      return sql::ValueClass::boolean;
    case tree::Literal::Kind::number:
      return sql::ValueClass::number;
    case tree::Literal::Kind::string:
      return sql::ValueClass::string;
    case tree::Literal::Kind::bits:
      break;
  }
  return sql::ValueClass::binary;
}

}  // namespace understudy::mysql::emulation
