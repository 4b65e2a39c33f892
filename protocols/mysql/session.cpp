#include "protocols/mysql/session.hpp"

#include <algorithm>
#include <charconv>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/variables.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::mysql {

namespace {

using sql::Kind;

constexpr std::uint16_t mysql8_utf8mb4_collation = 255;  // utf8mb4_0900_ai_ci

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
  end_transaction();
  changed_.clear();
  user_variables_.clear();
  if (const auto mode = variable("sql_mode")) set_variable("sql_mode", mode);
  changed_.clear();
}

std::uint16_t Session::status() const noexcept {
  std::uint16_t flags = 0;
  if (autocommit_) flags |= status::autocommit;
  if (in_transaction_ && transaction_visible_) flags |= status::in_transaction;
  return flags;
}

bool Session::has_savepoint(std::string_view name) const noexcept {
  return std::ranges::find(savepoints_, name) != savepoints_.end();
}

StatementInfo Session::inspect(std::string_view sql) const {
  return inspect_statement(sql, mode_, [this](std::string_view name) { return variable(name); });
}

TransactionPlan Session::plan(const StatementInfo& info) const {
  TransactionPlan plan;
  plan.commit_before =
      in_transaction_ && (commits_implicitly(info) || (!autocommit_ && sets_autocommit_on(info)));
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
  in_transaction_ = true;
  transaction_visible_ = autocommit_;
  savepoints_.clear();
}

void Session::end_transaction() {
  in_transaction_ = transaction_visible_ = false;
  savepoints_.clear();
}

void Session::apply(const StatementInfo& info) {
  switch (info.kind) {
    case Kind::begin:
      begin();
      transaction_visible_ = true;
      break;
    case Kind::commit:
    case Kind::rollback:
      end_transaction();
      if (info.chain) begin(), transaction_visible_ = true;
      break;
    case Kind::savepoint:
      if (!in_transaction_) break;
      std::erase(savepoints_, info.name);
      savepoints_.push_back(info.name);
      break;
    case Kind::release:
    case Kind::rollback_to: {
      const auto found = std::ranges::find(savepoints_, info.name);
      if (found != savepoints_.end())
        savepoints_.erase(info.kind == Kind::release ? found : found + 1, savepoints_.end());
      break;
    }
    case Kind::use:
      database_ = info.name;
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
    case Assignment::Target::session: {
      const std::string name(canonical_variable(assignment.name));
      if (!assignment.is_default) return set_variable(name, assignment.value);
      changed_.erase(name);
      if (name == "sql_mode") ignore_space_ = false;
      const auto initial = variable(assignment.name);
      set_variable(name, initial);
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
}

void Session::set_variable(std::string_view name, std::optional<std::string> value) {
  const SystemVariable* known = find_system_variable(name);
  if (value) value = printed(known, *std::move(value));
  changed_[std::string(name)] = value;
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

void Session::remember(std::string_view sql, const StatementInfo& info) {
  for (const Assignment& assignment : info.assignments)
    if (assignment.target == Assignment::Target::user)
      user_variables_[assignment.name] = assignment.value.value_or("NULL");
  if (info.kind == Kind::prepare) user_variables_["prepare " + info.name] = sql;
  if (!may_assign_user_variables(sql, info, mode_)) return;
  for (const std::string& name : user_variables_in(sql, mode_)) user_variables_[name] = sql;
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
