#include "protocols/postgres/utility.hpp"

#include <algorithm>
#include <charconv>

#include "protocols/sql/lexer.hpp"
#include "protocols/sql/literal.hpp"

namespace understudy::postgres {
namespace {

using sql::Token;
using sql::TokenKind;

constexpr std::size_t token_cap =
    4096;  // utility statements are short; queries behind them are not read

/// Type names that PREPARE spells otherwise than pg_type.
Oid oid_of_spelled(std::string_view spelled) {
  std::string name(spelled);
  std::ranges::transform(name, name.begin(), sql::to_lower);
  if (name == "character varying") return oid::varchar;
  if (name == "int" || name == "integer") return oid::int4;
  if (name == "bigint") return oid::int8;
  if (name == "smallint") return oid::int2;
  if (name == "boolean") return oid::boolean;
  if (name == "decimal") return oid::numeric;
  if (name == "real") return oid::float4;
  return oid_of(name);
}

/// A cursor over the tokens of one statement.
class Words {
 public:
  Words(std::string_view text, sql::Mode mode) : text_(text), mode_(mode), lexer_(text, mode) {
    advance();
  }

  [[nodiscard]] const Token& peek() const noexcept { return token_; }
  [[nodiscard]] bool at_end() const noexcept { return token_.kind == TokenKind::end; }
  /// Everything from the present token on.
  [[nodiscard]] std::string_view rest() const noexcept {
    return at_end() ? std::string_view{}
                    : text_.substr(static_cast<std::size_t>(token_.text.data() - text_.data()));
  }

  void advance() {
    before_ = token_;
    token_ = ++count_ > token_cap ? Token{} : lexer_.next();
  }
  [[nodiscard]] bool is(std::string_view word) const noexcept {
    return token_.kind == TokenKind::word && sql::equals_folded(token_.text, word);
  }
  bool accept(std::string_view word) {
    if (!is(word)) return false;
    advance();
    return true;
  }
  bool accept(char punctuation) {
    if (!token_.is(punctuation)) return false;
    advance();
    return true;
  }
  bool accept_operator(std::string_view text) {
    if (token_.kind != TokenKind::operator_ || token_.text != text) return false;
    advance();
    return true;
  }

  /// An identifier, folded or unquoted; nothing for anything else.
  std::optional<std::string> name() {
    std::string name;
    if (token_.kind == TokenKind::word) {
      for (const char c : token_.text) name += sql::to_lower(c);
    } else if (token_.kind == TokenKind::quoted && token_.text.size() >= 2) {
      const std::string_view inner = token_.text.substr(1, token_.text.size() - 2);
      for (std::size_t i = 0; i < inner.size(); ++i) {
        if (inner[i] == '"') ++i;
        name += inner[i];
      }
    } else {
      return std::nullopt;
    }
    advance();
    return name;
  }

  /// A number with its sign, or nothing.
  std::optional<std::string> number() {
    std::string text;
    if (accept_operator("-"))
      text = "-";
    else
      (void)accept_operator("+");
    if (token_.kind != TokenKind::number) return std::nullopt;
    text += token_.text;
    advance();
    return text;
  }

  std::optional<std::string> string() {
    std::string value;
    if (token_.kind != TokenKind::string || !sql::append_string_value(token_, mode_, value))
      return std::nullopt;
    advance();
    return value;
  }

