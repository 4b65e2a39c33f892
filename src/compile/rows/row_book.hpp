// Learned row identity: which values the row with `id = 7` had in its other columns, and so which
// rows a change touches, whatever its conditions say.
//
// What is claimed holds in every recorded state, and in a live state that equals a recorded one:
// the chain of a row's key tells apart every history of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "compile/rows/row_evidence.hpp"
#include "compile/rows/row_relations.hpp"

namespace understudy::compile {

/// Of which rows values are wanted: of those that some request names in the column, as keys are
/// made of, or of every one, because other tables may refer to it.
enum class Wanted : std::uint8_t { named, all };

class RowBook {
 public:
  /// `evidence` and `relations` outlive it.
  RowBook(const std::vector<Step>& steps, const RowEvidence& evidence,
          const std::vector<RowRelation>& relations);

  /// Values of `column` that rows had or have which a change touches, or more; nothing where one of
  /// them is not known. `answered`: what the exchange's answer and the rest of the recording show
  /// counts, else only what the request itself says.
  [[nodiscard]] std::optional<Values> touched(const FullStep& step, const RowChange& change,
                                              const std::string& column, bool answered,
                                              Wanted wanted = Wanted::named) const;
  /// Values that `column` has, at whatever time, in rows that meet `where`.
  [[nodiscard]] std::optional<Values> values_where(const std::string& table,
                                                   const std::vector<RowCondition>& where,
                                                   const std::string& column,
                                                   Wanted wanted = Wanted::named) const;

 private:
  /// What a row, known by a column that identifies it, had in another column.
  struct Known {
    Values values;
    bool unknown = false;       ///< or something else
    std::int64_t sighted = -1;  ///< the last recording in which a value was seen
  };
  using Others = std::map<std::string, Known>;  ///< by column
  /// What updates that don't name the identifying column set another column to.
  struct Wide {
    Values values;
    bool unknown = false;
    std::int64_t recording = -1;  ///< the last one in which there was such an update
  };
  struct Identity {
    std::unordered_map<std::string, Others> rows;
    std::map<std::string, Wide> wide;  ///< by column
    bool anonymous = false;            ///< a row was inserted whose value here is not known
    /// Values of rows that may have been removed so far in a recording.
    struct {
      Values values;
      bool any = false;
      std::int64_t recording = -1;
    } removed;
  };
  struct Table {
    std::set<std::string> columns;
    std::map<std::string, Identity> identities;  ///< by column
    std::int64_t removed_in = -1;  ///< the last recording in which rows were removed; -1: none
    bool opaque = false;           ///< written in ways that are not followed
  };
  /// Named values of one column by those of another.
  struct Inverse {
    std::map<std::string, Values> by_value;
    Values unknown;
  };

  void note(const FullStep& step);
  void note_opaque(const FullStep& step);
  void note_seen(Table& table, const Row& row, std::int64_t recording, bool inserted);
  void note_insert(const FullStep& step, const RowChange& change, Table& table);
  void note_upsert(const RowChange& change, Table& table, std::int64_t recording);
  void note_update(const FullStep& step, const RowChange& change, Table& table);
  void note_removal(const std::string& name, const std::vector<RowCondition>& where,
                    std::int64_t recording);
  static void note_set(Identity& identity, const Values& rows, const std::string& column,
                       const std::optional<Values>& set, std::int64_t recording);

  [[nodiscard]] std::optional<Values> possible(const Table& table, const std::string& identity,
                                               const std::string& row,
                                               const std::string& column) const;
  [[nodiscard]] std::optional<Values> by_rows(const std::string& name,
                                              const RowCondition& condition,
                                              const std::string& column) const;
  [[nodiscard]] std::optional<Values> by_exclusion(const std::string& name,
                                                   const RowCondition& condition,
                                                   const std::string& column) const;
  [[nodiscard]] const Inverse& inverse(const std::string& name, const std::string& identity,
                                       const std::string& column) const;
  [[nodiscard]] std::optional<Values> inserted(const FullStep& step, const RowChange& change,
                                               const std::string& column, bool answered) const;
  [[nodiscard]] std::optional<Values> replaced(const RowChange& change, const std::string& column,
                                               bool answered) const;
  [[nodiscard]] std::optional<Values> before(const FullStep& step, const RowChange& change,
                                             const std::string& column, bool answered,
                                             Wanted wanted) const;

  const RowEvidence& evidence_;
  const std::vector<RowRelation>& relations_;
  std::map<std::string, Table> tables_;
  mutable std::map<std::string, Inverse> inverses_;
};

}  // namespace understudy::compile
