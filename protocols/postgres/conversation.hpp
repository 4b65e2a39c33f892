// Which message of a client a message of the server answers, and when the
// answer is complete: a FIFO of expected replies. Role-neutral.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "protocols/postgres/frontend.hpp"
#include "understudy/exchange.hpp"

namespace understudy::postgres {

enum class AskedKind : std::uint8_t {
  query,
  parse,
  bind,
  describe_statement,
  describe_portal,
  execute,
  close_statement,
  close_portal,
  sync,
  function_call,
  copy_end  ///< CopyDone or CopyFail: no reply, but the end of what COPY swallows
};

/// One client message that waits for its reply, with what is needed to make sense of that.
struct Asked {
  AskedKind kind = AskedKind::sync;
  Moment began;
  std::string statement, portal, text;
  std::vector<Oid> types;
  std::vector<std::optional<std::string>> parameters;  ///< octets as bound
  std::vector<Format> parameter_formats, result_formats;
  std::uint32_t max_rows = 0;
};

/// What a server message means for the conversation.
enum class Progress : std::uint8_t {
  part,          ///< of the answer to the head
  complete,      ///< the answer to the head is complete with it
  asynchronous,  ///< notice, parameter, notification: belongs to no request by itself
  out_of_sync    ///< can't be the answer to what was asked
};

class Conversation {
 public:
  /// A client message. Those that the server will skip or swallow are dropped here.
  void ask(Asked asked);
  /// True while the client's CopyData is part of a COPY FROM STDIN that the server has opened.
  [[nodiscard]] bool copying_in() const noexcept { return copying_in_; }

  /// Null where nothing waits for a reply.
  [[nodiscard]] const Asked* head() const noexcept;
  /// The first Bind of that statement that waits; null for none.
  [[nodiscard]] const Asked* bind_of(std::string_view statement) const noexcept;
  /// What the message is to the head; to be asked before `advance`.
  [[nodiscard]] Progress progress(char type) const noexcept;
  /// Takes note of the message; after a complete one the head is the next.
  void advance(char type);

 private:
  [[nodiscard]] bool extended(AskedKind kind) const noexcept;
  void skip_to_sync();
  void begin_copy_in();
  void drop_copy_ends();

  std::deque<Asked> asked_;
  bool skipping_ = false;  // the server ignores everything up to the next Sync
  bool copying_in_ = false;
};

}  // namespace understudy::postgres
