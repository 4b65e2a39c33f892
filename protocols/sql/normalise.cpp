#include "protocols/sql/normalise.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "protocols/sql/literal.hpp"
#include "protocols/sql/number.hpp"

namespace understudy::sql {
namespace {

/// Statements whose literals may be parameters; all others are kept as they are written.
bool takes_parameters(Word word) noexcept {
  switch (word) {
    case Word::select:
    case Word::insert:
    case Word::update:
    case Word::delete_:
    case Word::replace:
    case Word::merge:
    case Word::with:
    case Word::values:
    case Word::table:
    case Word::call:
    case Word::execute:
    case Word::declare:
    case Word::explain:
    case Word::desc:
    case Word::describe:
      return true;
    default:
      return false;
  }
}

/// What may stand before the first word of a statement, and that word.
bool may_precede(const Token& token) noexcept {
  return token.kind == TokenKind::word || token.kind == TokenKind::hint ||
         token.kind == TokenKind::comment_open || token.kind == TokenKind::comment_close ||
         token.is('(') || token.is(';');
}

/// Nothing in `name` asks for quotes: PostgreSQL would fold its capitals.
bool plain_name(std::string_view name, bool mysql) noexcept {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9') || name.front() == '$')
    return false;
  return std::all_of(name.begin(), name.end(), [mysql](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9') || c == '$' ||
           (mysql && c >= 'A' && c <= 'Z');
  });
}

/// TRUNCATE names a set of tables, which frameworks take from sets of their own: in one order,
/// whatever order they were written in.
void sort_truncated(std::string& pattern) {
  constexpr std::string_view verb = "truncate ", noise = "table ";
  if (!pattern.starts_with(verb) || pattern.find_first_of(";\"`*'") != std::string::npos) return;
  const std::size_t begin =
      verb.size() + (pattern.starts_with("truncate table ") ? noise.size() : 0);
  std::vector<std::string> names;
  std::size_t at = begin;
  for (std::size_t comma = pattern.find(", ", at); comma != std::string::npos;
       comma = pattern.find(", ", at)) {
    names.push_back(pattern.substr(at, comma - at));
    at = comma + 2;
  }
  const std::size_t end = std::min(pattern.find(' ', at), pattern.size());
  names.push_back(pattern.substr(at, end - at));
  const bool plain = std::ranges::none_of(
      names, [](const std::string& name) { return name.find(' ') != std::string::npos; });
  if (names.size() == 1 || !plain) return;
  std::ranges::sort(names);
  std::string sorted;
  for (const std::string& name : names) sorted += (sorted.empty() ? "" : ", ") + name;
  pattern.replace(begin, end - begin, sorted);
}

}  // namespace

void Statement::assign(std::string_view sql, Mode mode) {
  pattern_.clear();
  literals_.clear();
  slots_.clear();
  parameters_ = 0;
  Normaliser(*this, sql, mode).run();
}

void Normaliser::run() {
  while (lexer_.next().kind != TokenKind::end) take(lexer_.token());
  while (depth_ > 0) close_frame();
  end_item();
  if (mysql_ && !json_) count_booleans();
  sort_truncated(statement_.pattern_);
}

void Normaliser::take(const Token& token) {
  for (; semicolons_ > 0 && !token.is(';'); --semicolons_) statement_.pattern_ += ';';
  const Word before = last_word_;
  const bool is_keyword = token.kind == TokenKind::word && !after_dot();
  std::uint8_t flags = is_keyword ? token.entry->flags : std::uint8_t{0};
  const bool at_time_zone =
      token.word() == Word::zone && before == Word::time && before_last_ == Word::at;
  if (at_time_zone) flags |= value_follows;
  starts_ = at_start_;
  if (at_start_ && !may_precede(token)) begin_statement(Word::none);
  json_ |= token.text.starts_with("->") ||
           (token.text.size() >= 4 && equals_folded(token.text.substr(0, 4), "json"));
  begin_item(token);
  last_kind_ = take_by_kind(token);
  note_item(token);
  last_ = token.kind == TokenKind::punctuation ? token.text.front() : '\0';
  last_flags_ = flags;
  before_last_ = before;
  last_word_ = is_keyword ? token.entry->word : Word::none;
  last_text_ = token.text;
  last_end_ = lexer_.offset();
}

/// The kind that the tokens after this one see.
TokenKind Normaliser::take_by_kind(const Token& token) {
  switch (token.kind) {
    case TokenKind::word:
      if (take_constant(token)) return TokenKind::number;
      take_word(token);
      break;
    case TokenKind::quoted:
      take_quoted(token);
      break;
    case TokenKind::string:
      take_string(token);
      break;
    case TokenKind::bits:
      take_bits(token);
      break;
    case TokenKind::number:
      take_number(token, false);
      break;
    case TokenKind::parameter:
      take_parameter(token);
      break;
    case TokenKind::punctuation:
      take_punctuation(token);
      break;
    case TokenKind::operator_:
      if (take_sign(token)) return TokenKind::number;
      append_verbatim(token);
      break;
    default:
      append_verbatim(token);
  }
  return token.kind;
}

// ---- words ----

namespace {

/// CREATE … FUNCTION: what follows has statements of its own, which are part of what it is.
bool makes_routine(std::string_view word) {
  return equals_folded(word, "function") || equals_folded(word, "procedure") ||
         equals_folded(word, "trigger") || equals_folded(word, "event");
}

}  // namespace

void Normaliser::begin_statement(Word word) {
  at_start_ = false;
  fixed_ = !takes_parameters(word);
  creates_ = mysql_ && word == Word::create;
  for (std::size_t i = 0; fixed_ && i <= depth_ && i < frames_kept; ++i) frames_[i].fixed = true;
}

void Normaliser::end_statement() {
  if (has_body_) return;
  while (depth_ > 0) close_frame();
  end_item();
  frames_[0] = Frame{};
  at_start_ = true;
  fixed_ = false;
}

/// MySQL tells tables, and the names of columns in an answer, by their case: only what can't be
/// such a name is folded there.
bool Normaliser::folds(const Token& token) const noexcept {
  if (!mysql_) return true;
  if (after_dot() || last_kind_ == TokenKind::variable) return false;
  if ((at_start_ && token.word() != Word::none) || (token.entry->flags & mysql_reserved) != 0)
    return true;
  if (token.word() == Word::offset)
    return last_kind_ == TokenKind::number || last_kind_ == TokenKind::parameter;
  return token.word() == Word::duplicate && last_word_ == Word::on;
}

void Normaliser::take_word(const Token& token) {
  const bool name = after_dot() || (last_word_ == Word::as && frame().clause == Clause::output);
  const bool folded = folds(token);
  if (at_start_) begin_statement(token.word());
  if (creates_ && depth_ == 0 && !name) has_body_ = has_body_ || makes_routine(token.text);
  if (!name && !frame().fixed && token.word() > Word::other) change_clause(token.word());
  separate(token);
  std::string& pattern = statement_.pattern_;
  const std::size_t begin = pattern.size();
  pattern += token.text;
  if (folded)
    std::transform(pattern.begin() + static_cast<std::ptrdiff_t>(begin), pattern.end(),
                   pattern.begin() + static_cast<std::ptrdiff_t>(begin), to_lower);
}

/// TRUE, FALSE and NULL where they are values.
bool Normaliser::take_constant(const Token& token) {
  const Word word = token.word();
  const bool null = word == Word::null_;
  const bool constant = null || word == Word::true_ || word == Word::false_;
  if (!constant || keeps_literals() || at_start_ || after_dot()) return false;
  if (last_word_ == Word::is || last_word_ == Word::not_) return false;
  if (null && (last_word_ == Word::default_ || last_word_ == Word::set || last_word_ == Word::on))
    return false;
  separate(token);
  const std::size_t begin = statement_.literals_.size();
  if (!null) statement_.literals_ += word == Word::true_ ? "true" : "false";
  add_slot(token, null ? ValueClass::null : ValueClass::boolean, begin);
  return true;
}

/// In MySQL TRUE is another word for 1, which is what drivers bind; but for JSON, which has a true
/// of its own.
void Normaliser::count_booleans() {
  for (Statement::Slot& slot : statement_.slots_) {
    if (slot.value_class != ValueClass::boolean) continue;
    const bool on = statement_.literal_text(slot) == "true";
    slot.value_class = ValueClass::number;
    slot.offset = static_cast<std::uint32_t>(statement_.literals_.size());
    slot.length = 1;
    slot.spelling = spelling_of(false, on ? "1" : "0");
    statement_.literals_ += on ? '1' : '0';
  }
}

bool Normaliser::quotes_matter(std::string_view name) const noexcept {
  if (starts_ || !plain_name(name, mysql_)) return true;  // no name is a statement's first word
  const std::uint8_t flags = find_word(name).flags;
  if (!mysql_) return (flags & postgres_keyword) != 0 && (fixed_ || (flags & postgres_column) == 0);
  return (flags & (mysql_reserved | mysql_meaning | space_matters)) != 0;
}

void Normaliser::take_quoted(const Token& token) {
  separate(token);
  const std::string_view name = token.text.substr(1, token.text.size() - 2);
  const bool unicode = token.text.front() != '"' && token.text.front() != '`';
  if (!unicode && !quotes_matter(name)) return append_raw(name);
  if (!mysql_ || token.text.front() == '`') return append_raw(token.text);
  // ANSI_QUOTES: the same name in the other quotes.
  statement_.pattern_ += '`';
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '"') ++i;
    append_raw(name.substr(i, 1));
    if (name[i] == '`') statement_.pattern_ += '`';
  }
  statement_.pattern_ += '`';
}

