// Arbitrary images, which a mapped table may hold after damage: never a crash in any form of
// client.
#include "protocols/mysql/image.hpp"
#include "protocols/mysql/render.hpp"

using namespace understudy;
using namespace understudy::mysql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<Entry> entries;
  if (!decode_image({data, size}, entries)) return 0;
  const RenderContext contexts[] = {{{}, 45, Encoding::text, 2},
                                    {{capability::deprecate_eof, 8}, 8, Encoding::binary, 3},
                                    {{}, 28, Encoding::text, 2},
                                    {{}, 0, Encoding::binary, 2}};
  for (const Entry& entry : entries) {
    OkEntry ok;
    ErrorPacket error;
    RowsEntry rows;
    static_cast<void>(decode_entry(entry.body, ok));
    static_cast<void>(decode_entry(entry.body, error));
    if (!decode_entry(entry.body, rows)) continue;
    for (const RenderContext& context : contexts) {
      Output output;
      std::uint8_t sequence = 1;
      std::size_t position = 0;
      static_cast<void>(render_rows(rows, nullptr, Rows::all, context, sequence, output));
      static_cast<void>(render_fetch(rows, position, 3, context, sequence, output));
    }
  }
  return 0;
}
