// When an answer is complete and what it says: one Response per command, fed
// the server's packets. Knows result sets, several of them, errors amid rows,
// LOCAL INFILE, prepared statements and cursors. Takes no side: the recorder
// and the tests of the server read with it.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/result.hpp"
#include "protocols/mysql/rows.hpp"
#include "understudy/limits.hpp"

namespace understudy::mysql {

/// What a command is answered with.
enum class Reply : std::uint8_t {
  none,      ///< COM_QUIT, COM_STMT_CLOSE, COM_STMT_SEND_LONG_DATA
  ok,        ///< one OK, EOF or ERR packet
  results,   ///< COM_QUERY, COM_STMT_EXECUTE
  rows,      ///< COM_STMT_FETCH: rows of an open cursor
  prepared,  ///< COM_STMT_PREPARE
  columns,   ///< COM_FIELD_LIST
  text,      ///< COM_STATISTICS: a bare string
  handshake  ///< authentication: anything up to OK or ERR
};

enum class Encoding : std::uint8_t { text, binary };

/// What the connection says about the meaning of a response.
struct ResponseContext {
  Negotiated negotiated;
  std::uint16_t collation = 0;  ///< of results; 0 where they come in the columns' own
  Encoding encoding = Encoding::text;
};

class Response {
 public:
  enum class Progress : std::uint8_t {
    more,
    complete,
    wants_file,  ///< more, after the client has sent the file that was asked for
    malformed
  };

  /// `known` are the columns of the statement: used where the server leaves them out, and by
  /// Reply::rows.
  void begin(Reply reply, const ResponseContext& context, const Limits& limits,
             const std::vector<Column>* known = nullptr);
  [[nodiscard]] Progress feed(Bytes packet);

  [[nodiscard]] Results& results() noexcept { return results_; }
  [[nodiscard]] Prepared& prepared() noexcept { return prepared_; }
  /// Status flags of the packet that completed the response, 0 after an error.
  [[nodiscard]] std::uint16_t final_status() const noexcept { return status_; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// Rows remain on the server, to be fetched.
  [[nodiscard]] bool cursor_open() const noexcept {
    return (status_ & status::cursor_exists) != 0 && (status_ & status::last_row_sent) == 0;
  }
  /// Text that the connection's character set could not explain was seen.
  [[nodiscard]] bool undecodable() const noexcept { return undecodable_; }

 private:
  enum class State : std::uint8_t { first, columns, columns_end, rows, parameters, parameters_end };

  Progress feed_first(Bytes packet);
  Progress feed_handshake(Bytes packet);
  Progress feed_result_head(Bytes packet);
  Progress feed_prepared_head(Bytes packet);
  Progress feed_field(Bytes packet);
  Progress feed_column(Bytes packet);
  Progress feed_columns_end(Bytes packet);
  Progress feed_row(Bytes packet);
  Progress begin_columns();
  Progress columns_done();
  Progress end_rows(Bytes packet);
  Progress take_error(Bytes packet);
  Progress take_ok(Bytes packet);
  Progress finish_result(std::uint16_t flags);
  [[nodiscard]] ResultSet& set() { return std::get<ResultSet>(results_.list.back()); }
  [[nodiscard]] Document cell(const Column& column, const Cell& text);
  void decode_names(Column& column);
  [[nodiscard]] std::string text(std::string octets);

  Reply reply_ = Reply::none;
  ResponseContext context_;
  std::size_t column_cap_ = 0;
  const std::vector<Column>* known_ = nullptr;
  State state_ = State::first;
  std::size_t columns_left_ = 0;
  std::size_t parameters_left_ = 0;
  Results results_;
  Prepared prepared_;
  std::uint16_t status_ = 0;
  bool failed_ = false;
  bool undecodable_ = false;
  std::vector<Cell> cells_;
  std::vector<std::string> store_;
};

}  // namespace understudy::mysql
