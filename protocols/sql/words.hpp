// The words that the two dialects treat specially, found by one look-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy::sql {

// clang-format off
#define UNDERSTUDY_SQL_WORDS(X)                                                                    \
  X(abort) X(absolute) X(all) X(alter) X(analyze) X(analyse) X(and_, "and") X(as) X(asc) X(at) X(atomic)            \
  X(backward) X(begin) X(binary_introducer, "_binary") X(by) X(call) X(cascade) X(case_, "case") X(chain) X(change) X(check) X(checkpoint)  \
  X(close) X(cluster) X(comment) X(commit) X(concurrently) X(conflict) X(copy) X(create) X(cross)  \
  X(cube) X(cursor) X(database) X(date) X(datetime) X(deallocate) X(declare) X(default_, "default") X(delayed) \
  X(delete_, "delete") X(desc) X(describe) X(discard) X(distinct) X(distinctrow) X(do_, "do")      \
  X(drop) X(dumpfile) X(duplicate) X(elseif) X(end) X(escape) X(except) X(execute) X(exists) X(explain) X(false_, "false") \
  X(fetch) X(first) X(flush) X(for_, "for") X(force) X(forward) X(from) X(full) X(function) X(global)          \
  X(grant) X(group) X(handler) X(having) X(high_priority) X(if_, "if") X(ignore) X(import) X(in) X(index) \
  X(inner) X(insert) X(install) X(intersect) X(interval) X(into) X(is) X(isolation) X(join) X(key) X(kill)   \
  X(last) X(lateral) X(left) X(limit) X(listen) X(load) X(local) X(lock) X(loop) X(low_priority) X(materialized) X(merge) X(move) X(names) \
  X(natural) X(next) X(not_, "not") X(nothing) X(notify) X(null_, "null") X(of) X(offset) X(on)    \
  X(only) X(optimize) X(or_, "or") X(order) X(ordinality) X(outer) X(outfile) X(over) X(partition) X(perform) X(plan) X(prepare) X(prepared) X(prior) \
  X(procedure) X(quick) X(reassign) X(recursive) X(refresh) X(reindex) X(relative) X(release)      \
  X(rename) X(repair) X(repeat_, "repeat") X(replace) X(reset) X(returning) X(revoke) X(right) X(role) X(rollback) X(rollup) X(row) X(rows) \
  X(savepoint) X(schema) X(security) X(select) X(session) X(set) X(sets) X(share) X(show) X(sql_big_result)          \
  X(sql_buffer_result) X(sql_cache) X(sql_calc_found_rows) X(sql_no_cache) X(sql_small_result)     \
  X(start) X(straight_join) X(table) X(tables) X(tablesample) X(temp) X(temporary) X(then) X(time) X(timestamp) X(to) X(transaction)   \
  X(transaction_isolation) X(true_, "true") X(truncate) X(uninstall) X(union_, "union") X(unlisten) X(unlock) X(unlogged) X(update) \
  X(upsert) X(use) X(using_, "using") X(vacuum) X(value) X(values) X(view) X(when) X(where) X(while_, "while") X(window) X(with) X(work) \
  X(write) X(xa) X(zone)
// clang-format on

/// The words that the code asks for by name; `other` is any other word that has a flag, `none` no
/// word.
enum class Word : std::uint8_t {
  none,
  other,
#define UNDERSTUDY_SQL_ENUMERATOR(name, ...) name,
  UNDERSTUDY_SQL_WORDS(UNDERSTUDY_SQL_ENUMERATOR)
#undef UNDERSTUDY_SQL_ENUMERATOR
};

enum WordFlag : std::uint8_t {
  postgres_keyword = 1,  ///< "word" may mean something else than word
  postgres_column = 2,   ///< …but not in a query
  mysql_reserved = 4,    ///< a keyword wherever it stands unquoted: its case means nothing
  mysql_meaning = 8,     ///< `word` may mean something else than word
  value_follows = 16,    ///< an expression may start behind it
  type_name = 32,        ///< a parenthesis behind it holds a type modifier
  space_matters = 64,    ///< MySQL: `count (` is not `count(`
};

struct WordEntry {
  std::string_view text;  ///< lower case
  Word word = Word::none;
  std::uint8_t flags = 0;
};

/// ASCII lower case; other octets as they are.
[[nodiscard]] constexpr char to_lower(char octet) noexcept {
  return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet + ('a' - 'A')) : octet;
}
/// What a word of a pattern may be of. Octets from 0x80 on are part of names.
[[nodiscard]] constexpr bool is_word_octet(char octet) noexcept {
  const char lower = to_lower(octet);
  return (lower >= 'a' && lower <= 'z') || (octet >= '0' && octet <= '9') || octet == '_' ||
         octet == '$' || static_cast<unsigned char>(octet) >= 0x80;
}
/// `lower` equals `text` but for ASCII case.
[[nodiscard]] bool equals_folded(std::string_view text, std::string_view lower) noexcept;

/// The entry of `text` in any case; one without flags for words that are not listed.
[[nodiscard]] const WordEntry& find_word(std::string_view text) noexcept;

/// What may stand between SELECT and the first column.
[[nodiscard]] bool modifies_select(Word word) noexcept;

}  // namespace understudy::sql
