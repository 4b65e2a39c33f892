// Text of any kind: what is cleaned is clean, so that a live request and a recorded one that was
// cleaned before compare alike.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "understudy/bytes.hpp"
#include "understudy/secret_texts.hpp"

using namespace understudy;

namespace {

const Secrets secrets{Secrets::Key{7}};

template <class Clean>
void check(std::string_view text, Clean&& clean) {
  const auto once = clean(text);
  if (once && clean(*once).value_or(*once) != *once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(Bytes(data, size));
  check(text, [](std::string_view one) { return secrets.without_shapes(one); });
  check(text, [](std::string_view one) { return secrets.without_assignments(one); });
  static_cast<void>(without_secrets_of_markup(text, Markup::html, secrets));
  static_cast<void>(without_secrets_of_query(text, secrets));
  static_cast<void>(Secrets().naming_of(text));
  return 0;
}