// ---- literals ----

bool Normaliser::value_may_start() const noexcept {
  switch (last_kind_) {
    case TokenKind::word:
      return (last_flags_ & value_follows) != 0;
    case TokenKind::operator_:
      return true;
    case TokenKind::punctuation:
      return last_ == '(' || last_ == '[' || last_ == ',';
    default:
      return false;
  }
}

/// A string that the words before it make something else of: DATE '…', INTERVAL '…', ESCAPE '…'.
bool Normaliser::types_a_string(const Token& token) const noexcept {
  if (last_word_ == Word::escape || last_word_ == Word::interval || last_word_ == Word::as)
    return true;
  if (value_may_start()) return false;
  if (!mysql_ || !after_word()) return true;
  const bool national =
      last_text_.size() == 1 && to_lower(last_text_.front()) == 'n' && !token.spaced;
  return last_text_.front() != '_' && !national;
}

void Normaliser::take_string(const Token& token) {
  const std::size_t begin = statement_.literals_.size();
  if (keeps_literals() || types_a_string(token) ||
      !append_string_value(token, mode_, statement_.literals_))
    return append_verbatim(token);
  const bool binary = mysql_ && last_word_ == Word::binary_introducer;
  binary ? drop_introducer() : separate(token);
  add_slot(token, binary ? ValueClass::binary : ValueClass::string, begin);
}

