// From statements that were answered to exchanges: EXECUTE becomes the
// statement that was prepared, a cursor the query that it runs over, a failed implicit transaction
// gets its BEGIN and ROLLBACK.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/request.hpp"
#include "understudy/observer_queue.hpp"
#include "understudy/secrets.hpp"

namespace understudy::postgres {

/// One statement with its whole answer.
struct Answered {
  StatementRequest request;
  StatementAnswer answer;
  Moment began, ended;
  std::uint64_t place = 0;  ///< see Recording::place(); 0: behind what was added before
};

class Recording {
 public:
  explicit Recording(ObserverQueue& queue) : queue_(queue) {}

  /// How secrets are replaced in what is recorded from now on.
  void use(const Secrets& secrets) { secrets_ = secrets; }
  /// An exchange that is only complete when others were, of a portal that stayed open, keeps its
  /// time and, up to the next ReadyForQuery, its place.
  void add(Answered answered);
  /// The place of what the server does now among what the connection did.
  [[nodiscard]] std::uint64_t place() noexcept { return ++places_; }
  /// The server did not let the client in.
  void refused(Answered answered);
  /// A ParameterStatus after the start: belongs to what was answered last.
  void parameter_changed(const std::string& name, const std::string& value);
  /// ReadyForQuery: what came since the last one is complete.
  void ready(char status);
  /// The connection is over.
  void finish();
  void warn(std::string text, bool lost_change = false) {
    queue_.warn_once(std::move(text), lost_change);
  }

 private:
  struct Prepared {
    std::string sql;
    std::vector<Oid> types;
  };
  struct Cursor {
    /// A FETCH forward while nothing else was done with it.
    struct Forward {
      std::string movement;
      std::size_t rows = 0;
      std::string tag;
    };
    Answered answered;
    bool holdable = false, fetched = false, exhausted = false, scrolled = false;
    std::vector<Forward> forward;
  };

  void set_time(Answered& answered);
  [[nodiscard]] Exchange exchange_of(Answered answered) const;
  void prepare(Answered answered);
  void resolve_execute(StatementRequest& request) const;
  void declare(Answered answered);
  /// True where the statement was a cursor's and is not to be recorded by itself.
  [[nodiscard]] bool fetch(const Answered& answered);
  static void begin_steps(Cursor& cursor);
  void close_cursor(const Answered& answered);
  void flush_cursor(Cursor& cursor);
  void flush_cursors(bool all);
  void push(Answered answered);
  void undo_span();
  void flush_span();

  ObserverQueue& queue_;
  Secrets secrets_;
  std::map<std::string, Prepared> prepared_;
  std::map<std::string, Cursor> cursors_;
  std::vector<Answered> span_;  // since the last ReadyForQuery
  bool span_has_control_ = false, span_failed_ = false, span_wrote_ = false;
  char status_ = 'I';  // of the last ReadyForQuery
  Moment last_ended_;
  std::uint64_t places_ = 0;
};

}  // namespace understudy::postgres
