#include "protocols/mysql/session.hpp"

#include <algorithm>
#include <charconv>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/sight.hpp"
#include "protocols/mysql/variables.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::mysql {

namespace {

using sql::Kind;

constexpr std::uint16_t mysql8_utf8mb4_collation = 255;  // utf8mb4_0900_ai_ci

constexpr std::size_t longest_source = 4096;

bool is_on(std::string_view value) noexcept {
  return value == "1" || sql::equals_folded(value, "on") || sql::equals_folded(value, "true");
}

bool is_off(std::string_view value) noexcept {
  return value == "0" || sql::equals_folded(value, "off") || sql::equals_folded(value, "false");
}

// A value as SELECT @@name would print it.
std::string printed(const SystemVariable* variable, std::string value) {
  if (variable == nullptr || variable->kind != VariableKind::boolean) return value;
  if (is_on(value)) return "1";
  return is_off(value) ? "0" : value;
}

// Servers list the parts of a sql_mode in an order of their own.
std::string with_ignore_space(std::string mode) {
  if (mode.find("IGNORE_SPACE") != std::string::npos) return mode;
  std::size_t at = 0;
  for (const std::string_view before : {"REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES"})
    if (const std::size_t found = mode.find(before); found != std::string::npos)
      at = std::min(mode.size(), found + before.size() + 1);
  const bool last = at == mode.size();
  const std::string part = mode.empty() ? "IGNORE_SPACE" : last ? ",IGNORE_SPACE" : "IGNORE_SPACE,";
  return mode.insert(at, part);
}

bool sets_autocommit_on(const StatementInfo& info) {
  return std::ranges::any_of(info.assignments, [](const Assignment& a) {
    return a.target == Assignment::Target::session && a.name == "autocommit" &&
           (a.is_default || (a.value && is_on(*a.value)));
  });
}

}  // namespace

void Session::open(std::string user, std::string database, std::uint16_t collation,
                   bool ignore_space) {
  user_ = std::move(user);
  database_ = std::move(database);
  if (profile_ != nullptr && profile_->contains("version"))
    version_ = (*profile_)["version"].get<std::string>();
  handshake_collation_ = charset_of(collation) == nullptr ? utf8mb4_collation : collation;
  reset();
  ignore_space_ = ignore_space;
}

void Session::reset() {
  ignore_space_ = false;
  client_collation_ = result_collation_ = handshake_collation_;
  mode_ = {sql::Dialect::mysql, true, false};
  autocommit_ = true;
  locks_.clear();
  xa_open_ = false;
  end_transaction();
  changed_.clear();
  user_variables_.clear();
  sources_.clear();
  next_.clear();
  temporary_.clear();
  insert_id_ = 0;
  connection_collation_ = collation_name(handshake_collation_);
  unusual_known_ = false;
  if (const auto mode = variable("sql_mode")) set_variable("sql_mode", mode);
  changed_.clear();
}

std::uint16_t Session::status() const noexcept {
  std::uint16_t flags = 0;
  if (autocommit_) flags |= status::autocommit;
  if ((in_transaction_ && transaction_visible_) || xa_open_) flags |= status::in_transaction;
  if (in_transaction_ && read_only_ && transaction_visible_)
    flags |= status::in_read_only_transaction;
  if (!mode_.backslash_escapes) flags |= status::no_backslash_escapes;
  if (mode_.ansi_quotes && is_mariadb()) flags |= status::ansi_quotes;
  return flags;
}

bool Session::has_savepoint(std::string_view name) const {
  return savepoints_.has(name);
}

StatementInfo Session::inspect(std::string_view sql, std::span<const sql::Value> values) const {
  StatementInfo info =
      inspect_statement(sql, mode_, [this](std::string_view name) { return variable(name); });
  bind_values(info, values, mode_);
  return info;
}

void Session::touch_tables() noexcept {
  transaction_visible_ = in_transaction_;
  // SET TRANSACTION was for this statement, a transaction of its own.
  if (!in_transaction_ && !next_.empty()) next_.clear(), unusual_known_ = false;
}