void Normaliser::take_bits(const Token& token) {
  const std::size_t begin = statement_.literals_.size();
  const bool introduced = mysql_ && last_word_ == Word::binary_introducer;
  if (keeps_literals() || !(value_may_start() || introduced) ||
      !append_bits_value(token, mode_, statement_.literals_))
    return append_verbatim(token);
  introduced ? drop_introducer() : separate(token);
  add_slot(token, ValueClass::binary, begin);
}

/// The value takes the place of the `_binary` before it, parted from what comes before as a
/// parameter would be.
void Normaliser::drop_introducer() {
  statement_.pattern_.resize(statement_.pattern_.size() - last_text_.size());
}

void Normaliser::take_parameter(const Token& token) {
  // Where no protocol would bind it, `$1` is a parameter of an inner statement (PREPARE, CREATE
  // FUNCTION).
  if (fixed_ && !mysql_)
    append_verbatim(token);
  else
    separate(token);
  Statement::Slot& slot = add_slot(token, ValueClass::unknown, statement_.literals_.size());
  slot.parameter = token.parameter;
  const auto count = static_cast<std::size_t>(token.parameter) + 1;
  statement_.parameters_ = std::max(statement_.parameters_, count);
}

void Normaliser::take_number(const Token& token, bool negative) {
  if (keeps_literals() || (!mysql_ && last_word_ == Word::interval)) return append_verbatim(token);
  separate(token);
  const std::size_t begin = statement_.literals_.size();
  if (negative) statement_.literals_ += '-';
  append_number(token.text, statement_.literals_);
  add_slot(token, ValueClass::number, begin).spelling = spelling_of(negative, token.text);
}

