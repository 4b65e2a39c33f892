#include "protocols/postgres/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocols/sql/lower.hpp"

namespace understudy::postgres {
namespace {

struct Known {
  std::string_view key;  // lower case
  std::string_view display;
  bool reported;
  std::string_view
      value;  // of a server as it is installed; empty where that differs from host to host
};

constexpr std::array known_settings = {
    Known{"application_name", "application_name", true, ""},
    Known{"bytea_output", "bytea_output", false, "hex"},
    Known{"client_encoding", "client_encoding", true, "UTF8"},
    Known{"client_min_messages", "client_min_messages", false, "notice"},
    Known{"datestyle", "DateStyle", true, "ISO, MDY"},
    Known{"default_transaction_isolation", "default_transaction_isolation", false,
          "read committed"},
    Known{"default_transaction_deferrable", "default_transaction_deferrable", false, "off"},
    Known{"default_transaction_read_only", "default_transaction_read_only", true, "off"},
    Known{"escape_string_warning", "escape_string_warning", false, "on"},
    Known{"extra_float_digits", "extra_float_digits", false, "1"},
    Known{"idle_in_transaction_session_timeout", "idle_in_transaction_session_timeout", false, "0"},
    Known{"in_hot_standby", "in_hot_standby", true, "off"},
    Known{"integer_datetimes", "integer_datetimes", true, "on"},
    Known{"intervalstyle", "IntervalStyle", true, "postgres"},
    Known{"is_superuser", "is_superuser", true, "on"},
    Known{"lock_timeout", "lock_timeout", false, "0"},
    Known{"max_identifier_length", "max_identifier_length", false, "63"},
    Known{"role", "role", false, "none"},
    Known{"scram_iterations", "scram_iterations", true, ""},
    Known{"search_path", "search_path", true, "\"$user\", public"},
    Known{"server_encoding", "server_encoding", true, "UTF8"},
    Known{"server_version", "server_version", true, ""},
    Known{"session_authorization", "session_authorization", true, ""},
    Known{"standard_conforming_strings", "standard_conforming_strings", true, "on"},
    Known{"statement_timeout", "statement_timeout", false, "0"},
    Known{"timezone", "TimeZone", true, ""},
    Known{"transaction_isolation", "transaction_isolation", false, "read committed"},
    Known{"transaction_read_only", "transaction_read_only", false, "off"},
};

using sql::lower;

const Known* find_known(std::string_view name) noexcept {
  const auto equal = [&](std::string_view key) {
    return std::ranges::equal(key, name, [](char a, char b) {
      return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b | 0x20) : b);
    });
  };
  const auto found = std::ranges::find_if(known_settings, equal, &Known::key);
  return found == known_settings.end() ? nullptr : &*found;
}

std::string canonical_encoding(std::string_view value) {
  std::string name;
  for (const char c : value)
    if (c != '-' && c != '\'' && c != '_')
      name += static_cast<char>(c >= 'a' && c <= 'z' ? c & ~0x20 : c);
  if (name == "UNICODE") return "UTF8";
  if (name == "ISO88591") return "LATIN1";
  if (name == "SQLASCII") return "SQL_ASCII";
  return name;
}

/// Style and order are set separately; what is not named stays as it was.
std::string canonical_date_style(std::string_view value, std::string_view present) {
  const std::size_t comma = present.find(", ");
  std::string style(present.substr(0, comma));
  std::string order(comma == std::string_view::npos ? std::string_view("MDY")
                                                    : present.substr(comma + 2));
  std::string word;
  const auto apply = [&] {
    const std::string name = lower(std::exchange(word, {}));
    if (name == "iso")
      style = "ISO";
    else if (name == "sql")
      style = "SQL";
    else if (name.starts_with("postgres"))
      style = "Postgres";
    else if (name == "german")
      style = "German", order = "DMY";
    else if (name == "mdy" || name.starts_with("us") || name.starts_with("noneuro"))
      order = "MDY";
    else if (name == "dmy" || name.starts_with("euro"))
      order = "DMY";
    else if (name == "ymd")
      order = "YMD";
  };
  for (const char c : value) {
    if (c == ',' || c == ' ')
      apply();
    else
      word += c;
  }
  apply();
  return style + ", " + order;
}

/// As the server spells a list of names: each in quotes where it needs them, a comma and a blank
/// between two.
std::string canonical_list(std::string_view value) {
  std::string list, name;
  bool quoted = false;
  const auto finish = [&] {
    const bool plain =
        !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string::npos;
    list.append(list.empty() ? "" : ", ").append(plain ? name : '"' + name + '"');
    name.clear();
  };
  for (const char c : value) {
    if (c == '"')
      quoted = !quoted;
    else if (!quoted && c == ',')
      finish();
    else if (quoted || (c != ' ' && c != '\t' && c != '\n'))
      name += c;
  }
  finish();
  return list;
}

