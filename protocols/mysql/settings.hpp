// Which settings of a connection can matter to the answer of a statement: by its text, the types
// of its result and what is known of columns. What can't be told to be irrelevant is relevant.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/statement.hpp"
#include "understudy/document.hpp"

namespace understudy::mysql {

/// What a setting is that nobody has set.
inline constexpr std::string_view default_value = "(default)";

/// A setting that differs from what most of the recording has.
struct Setting {
  std::string name;
  std::string value;
  std::string usual;  ///< in the recording
};

/// Names under which parts of a connection's state count as settings.
inline constexpr std::string_view user_setting = "user";
inline constexpr std::string_view insert_id_setting = "last_insert_id()";
/// Which tables it has locked: others are refused (1100), and so is writing to those that are
/// locked for reading (1099).
inline constexpr std::string_view transaction_setting = "transaction";
inline constexpr std::string_view locks_setting = "table locks";

/// What of one statement tells which settings matter to it.
class Relevance {
 public:
  /// `values` are the bound ones. `in_transaction`: one is open.
  Relevance(const sql::Statement& statement, std::span<const sql::Value> values, sql::Kind kind,
            bool in_transaction);

  /// The result shows a column of type TIMESTAMP, which is told in the connection's time zone.
  void show_timestamps() noexcept;
  /// Names of columns that are known to be TIMESTAMPs, in lower case.
  void know_timestamps(const Document& names);

  /// The part of a value of the setting that matters; nothing where none of it does.
  [[nodiscard]] std::string relevant_part(std::string_view name, std::string_view value) const;
  [[nodiscard]] bool matters(std::string_view name) const;
  /// It may end the transaction that is open.
  [[nodiscard]] bool may_end_transaction() const noexcept { return may_end_; }

 private:
  void take_pattern(std::string_view pattern);
  void take_octet(char octet);
  void take_word(std::string_view word, bool called);
  void take_value(std::string_view text);
  void compare();

  std::uint32_t traits_ = 0;
  bool compares_ = false, made_text_ = false, in_condition_ = false;  // while the pattern is read
  bool compares_literals_ = false;
  bool may_end_ = false;
  enum class Literal : std::uint8_t { none, before, compared };
  Literal literal_ = Literal::none;  // where one stands before what is read next
  std::vector<std::string> words_;  // of the pattern, in lower case
};

/// Whether a variable can matter to any statement at all.
[[nodiscard]] bool is_setting(std::string_view variable);

/// The settings that differ in a way that matters, `name=value; name=value`; empty where none does.
[[nodiscard]] std::string settings_mark(std::span<const Setting> settings,
                                        const Relevance& relevance);
/// Appends the mark to a canonical request; nothing for an empty one.
void append_settings(std::string_view mark, std::string& canonical);

/// The marks with which one statement was recorded, as one text of a table, and back.
[[nodiscard]] std::string join_marks(const std::set<std::string>& marks);
[[nodiscard]] std::vector<std::string_view> split_marks(std::string_view joined);

struct NearestSettings {
  std::string_view mark;   ///< one of those that were recorded
  std::string difference;  ///< for a person
};
/// Of the recorded marks the one that differs in the fewest settings; nothing where `asked` is one
/// of them, or where they differ in what is no setting but the connection's history.
[[nodiscard]] std::optional<NearestSettings> nearest_settings(
    std::string_view asked, const std::vector<std::string_view>& recorded);

}  // namespace understudy::mysql
