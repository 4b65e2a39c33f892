#include "protocols/postgres/temporary_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "protocols/postgres/request.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/row_plan.hpp"

namespace understudy::postgres {
namespace {

using sql::TokenKind;

/// Words and names of a statement, in lower case where they are not quoted; other tokens as they
/// are.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  sql::Lexer lexer(text, sql_mode());
  for (const sql::Token* token = &lexer.next(); token->kind != TokenKind::end;
       token = &lexer.next()) {
    if (token->kind == TokenKind::quoted && token->text.size() > 2)
      words.emplace_back(token->text.substr(1, token->text.size() - 2));
    else if (token->kind == TokenKind::word)
      words.push_back(sql::lower(token->text));
    else
      words.emplace_back(token->text);
  }
  return words;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// The name behind TEMPORARY: CREATE TEMP TABLE IF NOT EXISTS x, SELECT … INTO TEMP x.
std::optional<std::string> created_by(const std::vector<std::string>& words) {
  static constexpr std::array<std::string_view, 6> between = {"table",  "if",   "not",
                                                              "exists", "view", "recursive"};
  if (words.empty() || (words[0] != "create" && words[0] != "select" && words[0] != "with"))
    return std::nullopt;
  auto word = std::ranges::find_if(
      words, [](const std::string& each) { return each == "temp" || each == "temporary"; });
  if (word == words.begin() || word == words.end()) return std::nullopt;
  const std::string& before = *std::prev(word);
  if (before != "create" && before != "local" && before != "global" && before != "replace" &&
      before != "into")
    return std::nullopt;
  do {
    ++word;
  } while (word != words.end() && std::ranges::find(between, *word) != between.end());
  if (word == words.end() || *word == "sequence") return std::nullopt;
  if (*word == "pg_temp" && std::distance(word, words.end()) > 2) word += 2;
  return *word;
}

/// `DROP TABLE a, b`: whether all of them are among `names`.
bool drops_only(const std::vector<std::string>& words, const std::vector<std::string>& names) {
  static constexpr std::array<std::string_view, 8> others = {
      "drop", "table", "if", "exists", "pg_temp", ".", "restrict", ","};
  return std::ranges::all_of(words, [&](const std::string& word) {
    return word == ";" || has(names, word) || std::ranges::find(others, word) != others.end();
  });
}

std::string setting_of(std::string_view name) {
  return std::string(temporary_prefix).append(name);
}

/// FNV-1a.
std::string hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char octet : text) {
    hash ^= static_cast<unsigned char>(octet);
    hash *= 0x100000001B3U;
  }
  return fmt::format("{:016x}", hash);
}

/// A time, a number that may be one, a token, a uuid.
bool may_be_made_anew(std::string_view value) {
  constexpr std::size_t long_word = 16, long_number = 9, short_time = 5;
  const auto digits = std::ranges::count_if(value, [](char c) { return c >= '0' && c <= '9'; });
  const bool parted = value.find_first_of("-:/") != std::string_view::npos;
  return value.size() >= long_word || digits >= static_cast<std::ptrdiff_t>(long_number) ||
         (parted && digits >= 2 && value.size() >= short_time);
}

/// What the question says of the session is one more value.
bool has_values_made_anew(std::string_view canonical) {
  return std::ranges::any_of(sql::values_of(canonical), [](const auto& value) {
    return value && may_be_made_anew(*value) &&
           value->find(temporary_word) == std::string_view::npos;
  });
}

bool is_open(std::string_view name, const Settings& settings) {
  return settings.value(setting_of(name)).has_value();
}

}  // namespace

std::string temporary_key(std::string_view pattern) {
  return "temporary:" + std::string(pattern);
}

std::string encode(const TemporaryUse& use) {
  std::string encoded;
  for (const bool flag : {use.any, use.writes, use.creates, use.drops, use.until_commit, use.alone})
    encoded += flag ? '1' : '0';
  for (const std::string& name : use.names) encoded.append(name) += '\0';
  return encoded;
}