struct QuantityUnit {
  std::string_view name;
  std::int64_t factor;  // of the next smaller one
};
constexpr std::array time_units = {QuantityUnit{"ms", 1}, QuantityUnit{"s", 1000},
                                   QuantityUnit{"min", 60}, QuantityUnit{"h", 60},
                                   QuantityUnit{"d", 24}};
constexpr std::array memory_units = {QuantityUnit{"kB", 1}, QuantityUnit{"MB", 1024},
                                     QuantityUnit{"GB", 1024}, QuantityUnit{"TB", 1024}};

/// A whole number in the largest unit that leaves it whole, as SHOW prints it. What is no such
/// number stays as it is.
template <std::size_t n>
std::string canonical_quantity(std::string_view text, const std::array<QuantityUnit, n>& units) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (error != std::errc{} || value < 0) return std::string(text);
  std::size_t at = 0;
  if (!unit.empty()) {
    while (at < n && units[at].name != unit) ++at;
    if (at == n) return std::string(text);
  }
  if (value == 0) return "0";
  for (; at + 1 < n && value % units[at + 1].factor == 0; ++at) value /= units[at + 1].factor;
  return std::to_string(value).append(units[at].name);
}

enum class SettingKind : std::uint8_t { unknown, time, memory, boolean, word };

/// Of settings that are spelled otherwise than they are given, and whose default is not known here.
SettingKind setting_kind(std::string_view key) {
  static constexpr std::array<std::string_view, 5> times = {
      "deadlock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout",
      "lock_timeout", "statement_timeout"};
  static constexpr std::array<std::string_view, 3> memory = {"logical_decoding_work_mem",
                                                             "maintenance_work_mem", "work_mem"};
  static constexpr std::array<std::string_view, 13> booleans = {"array_nulls",
                                                                "check_function_bodies",
                                                                "default_transaction_deferrable",
                                                                "default_transaction_read_only",
                                                                "escape_string_warning",
                                                                "geqo",
                                                                "jit",
                                                                "quote_all_identifiers",
                                                                "row_security",
                                                                "standard_conforming_strings",
                                                                "synchronize_seqscans",
                                                                "transaction_read_only",
                                                                "transform_null_equals"};
  static constexpr std::array<std::string_view, 6> words = {
      "client_min_messages", "default_transaction_isolation", "intervalstyle",
      "log_min_messages",    "session_replication_role",      "xmloption"};
  const auto among = [key](const auto& names) {
    return std::ranges::find(names, key) != names.end();
  };
  if (among(times)) return SettingKind::time;
  if (among(memory)) return SettingKind::memory;
  if (among(booleans) || key.starts_with("enable_")) return SettingKind::boolean;
  return among(words) ? SettingKind::word : SettingKind::unknown;
}

std::string canonical_boolean(std::string_view value) {
  const std::string word = lower(value);
  if (word == "on" || word == "true" || word == "yes" || word == "1") return "on";
  if (word == "off" || word == "false" || word == "no" || word == "0") return "off";
  return std::string(value);
}

}  // namespace

namespace {

bool is_custom(std::string_view name) {
  return name.find('.') != std::string::npos && name != scope_setting &&
         !name.starts_with(temporary_prefix);
}

}  // namespace

void Settings::start_with(std::string_view name, std::string_view value) {
  ++version_;
  const std::string key = lower(name);
  defaults_[key] = value;
  current_[key] = value;
}

void Settings::tell(std::string_view name) {
  const std::string key = lower(name);
  told_[key] = current_[key];
}

void Settings::set(std::string_view name, std::string_view value, bool local) {
  ++version_;
  const std::string key = lower(name);
  if (local && !locals_.contains(key)) locals_[key] = this->value(key);
  if (!local) locals_.erase(key);
  current_[key] = value;
  if (is_custom(key)) custom_.insert(key);
}

void Settings::reset(std::string_view name) {
  ++version_;
  const std::string key = lower(name);
  const auto found = defaults_.find(key);
  if (found != defaults_.end())
    current_[key] = found->second;
  else if (key.find('.') != std::string::npos && current_.contains(key) &&
           !key.starts_with(temporary_prefix))
    current_[key].clear();  // one that an application makes up stays, without a value
  else
    current_.erase(key);
}