/// A minus and the number behind it as one value, but not before `::`, which binds tighter.
bool Normaliser::take_sign(const Token& token) {
  if (token.text != "-" || keeps_literals() || !value_may_start()) return false;
  Lexer ahead = lexer_;
  if (ahead.next().kind != TokenKind::number) return false;
  Lexer behind = ahead;
  if (!mysql_ && behind.next().text == "::") return false;
  take_number(ahead.token(), true);
  lexer_ = ahead;
  return true;
}

Statement::Slot& Normaliser::add_slot(const Token&, ValueClass value_class,
                                      std::size_t literal_begin) {
  statement_.pattern_ += slot_mark;
  Statement::Slot slot;
  slot.value_class = value_class;
  slot.offset = static_cast<std::uint32_t>(literal_begin);
  slot.length = static_cast<std::uint32_t>(statement_.literals_.size() - literal_begin);
  return statement_.slots_.emplace_back(slot);
}

// ---- the pattern ----

void Normaliser::take_punctuation(const Token& token) {
  if (token.is(';')) {
    end_statement();
    ++semicolons_;
    return;
  }
  if (token.is(',')) end_item();
  if (token.is(')')) close_frame();
  append_verbatim(token);
  if (token.is('(')) open_frame();
}

/// Whether a space goes before `token`: a matter of it and the token before alone, so that a
/// pattern still tells its tokens apart.
bool Normaliser::parted(const Token& token) const noexcept {
  if (last_ == '(' || last_ == '[') return false;
  if (last_ == '.') {
    // `. 1` and `.1` are not the same.
    const bool digits = token.text.front() >= '0' && token.text.front() <= '9';
    if (token.kind == TokenKind::word) return digits && token.spaced;
    return token.kind != TokenKind::quoted && token.kind != TokenKind::operator_ &&
           token.kind != TokenKind::punctuation;
  }
  const bool cast = token.text == "::";
  if (last_kind_ == TokenKind::punctuation && last_text_ == "::") return false;
  if (token.kind != TokenKind::punctuation) return true;
  const bool after_name =
      last_kind_ == TokenKind::quoted || (after_word() && (last_flags_ & value_follows) == 0);
  switch (token.text.front()) {
    case ',':
    case ')':
    case ']':
      return false;
    case '.':
      return !after_word() && last_kind_ != TokenKind::quoted &&
             last_kind_ != TokenKind::punctuation;
    case '[':
      return !after_name && last_kind_ != TokenKind::punctuation;
    case '(':
      return !after_name || (mysql_ && token.spaced && (last_flags_ & space_matters) != 0);
    default:
      return !cast || last_ == ':';  // of `: ::` the first two would be the cast
  }
}

void Normaliser::separate(const Token& token) {
  if (!statement_.pattern_.empty() && parted(token)) statement_.pattern_ += ' ';
}

void Normaliser::append_raw(std::string_view text) {
  const bool plain = std::none_of(text.begin(), text.end(),
                                  [](char c) { return static_cast<unsigned char>(c) <= 2; });
  if (plain) {
    statement_.pattern_ += text;
    return;
  }
  for (const char octet : text) {
    if (static_cast<unsigned char>(octet) <= 2) {
      statement_.pattern_ += pattern_escape;
      statement_.pattern_ += static_cast<char>('0' + octet);
    } else {
      statement_.pattern_ += octet;
    }
  }
}

void Normaliser::append_verbatim(const Token& token) {
  separate(token);
  append_raw(token.text);
}

std::string sql_of_pattern(std::string_view pattern, Dialect dialect) {
  std::string sql;
  std::size_t slots = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == slot_mark)
      sql += dialect == Dialect::mysql ? std::string(" ? ") : " $" + std::to_string(++slots) + " ";
    else if (pattern[i] == pattern_escape && i + 1 < pattern.size())
      sql += static_cast<char>(pattern[++i] - '0');
    else
      sql += pattern[i];
  }
  return sql;
}

}  // namespace understudy::sql
