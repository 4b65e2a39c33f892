// The messages of an authenticated connection, from both sides, to answered statements.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/conversation.hpp"
#include "protocols/postgres/recording.hpp"
#include "protocols/postgres/utility.hpp"
#include "protocols/postgres/watched.hpp"

namespace understudy::postgres {

class Watcher {
 public:
  explicit Watcher(Recording& recording) : recording_(recording) {}

  /// Both return false where the message can't be: the connection is lost from view.
  [[nodiscard]] bool from_client(const FrontendMessage& message, Moment at);
  [[nodiscard]] bool from_server(const Frame& frame, Moment at);
  /// The connection is over: what was begun is recorded as far as it got.
  void finish();
  [[nodiscard]] const std::map<std::string, std::string>& parameters() const noexcept {
    return parameters_;
  }

 private:
  using Objects = SessionObjects<WatchedStatement, WatchedPortal>;

  [[nodiscard]] bool asynchronous(const Frame& frame);
  [[nodiscard]] bool in_query(const Asked& asked, const Frame& frame, Moment at);
  [[nodiscard]] bool in_extended(const Asked& asked, const Frame& frame, Moment at);
  [[nodiscard]] bool in_execute(const Asked& asked, const Frame& frame, Moment at);
  [[nodiscard]] bool in_describe(const Asked& asked, const Frame& frame, Moment at);
  [[nodiscard]] bool read_rows(const Frame& frame, RowsUnderWay& rows, StatementAnswer& answer);
  [[nodiscard]] bool ready(const Frame& frame);

  void on_parse(const Asked& asked);
  void on_bind(const Asked& asked);
  [[nodiscard]] bool on_extended_error(const Asked& asked, const Frame& frame, Moment at);
  [[nodiscard]] bool end_execute(const Frame& frame, WatchedPortal& portal, Moment at);
  void split_query(const std::string& text);
  [[nodiscard]] bool end_simple(const Asked& asked, Moment at);
  [[nodiscard]] bool finish_portal_rows(WatchedPortal& portal);
  void end_portal(WatchedPortal& portal);
  void drop_portal(std::string_view name);
  void end_transaction();
  void take_copy_data(StatementRequest& request, const StatementAnswer& answer);
  void add(Answered answered);
  [[nodiscard]] bool belongs_to_refused_copy(const FrontendMessage& message);
  void end_refused_copy();

  Recording& recording_;
  Conversation conversation_;
  Objects objects_;
  std::vector<std::shared_ptr<WatchedStatement>> described_;
  std::map<std::string, std::vector<Column>> columns_by_text_;
  std::map<std::string, std::string> parameters_;
  std::vector<Fields> notices_;
  std::string copy_in_data_;
  std::optional<std::string> copy_in_failure_;
  bool copy_in_ended_ = false;
  std::optional<Answered> refused_copy_;  // failed while its data is still being sent
  std::optional<char> refused_ready_;     // the ReadyForQuery that came meanwhile
  bool started_ = false;                  // the first ReadyForQuery came

  // The simple Query under way.
  std::size_t part_ = 0;
  std::vector<std::string> parts_;  // its statements, split once: there may be thousands
  std::vector<std::size_t> begins_;
  Moment part_began_;
  RowsUnderWay simple_rows_;
  StatementAnswer simple_answer_;
};

}  // namespace understudy::postgres