void Settings::reset_all() {
  ++version_;
  // Settings that the client can't set keep their values through RESET ALL, as those equal their
  // defaults.
  static constexpr std::array<std::string_view, 6> not_reset = {"role",
                                                                "session_authorization",
                                                                "transaction_isolation",
                                                                "transaction_read_only",
                                                                "transaction_deferrable",
                                                                "seed"};
  Values kept = defaults_;
  for (const auto& [name, value] : current_)
    if (name.starts_with(temporary_prefix) || std::ranges::find(not_reset, name) != not_reset.end())
      kept.insert_or_assign(name, value);
  current_ = std::move(kept);
}

void Settings::discard_all() {
  reset("session_authorization");
  reset("role");
  reset_all();
  drop_temporary();
}

void Settings::drop_temporary() {
  ++version_;
  std::erase_if(current_,
                [](const auto& each) { return each.first.starts_with(temporary_prefix); });
}

std::vector<std::pair<std::string_view, std::string_view>> Settings::temporary() const {
  std::vector<std::pair<std::string_view, std::string_view>> found;
  for (auto each = current_.lower_bound(temporary_prefix);
       each != current_.end() && each->first.starts_with(temporary_prefix); ++each)
    found.emplace_back(std::string_view(each->first).substr(temporary_prefix.size()), each->second);
  return found;
}

std::optional<std::string> Settings::value(std::string_view name) const {
  const auto found = current_.find(lower(name));
  return found == current_.end() ? std::nullopt : std::optional(found->second);
}

std::string Settings::value_or(std::string_view name, std::string_view otherwise) const {
  return value(name).value_or(std::string(otherwise));
}

std::vector<std::pair<std::string_view, std::string_view>> Settings::custom() const {
  std::vector<std::pair<std::string_view, std::string_view>> found;
  for (const auto& [name, value] : current_)
    if (is_custom(name)) found.emplace_back(name, value);
  return found;
}

std::vector<std::pair<std::string_view, std::string_view>> Settings::custom_ever() const {
  auto found = custom();
  for (const std::string& name : custom_)
    if (!current_.contains(name)) found.emplace_back(name, std::string_view());
  return found;
}

void Settings::begin() {
  at_begin_ = current_;
}

void Settings::commit() {
  ++version_;
  for (auto& [name, before] : locals_) {
    if (before)
      current_[name] = std::move(*before);
    else
      current_.erase(name);
  }
  locals_.clear();
  savepoints_.clear();
  at_begin_.reset();
}

void Settings::rollback() {
  ++version_;
  if (at_begin_) current_ = std::move(*at_begin_);
  locals_.clear();
  savepoints_.clear();
  at_begin_.reset();
}

void Settings::savepoint() {
  savepoints_.push_back(current_);
}

void Settings::rollback_to(std::size_t depth) {
  ++version_;
  if (depth >= savepoints_.size()) return;
  current_ = savepoints_[depth];
  savepoints_.resize(depth + 1);
}

void Settings::release(std::size_t depth) {
  if (depth < savepoints_.size()) savepoints_.resize(depth);
}

std::vector<std::pair<std::string, std::string>> Settings::take_changes() {
  std::vector<std::pair<std::string, std::string>> changes;
  for (auto& [name, told] : told_) {
    const auto now = current_.find(name);
    if (now == current_.end() || now->second == told) continue;
    told = now->second;
    changes.emplace_back(display_name(name), told);
  }
  return changes;
}

std::string display_name(std::string_view name) {
  const Known* known = find_known(name);
  return std::string(known != nullptr ? known->display : name);
}

bool is_reported(std::string_view name) noexcept {
  const Known* known = find_known(name);
  return known != nullptr && known->reported;
}

std::string canonical_setting(std::string_view name, std::string_view value,
                              std::string_view present) {
  const std::string key = lower(name);
  if (key == "client_encoding") return canonical_encoding(value);
  if (key == "datestyle")
    return canonical_date_style(value, present.empty() ? "ISO, MDY" : present);
  if (key == "timezone" && lower(value) == "utc") return "UTC";
  if (key == "search_path") return canonical_list(value);
  switch (setting_kind(key)) {
    case SettingKind::time:
      return canonical_quantity(value, time_units);
    case SettingKind::memory:
      return canonical_quantity(value, memory_units);
    case SettingKind::boolean:
      return canonical_boolean(value);
    case SettingKind::word:
      return lower(value);
    case SettingKind::unknown:
      break;
  }
  return std::string(value);
}

bool is_spelled_as_set(std::string_view name) {
  return name.find('.') != std::string_view::npos || find_known(name) != nullptr ||
         setting_kind(lower(name)) != SettingKind::unknown;
}

std::string_view default_setting(std::string_view name) noexcept {
  const Known* known = find_known(name);
  return known != nullptr ? known->value : std::string_view{};
}

}  // namespace understudy::postgres
