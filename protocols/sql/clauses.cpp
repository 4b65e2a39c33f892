// Where the literals of a statement shape its answer: clauses, parentheses and output items.
#include "protocols/sql/normalise.hpp"

namespace understudy::sql {
// ---- clauses ----

void Normaliser::change_clause(Word word) {
  Frame& here = frame();
  const auto enter = [&](Clause clause) {
    end_item();
    here.clause = clause;
  };
  switch (word) {
    case Word::select:
      here.inserting = false;
      return enter(Clause::output);
    case Word::insert:
    case Word::replace:
    case Word::merge:
      if (here.clause != Clause::output) here.inserting = true;
      [[fallthrough]];
    case Word::update:
    case Word::delete_:
      if (here.clause != Clause::output) here.returns = true;
      return;
    case Word::values:
      if (here.clause != Clause::output) enter(here.inserting ? Clause::slots : Clause::verbatim);
      return;
    case Word::returning:
      if (here.returns) enter(Clause::output);
      return;
    case Word::by:
      if (last_word_ == Word::group || last_word_ == Word::order || last_word_ == Word::partition)
        enter(Clause::ordinals);
      return;
    case Word::from:
      if (last_word_ == Word::distinct && (before_last_ == Word::is || before_last_ == Word::not_))
        return;
      return enter(Clause::slots);
    case Word::offset:
    case Word::fetch:
    case Word::window:
      if (mysql_ && here.clause == Clause::output) return;
      return enter(Clause::slots);
    case Word::set:
    case Word::on:
    case Word::using_:
      if (here.clause == Clause::output) return;
      return enter(Clause::slots);
    case Word::group:
    case Word::order:
    case Word::where:
    case Word::having:
    case Word::limit:
    case Word::for_:
    case Word::into:
    case Word::union_:
    case Word::except:
    case Word::intersect:
      return enter(Clause::slots);
    default:
      return;
  }
}

void Normaliser::open_frame() {
  Frame& outer = frame();
  if (outer.in_item) outer.plain = outer.aliased = false;
  const bool called =
      last_kind_ == TokenKind::quoted || (after_word() && (last_flags_ & value_follows) == 0);
  const bool groups =
      last_word_ == Word::rollup || last_word_ == Word::cube || last_word_ == Word::sets;
  Frame inner{};
  inner.fixed = outer.fixed || outer.clause == Clause::output || outer.clause == Clause::verbatim ||
                (outer.clause == Clause::ordinals && (!called || groups)) ||
                (after_word() && (last_flags_ & type_name) != 0);
  if (inner.fixed) inner.clause = Clause::verbatim;
  if (++depth_ < frames_kept) frames_[depth_] = inner;
}

void Normaliser::close_frame() {
  if (depth_ == 0) return;
  if (depth_ < frames_kept) end_item();
  --depth_;
}

// ---- output items ----

/// MySQL names a column without alias by the very text of its expression, case, spaces and all.
void Normaliser::begin_item(const Token& token) {
  Frame& here = frame();
  if (!mysql_ || here.clause != Clause::output || here.in_item ||
      token.kind == TokenKind::punctuation) {
    if (!mysql_ || here.clause != Clause::output || here.in_item || !token.is('(')) return;
  }
  if (token.kind == TokenKind::hint || modifies_select(token.word())) return;
  here.in_item = true;
  here.plain = true;
  here.aliased = false;
  here.item_pattern = statement_.pattern_.size();
  here.item_begin = lexer_.begin_of(token);
}

/// A name, dotted or not, is its own column name; an alias is as well.
void Normaliser::note_item(const Token& token) {
  Frame& here = frame();
  if (!here.in_item || token.is('(')) return;
  const bool reserved =
      token.kind == TokenKind::word && !after_dot() && (token.entry->flags & mysql_reserved) != 0;
  const bool name = token.kind == TokenKind::quoted || (token.kind == TokenKind::word && !reserved);
  const bool star = token.kind == TokenKind::operator_ && token.text == "*";
  here.plain = here.plain && (name || star || token.is('.') || token.word() == Word::as);
  here.aliased = last_word_ == Word::as ? name || token.kind == TokenKind::string
                                        : name && last_ == ')' && token.word() != Word::end;
}

void Normaliser::end_item() {
  Frame& here = frame();
  if (!here.in_item) return;
  here.in_item = false;
  if (here.plain || here.aliased) return;
  statement_.pattern_.resize(here.item_pattern);
  statement_.pattern_ += ' ';
  append_item_text(sql_.substr(here.item_begin, last_end_ - here.item_begin));
}

void Normaliser::append_item_text(std::string_view text) {
  Lexer lexer(text, mode_);
  std::size_t copied = 0;
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    if (token.kind != TokenKind::parameter) continue;
    append_raw(text.substr(copied, lexer.begin_of(token) - copied));
    statement_.pattern_ += slot_mark;
    copied = lexer.offset();
  }
  append_raw(text.substr(copied));
}

}  // namespace understudy::sql