TransactionPlan Session::plan(const StatementInfo& info) const {
  TransactionPlan plan;
  plan.commit_before = in_transaction_ && (commits_implicitly(info, !locks_.empty()) ||
                                           (!autocommit_ && sets_autocommit_on(info)));
  plan.begin_before = !autocommit_ && !in_transaction_ && begins_implicitly(info);
  const bool open = in_transaction_ || plan.begin_before;
  switch (info.kind) {
    case Kind::begin:
      plan.control = Control::begin;
      break;
    case Kind::commit:
      if (open) plan.control = Control::commit;
      plan.begin_after = info.chain;
      break;
    case Kind::rollback:
      if (open) plan.control = Control::rollback;
      plan.begin_after = info.chain;
      break;
    case Kind::savepoint:
      if (open) plan.control = Control::savepoint;
      break;
    case Kind::release:
      if (has_savepoint(info.name)) plan.control = Control::release;
      break;
    case Kind::rollback_to:
      if (has_savepoint(info.name)) plan.control = Control::rollback_to;
      break;
    default:
      break;
  }
  return plan;
}

void Session::begin() {
  const auto next = next_.find("transaction_read_only");
  const auto usual = changed_.find("transaction_read_only");
  read_only_ =
      next != next_.end() ? next->second == "1" : usual != changed_.end() && usual->second == "1";
  in_transaction_ = true;
  transaction_visible_ = autocommit_;
  savepoints_.clear();
}

void Session::end_transaction() {
  if (!next_.empty()) next_.clear(), unusual_known_ = false;
  in_transaction_ = transaction_visible_ = read_only_ = false;
  savepoints_.clear();
}

void Session::roll_back() {
  if (temporary_.roll_back()) unusual_known_ = false;
  end_transaction();
}

