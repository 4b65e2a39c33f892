// The messages of a client after the start: what they carry, borrowed from the frame.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/postgres/frame.hpp"
#include "protocols/postgres/types.hpp"

namespace understudy::postgres {

enum class Format : std::uint16_t { text = 0, binary = 1 };
enum class Target : std::uint8_t { statement = 'S', portal = 'P' };

struct Query {
  std::string_view text;
};
struct Parse {
  std::string_view statement, text;
  std::vector<Oid> types;  ///< may be fewer than parameters
};
struct Bind {
  std::string_view portal, statement;
  std::vector<Format> parameter_formats;  ///< none, one for all, or one each
  std::vector<std::optional<std::string_view>> parameters;
  std::vector<Format> result_formats;
};
struct Describe {
  Target target = Target::statement;
  std::string_view name;
};
struct Execute {
  std::string_view portal;
  std::uint32_t max_rows = 0;  ///< 0: all
};
struct CloseTarget {
  Target target = Target::statement;
  std::string_view name;
};
struct SyncMessage {};
struct Flush {};
struct Terminate {};
struct FunctionCall {};
struct CopyData {
  std::string_view data;
};
struct CopyDone {};
struct CopyFail {
  std::string_view reason;
};
/// PasswordMessage, SASLInitialResponse, SASLResponse or GSSResponse: the state tells which.
struct PasswordMessage {
  Bytes body;
};

using FrontendMessage =
    std::variant<Query, Parse, Bind, Describe, Execute, CloseTarget, SyncMessage, Flush, Terminate,
                 FunctionCall, CopyData, CopyDone, CopyFail, PasswordMessage>;

enum class FrontendStatus : std::uint8_t {
  ok,
  malformed,  ///< fields do not fill the body as the type demands
  unknown_type
};

[[nodiscard]] FrontendStatus decode_frontend(const Frame& frame, const Limits& limits,
                                             FrontendMessage& message);

/// The format of item `index` by the rule "none: text, one: all of them, else one each".
[[nodiscard]] inline Format format_at(const std::vector<Format>& formats,
                                      std::size_t index) noexcept {
  if (formats.empty()) return Format::text;
  return formats.size() == 1      ? formats.front()
         : index < formats.size() ? formats[index]
                                  : Format::text;
}

}  // namespace understudy::postgres
