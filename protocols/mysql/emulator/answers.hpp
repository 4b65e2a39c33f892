// What was computed as the answer that the server would give, and the comparison of two answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/mysql/emulator/described.hpp"
#include "protocols/mysql/emulator/runner.hpp"
#include "protocols/mysql/result.hpp"
#include "understudy/bytes.hpp"

namespace understudy::mysql::emulation {

/// One answer of an image, taken apart; the views borrow from it.
struct ToldAnswer {
  std::optional<OkPacket> ok;
  std::optional<ErrorPacket> error;
  std::optional<ResultSet> set;               ///< its columns alone, neutral
  std::vector<std::string_view> definitions;  ///< as packets, of `set`
  std::vector<std::string_view> rows;         ///< as packets of the text protocol
  std::uint16_t warnings = 0;
};
/// Nothing for an image of several answers, a file, or none.
[[nodiscard]] std::optional<ToldAnswer> read_answer(Bytes image);

/// The same of each of several answers; nothing where one can't be read.
[[nodiscard]] std::optional<std::vector<ToldAnswer>> read_answers(Bytes image);

/// Whether both say the same; rows of one of `runs` in any order.
[[nodiscard]] bool same_answer(const ToldAnswer& mine, const std::vector<std::size_t>& runs,
                               const ToldAnswer& theirs);

/// The cells of rows as session files hold them; nothing where one is not sure.
[[nodiscard]] std::optional<Document> cells_of(const Plan& plan, const std::vector<DatumRow>& rows,
                                               const std::vector<Column>& columns,
                                               const MysqlRules& rules);

/// The columns of the answer; nothing where they are not known. `told`: of the recording, or null.
[[nodiscard]] std::optional<std::vector<Column>> columns_of(
    const Plan& plan, const DescriptionBook::Description* told, const TableBook& book,
    const MysqlRules& rules);

}  // namespace understudy::mysql::emulation
