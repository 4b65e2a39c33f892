// Commands: fed in pieces they are what they are at once; their requests keep every octet.
#include <cstdlib>

#include "protocols/redis/command_decoder.hpp"
#include "protocols/redis/effects.hpp"
#include "protocols/redis/keys.hpp"
#include "protocols/redis/redact.hpp"
#include "protocols/redis/request.hpp"

using namespace understudy;
using namespace understudy::redis;

namespace {

void require(bool held) {
  if (!held) std::abort();
}

void use(Arguments arguments) {
  ResolvedCommand resolved;
  resolve(arguments, resolved);
  std::string canonical;
  make_canonical(resolved, arguments, 3, "someone", canonical);
  const CommandLine line = read_canonical(canonical);
  const bool server_wide = resolved.command != nullptr && is_server_wide(*resolved.command);
  require(line.words.size() == arguments.size() && line.db == (server_wide ? 0U : 3U));
  require(line.user == "someone");
  for (std::size_t i = resolved.name_arguments; i < arguments.size(); ++i)
    require(equals_ignoring_case(line.words[i], arguments[i]));
  std::vector<Problem> problems;
  const CommandLine again = read_request(request_document(line), problems);
  require(again.words == line.words && problems.empty());
  static_cast<void>(quoted_line(line, 40));
  static_cast<void>(effects_of(resolved, arguments, 0));
  std::vector<std::string> words = line.words;
  redact_arguments(resolved.name, words);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Limits limits{1 << 16, 1 << 10, 32, 1 << 8};
  const Bytes octets(data, std::min<std::size_t>(size, 4096));
  CommandDecoder whole(limits);
  CommandDecoder pieces(limits);
  const CommandDecoder::Status status = whole.next(octets);
  CommandDecoder::Status in_pieces = CommandDecoder::Status::need_more;
  for (std::size_t length = 0; length <= octets.size(); ++length)
    if (in_pieces == CommandDecoder::Status::need_more)
      in_pieces = pieces.next(octets.first(length));
  require(in_pieces == status);
  if (status == CommandDecoder::Status::command) {
    require(whole.size() == pieces.size() && whole.size() <= octets.size());
    use(whole.arguments());
  }
  return 0;
}
