// What one service holds in one scope, as far as it is known: tables with their rows, sequences,
// and what an open transaction has changed of them.
//
// There is one database. A transaction that writes owns it until it ends: what others do meanwhile
// is not computed, and what they write is no longer known, whatever becomes of the transaction. A
// transaction in which somebody else's write became visible is not computed any further, because
// which isolation it has is not known here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/sql/contents/database.hpp"
#include "protocols/sql/contents/table.hpp"
#include "understudy/request.hpp"

namespace understudy::sql::contents {

/// What the rows of a table that is made anew hold in one column.
struct KeptColumn {
  std::optional<std::size_t> column = {};  ///< what they held in this one of the table before
  std::optional<Datum> value = {};         ///< else: all of them this; nothing where nobody knows
  std::int32_t most = 0;                   ///< characters that a text may have; 0: any number
  bool not_null = false;                   ///< the server may have put another value in its place
  /// The same of what lies beyond these numbers.
  std::optional<std::pair<std::int64_t, std::int64_t>> range = {};
};

class Contents {
 public:
  using Connection = std::uint64_t;
  using Sequence = std::pair<std::uint32_t, std::size_t>;  ///< id of a table, and its column

  /// What is there when a scope begins. Scopes that begin with the same one share it.
  struct Beginning {
    TableBook book;
    std::map<Sequence, std::optional<std::int64_t>> numbers;
    std::uint32_t last_id = 0, last_index = 0;
    std::shared_ptr<const DatabaseImage> image;
  };

  explicit Contents(const ValueFunctions& functions = {}) : database_(nullptr, functions) {}
  explicit Contents(const Beginning& beginning, const ValueFunctions& functions = {});
  /// As it is now, outside of any transaction; nothing where that is not possible.
  [[nodiscard]] std::optional<Beginning> beginning();

  [[nodiscard]] Database& database() noexcept { return database_; }
  [[nodiscard]] const TableBook& book() const noexcept { return book_; }
  /// Null where no table of that name is known.
  [[nodiscard]] const TableState* find(std::string_view key) const;
  /// Another number whenever tables were defined, dropped or came back by a rollback.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }

  // ---- what becomes of tables; within enter() and leave(), or outside of any transaction ----
  /// Makes the table, without rows; its definition gets an id. False where that is not possible.
  [[nodiscard]] bool create(Definition definition);
  void drop(std::string_view key);
  /// Makes a view of that name, in place of what had it.
  void define_view(std::string_view key, View view);
  void drop_view(std::string_view key);
  /// Makes a sequence of that name, whose first number is `start`.
  void define_sequence(std::string_view key, std::int64_t start, std::int64_t increment);
  void drop_sequence(std::string_view key);
  /// `enumeration`: null for any other type.
  void define_type(std::string_view key, const Enumeration* enumeration);
  /// Of an enumeration it is no longer known which labels it has.
  void forget_labels(std::string_view key);
  void drop_type(std::string_view key);
  /// All that has a name without a schema was dropped.
  void drop_public();
  /// Makes a function; null: which one its name means is not known from here on.
  void define_routine(std::string_view key, std::shared_ptr<const tree::CreateRoutine> routine);
  /// It is known that there is none of that name.
  void drop_routine(std::string_view key);
  /// It may be there or not.
  void forget_whether(std::string_view key);
  /// The same of what refers to no table: a view, or a table without references.
  void forget_view(std::string_view key);
  /// Something else than a table has this name; what: see TableBook::beside.
  void note_taken(std::string_view name, char kind);
  void note_free(std::string_view name) { book_.note_absent(name); }
  void note_comments(bool may_be) { book_.has_comments = may_be; }
  void note_complete() { book_.complete = true; }
  /// Another definition of the same columns; keys may have been added behind the others.
  void redefine(std::string_view key, Definition definition);
  /// Other columns, keys or another name: `columns` tell what each of them holds. False where that
  /// is not possible: then forget the table.
  [[nodiscard]] bool remake(std::string_view key, Definition definition,
                            const std::vector<KeptColumn>& columns);
  void empty(std::string_view key);
  void forget_rows(std::string_view key);
  /// All rows are there, put in by whoever says so.
  void note_known(std::string_view key);
  /// See TableBook::note_others.
  void note_others(const std::set<std::string, std::less<>>* doubtful) {
    book_.note_others(doubtful);
  }
  void forget_column(std::string_view key, std::size_t column);
  /// What to keep in one row where its value is not known; the column as a whole is not known
  /// where that is not possible. `made`: see hidden_value().
  [[nodiscard]] Datum hidden_cell(std::string_view key, std::size_t column, const Datum& made = {});
  /// Cells of the table that are hidden are made what they may be; false where there is none.
  [[nodiscard]] bool reveal(std::string_view key);
  /// Nothing is known of what there is.
  void forget_everything();
  /// Whether the table is there and known to hold nothing.
  [[nodiscard]] bool has_no_rows(std::string_view key);
  /// After rows were removed: of a table without rows everything is known.
  void note_removed(std::string_view key);