/// Of the open transaction, or the next one; empty where it is not known.
std::string Session::isolation() const {
  constexpr std::string_view name = "transaction_isolation";
  std::optional<std::string> level;
  if (const auto next = next_.find(std::string(name)); next != next_.end())
    level = next->second;
  else if (const auto set = changed_.find(name); set != changed_.end())
    level = set->second;
  else
    level = initial_variable(name);
  std::string raised = level.value_or("");
  std::ranges::transform(raised, raised.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return raised;
}

Sight Session::sight(const StatementInfo& info, std::string_view pattern) const {
  if (!in_transaction_ && info.kind != Kind::begin) return Sight::newest;
  return sight_of(info, pattern, isolation());
}

void Session::lock(std::string_view tables) {
  if (tables == locks_) return;
  locks_ = tables;
  unusual_known_ = false;
}

void Session::apply(const StatementInfo& info) {
  if (info.table_locks != TableLocks::kept) lock(info.locked);
  if (info.xa != XaTransaction::kept) xa_open_ = info.xa == XaTransaction::opened;
  switch (info.kind) {
    case Kind::begin:
      lock({});
      begin();
      read_only_ = info.read_only.value_or(read_only_);
      transaction_visible_ = true;
      break;
    case Kind::commit:
    case Kind::rollback:
      end_transaction();
      if (info.chain) begin(), transaction_visible_ = true;
      break;
    case Kind::savepoint:
      if (!in_transaction_) break;
      savepoints_.add(info.name);
      break;
    case Kind::release:
      savepoints_.drop(info.name, Savepoints::Of::itself_and_later);
      break;
    case Kind::rollback_to:
      savepoints_.drop(info.name, Savepoints::Of::later);
      break;
    case Kind::use:
      database_ = info.name;
      break;
    case Kind::deallocate:
      user_variables_.erase("prepare " + info.name);
      break;
    case Kind::set:
      for (const Assignment& assignment : info.assignments) apply(assignment);
      break;
    default:
      break;
  }
}

void Session::apply(const Assignment& assignment) {
  switch (assignment.target) {
    case Assignment::Target::names:
    case Assignment::Target::charset:
      return set_names(assignment);
    case Assignment::Target::next_transaction:
      next_[assignment.name] = assignment.value.value_or("");
      unusual_known_ = false;
      return;
    case Assignment::Target::session: {
      const std::string name(canonical_variable(assignment.name));
      sources_[name] = assignment.source;
      if (!assignment.is_default) return set_variable(name, assignment.value);
      changed_.erase(name);
      unusual_known_ = false;
      if (name == "collation_connection" || name == "character_set_connection")
        connection_collation_ = default_value;
      if (name == "sql_mode") ignore_space_ = false;
      const auto initial = variable(assignment.name);
      set_variable(name, initial);
      changed_.erase(name);
      return;
    }
    default:
      return;
  }
}

std::uint16_t Session::default_collation(std::string_view charset) const {
  const Charset* known = charset_named(charset);
  if (known == nullptr) return 0;
  const auto version = variable("version");
  const bool mysql8 = version && !is_mariadb() && !version->starts_with("5.");
  return known->name == "utf8mb4" && mysql8 ? mysql8_utf8mb4_collation : known->default_collation;
}

void Session::set_names(const Assignment& assignment) {
  const std::uint16_t collation =
      assignment.is_default ? handshake_collation_ : default_collation(assignment.name);
  if (collation == 0) return;
  client_collation_ = result_collation_ = collation;
  const std::string name(charset_of(collation)->name);
  for (const char* variable :
       {"character_set_client", "character_set_connection", "character_set_results"})
    changed_[variable] = name;
  changed_["collation_connection"] = assignment.value;
  connection_collation_ = assignment.value ? *assignment.value : collation_name(collation);
  if (connection_collation_.starts_with("utf8_")) connection_collation_.insert(4, "mb3");
  if (assignment.target == Assignment::Target::charset) connection_collation_ = "(database)";
  unusual_known_ = false;
}

void Session::set_variable(std::string_view name, std::optional<std::string> value) {
  const SystemVariable* known = find_system_variable(name);
  if (value) value = printed(known, *std::move(value));
  changed_[std::string(name)] = value;
  unusual_known_ = false;
  if (name == "collation_connection") connection_collation_ = value.value_or("");
  if (name == "character_set_connection")
    connection_collation_ = value ? collation_name(default_collation(*value)) : std::string();
  if (!value) return;
  if (name == "autocommit") set_autocommit(is_on(*value));
  if (name == "sql_mode") {
    mode_.ansi_quotes = value->find("ANSI") != std::string::npos;
    mode_.backslash_escapes = value->find("NO_BACKSLASH_ESCAPES") == std::string::npos;
  }
  if (name == "character_set_client")
    if (const std::uint16_t collation = default_collation(*value); collation != 0)
      client_collation_ = collation;
  if (name == "character_set_results") {
    const bool null = sql::equals_folded(*value, "null");
    result_collation_ = null ? std::uint16_t{0} : default_collation(*value);
  }
}

void Session::set_autocommit(bool on) {
  if (on && !autocommit_) end_transaction();
  autocommit_ = on;
}

Document Session::made_of(std::string_view sql, const StatementInfo& info) const {
  Document sources = Document::object();
  if (info.kind == Kind::execute)
    if (const auto known = user_variables_.find("prepare " + info.name);
        known != user_variables_.end())
      sources[known->first] = document_of(known->second);
  if (info.kind == Kind::set) return sources;
  for (const std::string& name : user_variables_in(sql, mode_)) {
    const auto known = user_variables_.find(name);
    sources["@" + name] =
        known == user_variables_.end() ? Document("NULL") : document_of(known->second);
  }
  return sources;
}

void Session::remember(std::string_view sql, const StatementInfo& info,
                       std::span<const sql::Value> values) {
  if (temporary_.follow(sql, mode_, info, values)) unusual_known_ = false;
  for (const Assignment& assignment : info.assignments)
    if (assignment.target == Assignment::Target::user)
      user_variables_[assignment.name] = resolved(assignment.value.value_or("NULL"));
  if (info.kind == Kind::prepare) user_variables_["prepare " + info.name] = sql;
  if (!may_assign_user_variables(sql, info, mode_)) return;
  const std::string bound = values.empty() ? std::string(sql) : with_values(sql, values, 0, mode_);
  const std::string source = resolved(bound);
  for (const std::string& name : user_variables_in(sql, mode_)) user_variables_[name] = source;
}

void Session::note_insert_id(std::uint64_t id) {
  if (id == insert_id_) return;
  insert_id_ = id;
  unusual_known_ = false;
}

// An expression with what user variables and LAST_INSERT_ID() stood for when it was evaluated: they
// may be something else when what was made of it is read.
std::string Session::resolved(std::string_view expression) const {
  std::string text;
  std::size_t copied = 0;
  sql::Lexer lexer(expression, mode_);
  for (sql::Token token = lexer.next(); token.kind != sql::TokenKind::end; token = lexer.next()) {
    const bool user_variable =
        token.kind == sql::TokenKind::variable && !token.text.starts_with("@@");
    const bool number =
        token.kind == sql::TokenKind::word && sql::equals_folded(token.text, "last_insert_id");
    if (!user_variable && !number) continue;
    const std::size_t begin = lexer.begin_of(token);
    const std::size_t end = begin + token.text.size();
    std::string_view rest = expression.substr(end);
    if (number && !rest.starts_with("()")) continue;
    text.append(expression, copied, begin - copied);
    if (number) {
      text += std::to_string(insert_id_);
    } else {
      const auto names = user_variables_in(token.text, mode_);
      const auto known = names.empty() ? user_variables_.end() : user_variables_.find(names[0]);
      // Where it is assigned here it is no value.
      const bool assigned =
          rest.substr(std::min(rest.find_first_not_of(' '), rest.size())).starts_with(":=");
      if (assigned)
        text += token.text;
      else
        text += known == user_variables_.end() ? "(NULL)" : "(" + known->second + ")";
    }
    copied = end + (number ? 2 : 0);
  }
  text.append(expression, copied);
  // What grows with every turn of a loop is told apart by a hash.
  if (text.size() <= longest_source) return text;
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: the same in every build
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return text.substr(0, 64) + " … " + std::to_string(hash);
}

std::string Session::normalised(const std::string& name, std::string value) const {
  if (name == "sql_mode") {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < value.size();) {
      const std::size_t end = std::min(value.find(',', begin), value.size());
      std::string part = value.substr(begin, end - begin);
      for (char& c : part)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
      if (part == "TRADITIONAL")
        parts.insert(parts.end(),
                     {"ERROR_FOR_DIVISION_BY_ZERO", "NO_ENGINE_SUBSTITUTION", "NO_ZERO_DATE",
                      "NO_ZERO_IN_DATE", "STRICT_ALL_TABLES", "STRICT_TRANS_TABLES"});
      if (part == "ANSI")
        parts.insert(parts.end(), {"ANSI_QUOTES", "IGNORE_SPACE", "ONLY_FULL_GROUP_BY",
                                   "PIPES_AS_CONCAT", "REAL_AS_FLOAT"});
      parts.push_back(std::move(part));
      begin = end + 1;
    }
    std::ranges::sort(parts);
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    value.clear();
    for (const std::string& part : parts) value += (value.empty() ? "" : ",") + part;
  }
  return value;
}