TemporaryUse decode_temporary_use(Bytes octets) {
  TemporaryUse use;
  ByteReader reader(octets);
  for (bool* flag :
       {&use.any, &use.writes, &use.creates, &use.drops, &use.until_commit, &use.alone})
    *flag = reader.be<std::uint8_t>() == '1';
  while (reader.remaining() > 0 && !reader.failed())
    use.names.emplace_back(as_text(reader.until(0)));
  return use;
}

void TemporaryTables::learn(std::string_view sql) {
  if (sql.find("emp") == std::string_view::npos && sql.find("EMP") == std::string_view::npos)
    return;
  const auto words = words_of(sql);
  if (auto name = created_by(words)) created_.insert(*std::move(name));
}

TemporaryUse TemporaryTables::use_of(std::string_view sql, const sql::Dependencies& found) const {
  TemporaryUse use;
  if (none()) return use;
  const auto words = words_of(sql);
  for (const std::string& word : words)
    if (created_.contains(word) && !has(use.names, word)) use.names.push_back(word);
  const auto everything = [](const std::vector<KeyPath>& paths) {
    return std::ranges::find(paths, KeyPath()) != paths.end();
  };
  const auto created = created_by(words);
  use.creates = created.has_value();
  use.drops = words.front() == "drop";
  use.until_commit = use.creates && has(words, "commit") && has(words, "drop");
  use.writes = found.effect == Effect::write;
  if (use.creates) {
    use.names = {*created};
    static constexpr std::array<std::string_view, 5> more = {"as", "like", "inherits", "references",
                                                             "select"};
    // Rows that go with the end of each transaction are none of a hash's business.
    use.alone = std::ranges::none_of(more, [&](auto word) { return has(words, word); }) &&
                !(has(words, "commit") && has(words, "delete"));
  } else if (use.drops) {
    use.alone = !use.names.empty() && drops_only(words, use.names);
  } else {
    use.any = everything(found.reads) || everything(found.writes) || !found.understood ||
              !found.functions.empty();
    // Its numbers are the server's own choice, as anywhere.
    const auto own = [&](const KeyPath& path) {
      const bool of_sequence = path.size() == 2 && path.front() == outside_transactions;
      return (path.size() == 1 || of_sequence) && has(use.names, path.back());
    };
    use.alone = !use.any && std::ranges::all_of(found.reads, own) &&
                std::ranges::all_of(found.writes, own) && words.front() != "copy";
  }
  return use;
}

std::string temporary_part(const TemporaryUse& use, const Settings& settings) {
  std::string part;
  for (const auto& [name, value] : settings.temporary())
    if (use.any || has(use.names, name))
      part.append(part.empty() ? "" : ", ")
          .append(temporary_word)
          .append(name)
          .append("=")
          .append(value);
  return part;
}

bool is_of_session(const TemporaryUse& use, std::string_view canonical, const Settings& settings) {
  if (!use.alone || use.names.empty()) return false;
  const bool all_open = std::ranges::all_of(
      use.names, [&](const std::string& name) { return is_open(name, settings); });
  return (use.creates || all_open) && (!use.writes || !has_values_made_anew(canonical));
}

void follow(const TemporaryUse& use, std::string_view canonical, bool known, bool in_block,
            Settings& settings) {
  if (use.drops) {
    for (const std::string& name : use.names) settings.reset(setting_of(name));
    return;
  }
  if (!use.writes && !use.creates) return;
  if (use.creates && use.until_commit && !in_block) return;  // it is gone already
  std::vector<std::string> names = use.names;
  if (use.any)
    for (const auto& [name, value] : settings.temporary()) names.emplace_back(name);
  const bool by_values = use.creates || is_of_session(use, canonical, settings);
  for (const std::string& name : names) {
    const std::string setting = setting_of(name);
    if (!use.creates && !is_open(name, settings)) continue;
    const bool local = use.creates ? use.until_commit : settings.is_local(setting);
    const std::string history = settings.value_or(setting, "") + (known ? "+" : "?") +
                                std::string(by_values ? canonical : pattern_of(canonical));
    settings.set(setting, hash_of(history), local);
  }
}

}  // namespace understudy::postgres
