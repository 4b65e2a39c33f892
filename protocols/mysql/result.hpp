// The answer to one command, decoded, and its spelling in session files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocols/mysql/columns.hpp"
#include "protocols/mysql/responses.hpp"
#include "understudy/document.hpp"

namespace understudy::mysql {

struct ResultSet {
  std::vector<Column> columns = {};   ///< neutral, see Column
  Document rows = Document::array();  ///< a list of cells a row
  std::uint16_t warnings = 0;
  std::uint16_t status = 0;
  std::optional<ErrorPacket> error = {};  ///< in place of the rest of the rows
};

using Result = std::variant<OkPacket, ErrorPacket, ResultSet>;

struct Results {
  std::optional<std::string> infile;  ///< name of the file that the client was asked for first
  std::vector<Result> list;
};

/// What COM_STMT_PREPARE was answered with.
struct Prepared {
  std::uint32_t id = 0;
  std::uint16_t parameters = 0;
  std::vector<Column> columns;
};

/// The status flags that belong to the answer itself, by name.
[[nodiscard]] Document status_document(std::uint16_t flags);

[[nodiscard]] Document answer_document(const Results& results, const ColumnContext& context);
[[nodiscard]] Document result_document(const Result& result, const ColumnContext& context);
[[nodiscard]] Document columns_document(const std::vector<Column>& columns,
                                        const ColumnContext& context);

/// Every flaw is appended to `problems`, with its JSON pointer below the exchange.
[[nodiscard]] Results answer_from_document(const Document& answer, const ColumnContext& context,
                                           std::vector<Problem>& problems);
[[nodiscard]] std::vector<Column> columns_from_document(const Document& columns,
                                                        const ColumnContext& context,
                                                        const std::string& path,
                                                        std::vector<Problem>& problems);

}  // namespace understudy::mysql