std::map<std::string, std::string> Session::settings() const {
  std::map<std::string, std::string> values;
  values["collation_connection"] = connection_collation_;
  values[std::string(user_setting)] = user_;
  if (insert_id_ != 0) values[std::string(insert_id_setting)] = std::to_string(insert_id_);
  if (!locks_.empty()) values[std::string(locks_setting)] = locks_;
  if (std::string state = temporary_.state(); !state.empty())
    values[std::string(temporary_setting)] = std::move(state);
  const auto told = profile_ == nullptr ? Document() : profile_->value("variables", Document());
  for (const auto& [name, value] : changed_) {
    if (!is_setting(name) || values.contains(name) || name == "character_set_connection") continue;
    const auto source = sources_.find(name);
    std::string now = value ? normalised(name, *value)
                            : "= " + (source == sources_.end() ? std::string() : source->second);
    const bool initial = told.is_object() && told.contains(name) && told[name].is_string() &&
                         normalised(name, told[name].get<std::string>()) == now;
    if (!initial) values[name] = std::move(now);
  }
  for (const auto& [name, value] : next_) values[name] = value;
  return values;
}

const std::vector<Setting>& Session::unusual_settings() const {
  if (unusual_known_) return unusual_;
  unusual_known_ = true;
  unusual_.clear();
  std::map<std::string, std::string> now = settings();
  std::map<std::string, std::string> usual;
  if (profile_ != nullptr && profile_->is_object())
    if (const auto found = profile_->find("settings");
        found != profile_->end() && found->is_object())
      for (const auto& [name, value] : found->items()) usual[name] = value.get<std::string>();
  for (const auto& [name, value] : usual) now.try_emplace(name, default_value);
  for (const auto& [name, value] : now) {
    const auto expected = usual.find(name);
    Setting setting{name, value,
                    expected == usual.end() ? std::string(default_value) : expected->second};
    // With sql_mode the parts of the server's own count, where the recording tells them.
    if (name == "sql_mode")
      for (std::string* side : {&setting.value, &setting.usual})
        if (*side == default_value)
          if (profile_ != nullptr && profile_->contains("variables") &&
              (*profile_)["variables"].contains(name))
            *side = normalised(name, (*profile_)["variables"][name].get<std::string>());
    if (setting.value != setting.usual) unusual_.push_back(std::move(setting));
  }
  return unusual_;
}