  // ---- sequences, which no rollback takes back ----
  /// The number that it gave last, 0 before the first; nothing where that is not known.
  [[nodiscard]] std::optional<std::int64_t> last_number(const Sequence& sequence) const;
  void set_last_number(const Sequence& sequence, std::optional<std::int64_t> last);
  /// As TRUNCATE … RESTART IDENTITY does, which a rollback undoes.
  void restart_numbers(std::string_view key);
  void forget_numbers(std::string_view key);
  void forget_all_numbers();

  // ---- statements and transactions ----
  /// `begin` with a name: it began before, so that what the connection sees is not known.
  void control(Control control, std::string_view name, Connection connection);
  /// The same transactions are open as there: all of them began before.
  void take_open_of(const Contents& other) {
    for (const auto& [connection, open] : other.open_) open_[connection].began = 0;
  }
  /// What a statement sees of what others did while its transaction was open.
  enum class Sees : std::uint8_t {
    newest,           ///< what was committed before it, as in READ COMMITTED
    since_looked,     ///< what was there when look() was called first
    since_beginning,  ///< nothing, or it is not known
  };
  /// Whether what this connection sees is what is here.
  [[nodiscard]] bool sees(Connection connection, Sees what = Sees::since_beginning) const;
  /// The connection's transaction has seen what is here.
  void look(Connection connection);
  /// Whether some other connection is in a transaction.
  [[nodiscard]] bool others_are_open(Connection connection) const;
  /// Of a statement that may write: what it does can be undone from here on. False where another
  /// connection's transaction owns the database: then only `doubt` may follow.
  [[nodiscard]] bool enter(Connection connection);
  void keep();
  void undo();
  /// What was changed between enter() and keep() is seen by others from its end on.
  void note_written(Connection connection);
  /// This connection may have changed these tables (nothing: any) behind the back of the
  /// transaction that owns the database: they stay unknown whatever becomes of it.
  void doubt(const std::optional<std::set<std::string>>& keys, Connection connection);

 private:
  struct Open {
    std::uint64_t began = 0;   ///< epoch_
    std::uint64_t looked = 0;  ///< the same; 0: it has not
    std::vector<std::string> savepoints;
    /// What it may have written that others see, or see again, when it ends.
    bool doubted_all = false;
    std::set<std::string> doubted;
  };
  struct Level {
    std::string name;
    TableBook book;
    std::uint64_t version;
  };

  void own(Connection connection);
  void save(std::string name);
  void restore(std::size_t level);
  void release(std::size_t level);
  void end(Connection connection, bool keeps);
  void forget_at_all_levels(const std::optional<std::set<std::string>>& keys);
  [[nodiscard]] std::size_t level_of(std::string_view name) const;
  TableState* state(std::string_view key);
  void copy_rows(const TableState& from, TableState& to, const std::vector<KeptColumn>& columns);

  Database database_;
  TableBook book_;
  std::map<Sequence, std::optional<std::int64_t>> numbers_;
  std::uint32_t last_id_ = 0, last_index_ = 0;
  std::uint64_t version_ = 1;
  std::uint64_t epoch_ = 1;  ///< how many changes all others can see
  std::map<Connection, Open> open_;
  std::optional<Connection> owner_;
  std::vector<Level> levels_;  ///< of the owner: its beginning, then its savepoints
  TableBook before_;           ///< enter()
  std::uint64_t version_before_ = 0;
  std::set<Sequence> restarted_;
};

}  // namespace understudy::sql::contents