 private:
  std::string_view text_;
  sql::Mode mode_;
  sql::Lexer lexer_;
  Token token_, before_;
  std::size_t count_ = 0;
};

std::optional<std::int64_t> integer(Words& words) {
  const auto text = words.number();
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

/// One argument of EXECUTE: a literal with no cast or operator.
bool read_argument(Words& words, ExecuteStatement& execute) {
  if (auto number = words.number()) {
    const bool whole = number->find_first_of(".eE") == std::string::npos;
    execute.arguments.emplace_back(std::move(*number));
    execute.types.push_back(whole ? oid::int8 : oid::numeric);
  } else if (auto text = words.string()) {
    execute.arguments.emplace_back(std::move(*text));
    execute.types.push_back(oid::unspecified);
  } else if (words.accept("null")) {
    execute.arguments.emplace_back(std::nullopt);
    execute.types.push_back(oid::unspecified);
  } else if (words.is("true") || words.is("false")) {
    execute.arguments.emplace_back(words.is("true") ? "t" : "f");
    execute.types.push_back(oid::boolean);
    words.advance();
  } else {
    return false;
  }
  return true;
}

bool read_fetch_direction(Words& words, FetchStatement& fetch) {
  const auto counted = [&](FetchKind kind) {
    fetch.kind = kind;
    if (words.accept("all"))
      fetch.count = FetchStatement::all;
    else if (const auto count = integer(words))
      fetch.count = *count;
    return true;
  };
  const auto placed = [&](FetchKind kind, std::int64_t row) {
    fetch.kind = kind;
    fetch.count = row;
    return true;
  };
  if (words.accept("next")) return true;
  if (words.accept("prior")) return placed(FetchKind::backward, 1);
  if (words.accept("first")) return placed(FetchKind::absolute, 1);
  if (words.accept("last")) return placed(FetchKind::absolute, -1);
  if (words.accept("forward")) return counted(FetchKind::forward);
  if (words.accept("backward")) return counted(FetchKind::backward);
  const bool absolute = words.accept("absolute");
  if (absolute || words.accept("relative")) {
    const auto row = integer(words);
    return row && placed(absolute ? FetchKind::absolute : FetchKind::relative, *row);
  }
  return counted(FetchKind::forward);
}

/// The values behind TO: single words, strings and numbers, joined as SET joins them. Those of a
/// list of names keep their quotes.
std::optional<std::string> read_set_value(Words& words, bool names = false) {
  std::string value;
  do {
    if (!value.empty()) value += ", ";
    if (auto text = words.string())
      value += names ? '"' + *text + '"' : *text;
    else if (auto number = words.number())
      value += *number;
    else if (auto name = words.name())
      value += names ? '"' + *name + '"' : *name;
    else
      return std::nullopt;
  } while (words.accept(','));
  return value;
}

/// ISOLATION LEVEL …, READ ONLY, READ WRITE in any order, in the settings that `prefix` begins.
std::optional<SetStatement> read_modes(Words& words, const std::string& prefix, bool local) {
  SetStatement set;
  set.local = local;
  while (!words.at_end()) {
    if (words.accept("isolation") && words.accept("level")) {
      set.name = prefix + "isolation";
      if (words.accept("serializable"))
        set.value = "serializable";
      else if (words.accept("repeatable") && words.accept("read"))
        set.value = "repeatable read";
      else if (words.accept("read"))
        set.value = words.accept("uncommitted") ? "read uncommitted" : "read committed";
    } else if (words.accept("read")) {
      set.read_only = words.is("only") ? "on" : "off";
    } else {
      words.advance();
    }
  }
  if (set.name.empty() && set.read_only.empty()) return std::nullopt;
  if (!set.name.empty()) return set;
  set.name = prefix + "read_only";
  set.value = std::exchange(set.read_only, {});
  return set;
}

std::optional<SetStatement> read_time_zone(Words& words, SetStatement set) {
  set.name = "timezone";
  if (words.accept("default") || words.accept("local")) return set.to_default = true, set;
  if (words.accept("interval")) set.interval_zone = true;
  if (words.peek().kind == TokenKind::number || words.peek().kind == TokenKind::operator_)
    set.interval_zone = true;
  auto value = read_set_value(words);
  if (!value) return std::nullopt;
  set.value = std::move(*value);
  return set;
}

}  // namespace

std::optional<PrepareStatement> parse_prepare(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  if (!words.accept("prepare")) return std::nullopt;
  auto name = words.name();
  if (!name) return std::nullopt;
  PrepareStatement prepare{std::move(*name), {}, {}};
  if (words.accept('(')) {
    std::string type;
    for (int depth = 0; !words.at_end() && (depth > 0 || !words.peek().is(')')); words.advance()) {
      const Token& token = words.peek();
      depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
      if (depth > 0 || token.is(')')) continue;  // a modifier
      if (token.is(','))
        prepare.types.push_back(oid_of_spelled(std::exchange(type, {})));
      else
        type.append(type.empty() || token.kind == TokenKind::punctuation ? "" : " ")
            .append(token.text);
    }
    prepare.types.push_back(oid_of_spelled(type));
    if (!words.accept(')')) return std::nullopt;
  }
  if (!words.accept("as")) return std::nullopt;
  prepare.query = words.rest();
  return prepare;
}

std::optional<ExecuteStatement> parse_execute(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  if (!words.accept("execute")) return std::nullopt;
  auto name = words.name();
  if (!name) return std::nullopt;
  ExecuteStatement execute{std::move(*name), {}, {}};
  if (words.accept('(')) {
    do {
      if (!read_argument(words, execute)) return std::nullopt;
    } while (words.accept(','));
    if (!words.accept(')')) return std::nullopt;
  }
  (void)words.accept(';');
  if (!words.at_end()) return std::nullopt;
  return execute;
}

std::optional<DeclareCursor> parse_declare(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  if (!words.accept("declare")) return std::nullopt;
  auto name = words.name();
  if (!name) return std::nullopt;
  DeclareCursor declare{std::move(*name), false, false, false, {}};
  while (!words.at_end() && !words.is("for")) {
    if (words.accept("binary"))
      declare.binary = true;
    else if (words.accept("no"))
      (void)words.accept("scroll");
    else if (words.accept("scroll"))
      declare.scroll = true;
    else if (words.accept("with"))
      declare.holdable = words.is("hold");
    else
      words.advance();
  }
  if (!words.accept("for")) return std::nullopt;
  declare.query = words.rest();
  return declare;
}

std::optional<FetchStatement> parse_fetch(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  FetchStatement fetch;
  fetch.move = words.is("move");
  if (!words.accept("fetch") && !words.accept("move")) return std::nullopt;
  if (!read_fetch_direction(words, fetch)) return std::nullopt;
  if (!words.accept("from")) (void)words.accept("in");
  auto name = words.name();
  if (!name) return std::nullopt;
  fetch.name = std::move(*name);
  if (fetch.count < 0 && fetch.kind == FetchKind::forward) {
    fetch.kind = FetchKind::backward;
    fetch.count = -fetch.count;
  } else if (fetch.count < 0 && fetch.kind == FetchKind::backward) {
    fetch.kind = FetchKind::forward;
    fetch.count = -fetch.count;
  }
  return fetch;
}

std::string payload_of_notify(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  if (!words.accept("notify") || !words.name() || !words.accept(',')) return {};
  return words.string().value_or(std::string());
}

std::string movement_of(const FetchStatement& fetch) {
  static constexpr std::array<std::string_view, 4> kinds = {"forward", "backward", "absolute",
                                                            "relative"};
  std::string movement = fetch.move ? "move " : "fetch ";
  movement.append(kinds[static_cast<std::size_t>(fetch.kind)]).append(" ");
  return movement + (fetch.count == FetchStatement::all ? "all" : std::to_string(fetch.count));
}

std::optional<SetStatement> parse_set(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  SetStatement set;
  const bool reset = words.accept("reset");
  if (!reset && !words.accept("set")) return std::nullopt;
  if (!reset && words.accept("local"))
    set.local = true;
  else if (!reset && words.accept("session") && words.accept("characteristics")) {
    return read_modes(words, "default_transaction_", false);
  }
  if (words.accept("time") && words.accept("zone")) {
    if (!reset) return read_time_zone(words, set);
    set.name = "timezone";
    return set.to_default = true, set;
  }
  auto name = words.name();
  if (!name) return std::nullopt;
  while (words.accept('.')) name->append(".").append(words.name().value_or(""));
  set.name = std::move(*name);
  if (set.name == "constraints") return std::nullopt;
  if (reset && set.name == "session" && words.accept("authorization"))
    set.name = "session_authorization";
  if (set.name == "transaction") {
    return read_modes(words, "transaction_", true);
  }
  if (reset) return set.to_default = true, set;
  if (set.name == "names")
    set.name = "client_encoding";
  else if (set.name == "schema")
    set.name = "search_path";
  else if (set.name == "authorization")
    set.name = "session_authorization";
  else if (set.name != "role" && !words.accept("to") && !words.accept_operator("="))
    return std::nullopt;
  if (words.accept("default")) return set.to_default = true, set;
  auto value = read_set_value(words, set.name == "search_path");
  if (!value) return std::nullopt;
  set.value = std::move(*value);
  return set;
}

std::optional<SetStatement> parse_set_config(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  if (!words.accept("select")) return std::nullopt;
  if (words.accept("pg_catalog") && !words.accept('.')) return std::nullopt;
  if (!words.accept("set_config") || !words.accept('(')) return std::nullopt;
  auto name = words.string();
  if (!name || !words.accept(',')) return std::nullopt;
  SetStatement set;
  if (words.peek().kind == TokenKind::parameter) {
    set.parameter = words.peek().parameter;
    words.advance();
  } else if (auto value = words.string()) {
    set.value = std::move(*value);
  } else {
    return std::nullopt;
  }
  if (!words.accept(',')) return std::nullopt;
  set.local = words.is("true");
  if (!words.accept("true") && !words.accept("false")) return std::nullopt;
  if (!words.accept(')') || !words.at_end()) return std::nullopt;
  set.name = std::move(*name);
  std::ranges::transform(set.name, set.name.begin(), sql::to_lower);
  return set;
}

void fill_in(SetStatement& set, const std::vector<std::optional<std::string>>& parameters) {
  const auto index = static_cast<std::size_t>(set.parameter);
  if (set.parameter >= 0 && index < parameters.size()) set.value = parameters[index].value_or("");
}

bool is_set_constraints(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  return words.accept("set") && words.is("constraints");
}

std::optional<SetStatement> parse_begin(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  if (!words.accept("begin") && !words.accept("start")) return std::nullopt;
  return read_modes(words, "transaction_", true);
}

void apply_set(const SetStatement& set, bool in_transaction, Settings& settings,
               std::optional<std::string> value) {
  if (set.local && !in_transaction) return;
  // Who logs in anew has no role of somebody else.
  if (set.name == "session_authorization") settings.set("role", "none", set.local);
  if (set.to_default) return set.name == "all" ? settings.reset_all() : settings.reset(set.name);
  if (!value) value = canonical_setting(set.name, set.value, settings.value_or(set.name, ""));
  settings.set(set.name, *value, set.local);
  if (!set.read_only.empty())
    settings.set(set.name.starts_with("default_") ? "default_transaction_read_only"
                                                  : "transaction_read_only",
                 set.read_only, set.local);
}

std::string parse_show(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  if (!words.accept("show")) return {};
  if (words.accept("time") && words.accept("zone")) return "timezone";
  std::string name = words.name().value_or("");
  if (name == "transaction" && words.accept("isolation")) return "transaction_isolation";
  if (name == "session" && words.accept("authorization")) return "session_authorization";
  while (words.accept('.')) name.append(".").append(words.name().value_or(""));
  return name;
}

std::optional<std::string> parse_last_name(std::string_view sql, sql::Mode mode) {
  Words words(sql, mode);
  words.advance();
  if (words.is("prepare")) {
    Words ahead = words;
    ahead.advance();
    if (!ahead.at_end()) words = ahead;
  }
  if (words.is("all")) return std::nullopt;
  return words.name();
}

}  // namespace understudy::postgres