// MySQL 8.0 dropped the names tx_…, MariaDB took up transaction_… with 11.1.
bool Session::is_spelled_right(std::string_view name) const {
  const bool old_name = name.starts_with("tx_");
  if (!old_name && !name.starts_with("transaction_")) return true;
  std::string_view version = version_;
  if (version.starts_with("5.5.5-")) version.remove_prefix(6);
  int major = 0;
  int minor = 0;
  const auto first = std::from_chars(version.data(), version.data() + version.size(), major);
  if (first.ec == std::errc{} && first.ptr != version.data() + version.size())
    std::from_chars(first.ptr + 1, version.data() + version.size(), minor);
  if (is_mariadb()) return old_name || major > 11 || (major == 11 && minor >= 1);
  return !old_name || major < 8;
}

std::optional<std::string> Session::variable(std::string_view name) const {
  if (!is_spelled_right(name)) return std::nullopt;
  const std::string_view key = canonical_variable(name);
  if (const auto found = changed_.find(key); found != changed_.end()) return found->second;
  auto initial = initial_variable(key);
  if (initial && key == "sql_mode" && ignore_space_) return with_ignore_space(*std::move(initial));
  return initial;
}

std::optional<std::string> Session::initial_variable(std::string_view key) const {
  if (key == "version" && !version_.empty())
    return version_.starts_with("5.5.5-") ? version_.substr(6) : version_;
  if (profile_ != nullptr) {
    const auto variables = profile_->find("variables");
    if (variables != profile_->end() && variables->is_object())
      if (const auto known = variables->find(std::string(key));
          known != variables->end() && known->is_string())
        return known->get<std::string>();
  }
  const Charset* charset = charset_of(client_collation_);
  if (charset != nullptr && (key == "character_set_client" || key == "character_set_connection" ||
                             key == "character_set_results"))
    return std::string(charset->name);
  const SystemVariable* builtin = find_system_variable(key);
  if (builtin == nullptr || key == "version") return std::nullopt;
  return std::string(is_mariadb() ? builtin->mariadb : builtin->mysql);
}

bool Session::is_changed(std::string_view name) const {
  const auto found = changed_.find(canonical_variable(name));
  return found != changed_.end();
}

bool Session::is_mariadb() const {
  return version_.empty() || version_.find("MariaDB") != std::string::npos;
}

}  // namespace understudy::mysql
