// YAML 1.2 (core schema) to and from Document. The only user of yaml-cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "understudy/diagnostic.hpp"
#include "understudy/document.hpp"

namespace understudy::store {

/// Deepest nesting of lists and maps that is read.
inline constexpr std::size_t max_yaml_depth = 400;

/// The content of a file that a document names by `!file name`: text or binary. Nothing, with the
/// reason in `problem`, where it can't be had.
using LoadFile =
    std::function<std::optional<Document>(std::string_view name, std::string& problem)>;

/// Called with the text and binary scalars that do not share a line with others, any longer than a
/// line among them. Where it returns a name, `!file name` is written for the scalar.
using FileAway = std::function<std::optional<std::string>(const Document& scalar)>;

/// Reads a stream of YAML documents from memory, one at a time, by events (no DOM of the whole).
/// Typing of plain scalars follows the core schema; a quoted or block scalar is text; `!!binary` is
/// binary. A duplicate key, an alias, or an unknown tag is a problem.
class YamlReader {
 public:
  /// `text` must outlive the reader; `file` is for diagnostics only.
  YamlReader(std::string_view text, std::string file);
  ~YamlReader();
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;

  /// The next document; nothing at the end of the stream or for an unsound document, all flaws of
  /// which are then appended to `problems` with their lines. The documents after it can still be
  /// read: ask at_end(). A document of nothing but comments is passed over.
  [[nodiscard]] std::optional<Document> next(Diagnostics& problems);
  /// True where no document is left.
  [[nodiscard]] bool at_end() const noexcept;
  /// First line of the document that `next` gave last, counted from 1.
  [[nodiscard]] int line() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The line of the node at `json_pointer` in the document that begins at `document_line`; that
/// line itself where the pointer leads nowhere. Reads `text` again: for error messages only.
[[nodiscard]] int line_of(std::string_view text, int document_line, std::string_view json_pointer);

/// One document, without the `---` before it, ended by a newline. Reading it back gives an equal
/// Document. Short lists and maps of scalars are written in flow style on one line, text of several
/// lines as a literal block where that loses nothing, octets as `!!binary`.
/// Text that is no UTF-8 is written as octets.
void write_yaml(std::string& out, const Document& document);
/// The same with large scalars filed away.
void write_yaml(std::string& out, const Document& document, const FileAway& file_away);

}  // namespace understudy::store
