// Any text: the generated values in it are whole tokens, and every one of them folds and comes back
// as it was spelled; in the spelling of another one of its kind it still is the same value.
#include <cstdlib>
#include <vector>

#include "match/masked.hpp"
#include "understudy/bytes.hpp"

using namespace understudy;
using namespace understudy::match;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_alnum(char octet) {
  return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') ||
         (octet >= 'A' && octet <= 'Z');
}

void check_places(std::string_view text, const std::vector<Token>& tokens) {
  std::size_t end = 0;
  for (const Token& token : tokens) {
    require(token.size > 0 && token.begin >= end && token.begin + token.size <= text.size());
    end = token.begin + token.size;
    require(token.begin == 0 || !is_alnum(text[token.begin]) || !is_alnum(text[token.begin - 1]));
    require(end == text.size() || !is_alnum(text[end - 1]) || !is_alnum(text[end]));
  }
}

void check_spellings(std::string_view text, const std::vector<Token>& tokens) {
  for (const Token& token : tokens) {
    const std::string_view spelled = text.substr(token.begin, token.size);
    const std::string folded = fold(token.kind, spelled);
    require(kind_of_folded(folded) == token.kind && respell(folded, spelled) == spelled);
    static_cast<void>(time_of(folded));
    for (const Token& other : tokens) {
      if (other.kind != token.kind) continue;
      const std::string again = respell(folded, text.substr(other.begin, other.size));
      require(is_time(token.kind) || fold(token.kind, again) == folded);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(Bytes(data, std::min<std::size_t>(size, 1024)));
  std::vector<Token> tokens;
  find_tokens(text, tokens);
  check_places(text, tokens);
  check_spellings(text, tokens);
  std::string last;
  const Rename same = [&](const std::string& folded) { return &(last = folded); };
  require(renamed(text, same) == text);
  return 0;
}
