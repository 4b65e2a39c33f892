#include "protocols/mysql/conversation.hpp"

#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/frame.hpp"
#include "protocols/mysql/lenenc.hpp"

namespace understudy::mysql {

void Response::begin(Reply reply, const ResponseContext& context, const Limits& limits,
                     const std::vector<Column>* known) {
  reply_ = reply;
  context_ = context;
  column_cap_ = limits.elements;
  known_ = known;
  state_ = State::first;
  columns_left_ = parameters_left_ = 0;
  results_ = {};
  prepared_ = {};
  status_ = 0;
  failed_ = false;
  undecodable_ = false;
  if (reply != Reply::rows && reply != Reply::columns) return;
  results_.list.emplace_back(ResultSet{});
  if (reply == Reply::columns || known == nullptr) return;
  set().columns = *known;
  state_ = State::rows;
}

Response::Progress Response::feed(Bytes packet) {
  switch (state_) {
    case State::first:
      return feed_first(packet);
    case State::columns:
      return feed_column(packet);
    case State::columns_end:
      return feed_columns_end(packet);
    case State::rows:
      return feed_row(packet);
    case State::parameters:
      if (--parameters_left_ > 0) return Progress::more;
      if (context_.negotiated.has(capability::deprecate_eof)) return begin_columns();
      state_ = State::parameters_end;
      return Progress::more;
    case State::parameters_end:
      return is_eof(packet) ? begin_columns() : Progress::malformed;
  }
  return Progress::malformed;
}

Response::Progress Response::feed_first(Bytes packet) {
  if (reply_ == Reply::handshake) return feed_handshake(packet);
  if (is_error(packet)) return take_error(packet);
  switch (reply_) {
    case Reply::text:
      return Progress::complete;
    case Reply::prepared:
      return feed_prepared_head(packet);
    case Reply::results:
      return feed_result_head(packet);
    case Reply::columns:
      return feed_field(packet);
    case Reply::ok:
      return packet.empty() ? Progress::malformed : take_ok(packet);
    default:
      return Progress::malformed;
  }
}

Response::Progress Response::feed_handshake(Bytes packet) {
  if (is_error(packet)) return take_error(packet);
  if (packet.empty()) return Progress::malformed;
  return packet[0] == ok_header ? take_ok(packet) : Progress::more;
}

Response::Progress Response::feed_result_head(Bytes packet) {
  if (packet.empty()) return Progress::malformed;
  if (packet[0] == ok_header) return take_ok(packet);
  if (packet[0] == local_infile_header) {
    results_.infile = text(std::string(as_text(packet.subspan(1))));
    return Progress::wants_file;
  }
  ByteReader reader(packet);
  const bool optional = context_.negotiated.has(capability::optional_resultset_metadata);
  bool metadata = !optional || reader.le(1) != 0;
  columns_left_ = static_cast<std::size_t>(read_lenenc(reader));
  const bool cached = (context_.negotiated.mariadb & mariadb_capability::cache_metadata) != 0;
  if (cached && reader.remaining() > 0) metadata = reader.le(1) != 0;
  if (!reader.complete() || columns_left_ == 0 || columns_left_ > column_cap_)
    return Progress::malformed;
  results_.list.emplace_back(ResultSet{});
  if (metadata) return begin_columns();
  // The client keeps the definitions that came with the prepared statement.
  if (known_ == nullptr || known_->size() != columns_left_) return Progress::malformed;
  set().columns = *known_;
  return columns_done();
}

Response::Progress Response::feed_prepared_head(Bytes packet) {
  ByteReader reader(packet);
  if (reader.le(1) != ok_header) return Progress::malformed;
  prepared_.id = static_cast<std::uint32_t>(reader.le(4));
  columns_left_ = static_cast<std::size_t>(reader.le(2));
  prepared_.parameters = static_cast<std::uint16_t>(reader.le(2));
  if (reader.failed()) return Progress::malformed;
  parameters_left_ = prepared_.parameters;
  if (parameters_left_ == 0) return begin_columns();
  state_ = State::parameters;
  return Progress::more;
}

Response::Progress Response::begin_columns() {
  state_ = State::columns;
  if (columns_left_ == 0) return Progress::complete;  // a prepared statement without a result
  return Progress::more;
}

Response::Progress Response::feed_field(Bytes packet) {
  if (is_rows_end(packet, context_.negotiated)) return end_rows(packet);
  Column column;
  if (!decode_column(packet, context_.negotiated, column)) return Progress::malformed;
  decode_names(column);
  to_neutral(column, context_.collation);
  set().columns.push_back(std::move(column));
  return Progress::more;
}

Response::Progress Response::feed_column(Bytes packet) {
  if (is_error(packet)) return take_error(packet);
  Column column;
  if (!decode_column(packet, context_.negotiated, column)) return Progress::malformed;
  decode_names(column);
  to_neutral(column, context_.collation);
  auto& target = reply_ == Reply::prepared ? prepared_.columns : set().columns;
  target.push_back(std::move(column));
  return --columns_left_ > 0 ? Progress::more : columns_done();
}

Response::Progress Response::columns_done() {
  const bool deprecated = context_.negotiated.has(capability::deprecate_eof);
  if (reply_ == Reply::prepared && deprecated) return Progress::complete;
  state_ = deprecated ? State::rows : State::columns_end;
  return Progress::more;
}

Response::Progress Response::feed_columns_end(Bytes packet) {
  if (is_error(packet)) return take_error(packet);
  EofPacket eof;
  if (!is_eof(packet) || !decode_eof(packet, eof)) return Progress::malformed;
  if (reply_ == Reply::prepared) return Progress::complete;
  status_ = eof.status;
  if ((eof.status & status::cursor_exists) != 0) return end_rows(packet);
  state_ = State::rows;
  return Progress::more;
}

Response::Progress Response::feed_row(Bytes packet) {
  if (is_error(packet)) return take_error(packet);
  if (is_rows_end(packet, context_.negotiated)) return end_rows(packet);
  const std::vector<Column>& columns = set().columns;
  const bool sound = context_.encoding == Encoding::text
                         ? decode_text_row(packet, columns.size(), cells_)
                         : decode_binary_row(packet, columns, cells_, store_);
  if (!sound) return Progress::malformed;
  Document row = Document::array();
  for (std::size_t i = 0; i < columns.size(); ++i) row.push_back(cell(columns[i], cells_[i]));
  set().rows.push_back(std::move(row));
  return Progress::more;
}

Response::Progress Response::end_rows(Bytes packet) {
  if (is_eof(packet)) {
    EofPacket eof;
    if (!decode_eof(packet, eof)) return Progress::malformed;
    set().warnings = eof.warnings;
    return finish_result(set().status = eof.status);
  }
  OkPacket ok;
  if (!decode_ok(packet, context_.negotiated, ok)) return Progress::malformed;
  set().warnings = ok.warnings;
  return finish_result(set().status = ok.status);
}

Response::Progress Response::take_ok(Bytes packet) {
  OkPacket ok;
  if (is_eof(packet)) {
    EofPacket eof;
    if (!decode_eof(packet, eof)) return Progress::malformed;
    ok.status = eof.status;
    ok.warnings = eof.warnings;
  } else if (!decode_ok(packet, context_.negotiated, ok)) {
    return Progress::malformed;
  }
  ok.info = text(std::move(ok.info));
  results_.list.emplace_back(ok);
  return finish_result(ok.status);
}

Response::Progress Response::finish_result(std::uint16_t flags) {
  status_ = flags;
  if (reply_ == Reply::handshake || (flags & status::more_results) == 0) return Progress::complete;
  state_ = State::first;
  return Progress::more;
}

Response::Progress Response::take_error(Bytes packet) {
  ErrorPacket error;
  if (!decode_error(packet, error)) return Progress::malformed;
  if (error.code == progress_code) return Progress::more;
  error.message = text(std::move(error.message));
  failed_ = true;
  status_ = 0;
  if (reply_ == Reply::columns) results_.list.clear();
  if (state_ == State::first || results_.list.empty())
    results_.list.emplace_back(std::move(error));
  else
    set().error = std::move(error);
  return Progress::complete;
}

void Response::decode_names(Column& column) {
  for (std::string* name :
       {&column.schema, &column.table, &column.org_table, &column.name, &column.org_name})
    *name = text(std::move(*name));
}

std::string Response::text(std::string octets) {
  const Charset* charset = charset_of(context_.collation);
  if (charset == nullptr || is_utf8(*charset)) return octets;
  auto converted = to_utf8(*charset, octets);
  if (!converted) undecodable_ = true;
  return converted ? *std::move(converted) : octets;
}

Document Response::cell(const Column& column, const Cell& value) {
  if (!value) return nullptr;
  if (column.is_octets()) return cell_document(column, *value);
  const std::uint16_t collation = column.charset == 0 ? context_.collation : column.charset;
  const Charset* charset = charset_of(collation);
  if (charset == nullptr || is_utf8(*charset)) return document_of(*value);
  const auto converted = to_utf8(*charset, *value);
  if (!converted) undecodable_ = true;
  return document_of(converted ? std::string_view(*converted) : *value);
}

}  // namespace understudy::mysql
