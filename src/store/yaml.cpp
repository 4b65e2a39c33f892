#include "store/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <streambuf>
#include <unordered_set>
#include <utility>

#include "store/base64.hpp"
#include "store/scalar.hpp"
#include "store/yaml_stream.hpp"

namespace understudy::store {

namespace {

constexpr std::string_view core_tag = "tag:yaml.org,2002:";

constexpr std::string_view alias_what = "an alias (*name) stands here, expected a value";
constexpr std::string_view alias_hint = "write the value out; quote text that begins with *";

/// Thrown out of an event handler to end the parse; caught in this file.
struct StopParsing {};

class MemoryBuffer : public std::streambuf {
 public:
  explicit MemoryBuffer(std::string& text) {
    setg(text.data(), text.data(), text.data() + text.size());
  }
};

/// Where flaws of one slice go.
struct Report {
  const std::string& file;
  int first_line;
  Diagnostics& problems;

  void operator()(int mark_line, std::string what, std::string hint) const {
    problems.push_back({.severity = Severity::error,
                        .file = file,
                        .line = first_line + std::max(mark_line, 0),
                        .what = std::move(what),
                        .hint = std::move(hint)});
  }
};

/// A list or map under construction. Members are gathered in a plain vector first: a map of this
/// kind of Document copies all its members whenever it grows.
struct Frame {
  enum class Kind : std::uint8_t { list, map, complex_key };
  explicit Frame(Kind what) : kind(what) {}
  Kind kind;
  Document::array_t items;
  std::vector<std::pair<std::string, Document>> members;
  std::unordered_set<std::string> names;
  std::string key;
  bool has_key = false;
};

/// Builds a Document from events and reports what is not of the subset that is read here.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const Report& report, const LoadFile& load_file)
      : report_(report), load_file_(load_file) {}

  [[nodiscard]] Document take() { return std::move(root_); }
  [[nodiscard]] int root_line() const { return root_line_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (!expects_key()) return add(mark, Document());
    report_(mark.line, "the key is null, expected text", "quote it if it is text");
    take_key("");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    report_(mark.line, std::string(alias_what), std::string(alias_hint));
    if (expects_key()) return take_key("");
    add(mark, Document());
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (expects_key()) return key(mark, tag, value);
    add(mark, scalar(mark, tag, value));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    check_collection_tag(mark, tag, "seq");
    open(mark, Frame::Kind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    check_collection_tag(mark, tag, "map");
    open(mark, Frame::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  [[nodiscard]] bool expects_key() const {
    return !frames_.empty() && frames_.back().kind == Frame::Kind::map && !frames_.back().has_key;
  }

  void note_root(const YAML::Mark& mark) {
    if (frames_.empty()) root_line_ = mark.line;
  }

  void open(const YAML::Mark& mark, Frame::Kind kind) {
    note_root(mark);
    if (frames_.size() >= max_yaml_depth) {
      report_(mark.line, fmt::format("nested deeper than {} lists and maps", max_yaml_depth),
              "keep such a body as text");
      throw StopParsing();
    }
    if (expects_key()) {
      report_(mark.line, "the key is a list or a map, expected text", "quote it if it is text");
      frames_.emplace_back(Frame::Kind::complex_key);
    }
    frames_.emplace_back(kind);
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (!frames_.empty() && frames_.back().kind == Frame::Kind::complex_key) {
      frames_.pop_back();
      return take_key("");
    }
    place(frame.kind == Frame::Kind::list ? Document(std::move(frame.items)) : map_of(frame));
  }

  static Document map_of(Frame& frame) {
    Document map = Document::object();
    auto& members = map.get_ref<Document::object_t&>();
    members.reserve(frame.members.size());
    for (auto& [name, value] : frame.members)
      members.emplace_back(std::move(name), std::move(value));
    return map;
  }

  void key(const YAML::Mark& mark, const std::string& tag, const std::string& value) {
    if (tag == "?" && value == "<<")
      report_(mark.line, "a merge key (<<) stands here, expected a key", "write the members out");
    else if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str")
      report_(mark.line, fmt::format("the key has the tag {}, expected text", tag), "drop the tag");
    else if (!frames_.back().names.insert(value).second)
      report_(mark.line, fmt::format("the key `{}` stands here a second time", value),
              "remove or rename one of the two");
    take_key(value);
  }

  void take_key(const std::string& name) {
    frames_.back().key = name;
    frames_.back().has_key = true;
  }

  void add(const YAML::Mark& mark, Document value) {
    note_root(mark);
    place(std::move(value));
  }

  void place(Document value) {
    if (frames_.empty()) {
      root_ = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.kind == Frame::Kind::list) return frame.items.push_back(std::move(value));
    frame.members.emplace_back(std::move(frame.key), std::move(value));
    frame.has_key = false;
  }

  void check_collection_tag(const YAML::Mark& mark, const std::string& tag, std::string_view name) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == std::string(core_tag) + std::string(name))
      return;
    report_(mark.line, fmt::format("unknown tag {}", tag), "drop the tag");
  }

  Document scalar(const YAML::Mark& mark, const std::string& tag, const std::string& value) {
    std::string problem;
    if (tag == "?") {
      Document resolved = resolve_plain(value, problem);
      if (!problem.empty()) report_(mark.line, problem, "quote it if it is text");
      return resolved;
    }
    if (tag == "!") return Document(value);
    if (tag == "!file" && load_file_) return file_scalar(mark, value);
    if (tag.starts_with(core_tag))
      return tagged_scalar(mark, std::string_view(tag).substr(core_tag.size()), value);
    report_(mark.line, fmt::format("unknown tag {}", tag),
            "known are !!str, !!int, !!float, !!bool, !!null and !!binary; quote text that begins "
            "with !");
    return {};
  }

  Document file_scalar(const YAML::Mark& mark, const std::string& name) {
    std::string problem;
    if (auto content = load_file_(name, problem)) return std::move(*content);
    report_(mark.line, problem, "the file belongs beside the session, copy both or neither");
    return {};
  }

  Document tagged_scalar(const YAML::Mark& mark, std::string_view name, const std::string& value) {
    if (name == "str") return Document(value);
    if (name == "binary") {
      if (auto octets = decode_base64(value)) return Document::binary(std::move(*octets));
      report_(mark.line, "this is no base64, expected the octets of !!binary in base64",
              "encode them with `base64`");
      return {};
    }
    std::string problem;
    Document resolved = resolve_plain(value, problem);
    if (name == "float" && resolved.is_number_integer()) resolved = resolved.get<double>();
    const bool fits = (name == "int" && resolved.is_number_integer()) ||
                      (name == "float" && resolved.is_number_float()) ||
                      (name == "bool" && resolved.is_boolean()) ||
                      (name == "null" && resolved.is_null());
    if (!fits)
      report_(mark.line, fmt::format("`{}` does not fit its tag !!{}", value, name),
              "correct the value or drop the tag");
    return resolved;
  }

  const Report& report_;
  const LoadFile& load_file_;
  std::vector<Frame> frames_;
  Document root_;
  int root_line_ = 0;
};

/// Follows a JSON pointer through the events and notes the line of the node that it names.
class LineFinder final : public YAML::EventHandler {
 public:
  explicit LineFinder(std::string_view json_pointer) {
    try {
      Document::json_pointer rest{std::string(json_pointer)};
      for (; !rest.empty(); rest.pop_back()) steps_.push_back(rest.back());
      std::ranges::reverse(steps_);
    } catch (const Document::exception&) {
      steps_.assign(1, std::string(json_pointer));  // leads nowhere
    }
  }

  [[nodiscard]] int line() const { return line_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { scalar(mark, ""); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { scalar(mark, ""); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    scalar(mark, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, false);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, true);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    bool is_map = false;
    bool on_path = false;  ///< its own steps all matched
    bool is_key = false;   ///< a collection that stands as a key
    std::size_t index = 0;
    bool has_key = false;
    bool key_matches = false;
    int key_line = 0;
  };

  void scalar(const YAML::Mark& mark, const std::string& value) {
    if (takes_key(mark, value)) return;
    enter(mark);
    leave();
  }

  bool takes_key(const YAML::Mark& mark, const std::string& value) {
    if (levels_.empty() || !levels_.back().is_map || levels_.back().has_key) return false;
    Level& level = levels_.back();
    level.has_key = true;
    level.key_line = mark.line;
    level.key_matches =
        level.on_path && levels_.size() <= steps_.size() && steps_[levels_.size() - 1] == value;
    return true;
  }

  /// Whether the node that begins here is on the way; notes its line where it is the end of it.
  bool enter(const YAML::Mark& mark) {
    bool on_path = true;
    int line = mark.line;
    if (!levels_.empty()) {
      const Level& level = levels_.back();
      on_path = level.is_map ? level.key_matches
                             : level.on_path && levels_.size() <= steps_.size() &&
                                   steps_[levels_.size() - 1] == std::to_string(level.index);
      if (level.is_map) line = level.key_line;
    }
    if (on_path && levels_.size() == steps_.size()) line_ = line;
    return on_path;
  }

  void leave() {
    if (levels_.empty()) return;
    ++levels_.back().index;
    levels_.back().has_key = false;
  }

  void open(const YAML::Mark& mark, bool is_map) {
    if (levels_.size() > max_yaml_depth) throw StopParsing();
    const bool is_key = takes_key(mark, "");
    const bool on_path = !is_key && enter(mark);
    levels_.push_back({.is_map = is_map, .on_path = on_path, .is_key = is_key});
  }

  void close() {
    const bool was_key = levels_.back().is_key;
    levels_.pop_back();
    if (!was_key) leave();
  }

  std::vector<std::string> steps_;
  std::vector<Level> levels_;
  int line_ = -1;
};

struct Advice {
  std::string_view message;  ///< yaml-cpp's
  std::string_view what;
  std::string_view hint;
};

constexpr std::string_view quote_hint =
    "check the indentation; quote text that holds `: ` or ` #` or begins with one of "
    "[]{}&*!|>%@`'\"#,?-:";

constexpr std::array advices = {
    Advice{"end of map not found",
           "this line does not continue the map above, expected `key: value`", quote_hint},
    Advice{"end of sequence not found",
           "this line does not continue the list above, expected `- item`", quote_hint},
    Advice{"end of map flow not found", "the map that begins with { has no end, expected , or }",
           "close it with }"},
    Advice{"end of sequence flow not found",
           "the list that begins with [ has no end, expected , or ]", "close it with ]"},
    Advice{"illegal document indicator in scalar",
           "a quoted text above this line has no end, expected a closing quote",
           "close it with the quote that it began with"},
    Advice{"illegal map value", "a second `:` stands where a value is expected", quote_hint},
    Advice{"illegal map key", "a key stands where none is allowed", quote_hint},
    Advice{"illegal block entry", "a `- ` stands where no list item is allowed", quote_hint},
    Advice{"unknown escape character",
           "unknown escape in a double-quoted text, expected one of YAML's",
           "write \\\\ for a backslash, or use single quotes"},
    Advice{"the referenced anchor is not defined", alias_what, alias_hint},
    Advice{"unknown token", "this character can't begin a value", quote_hint},
};

/// True where a tab stands before the first character of the line counted from 0.
bool is_indented_by_tab(std::string_view text, int line) {
  for (; line > 0 && !text.empty(); --line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const std::string_view blanks = text.substr(0, text.find_first_not_of(" \t"));
  return blanks.find('\t') != std::string_view::npos;
}

void report_exception(const Report& report, std::string_view text,
                      const YAML::ParserException& failure) {
  if (is_indented_by_tab(text, failure.mark.line))
    return report(failure.mark.line, "a tab stands in the indentation, expected spaces",
                  "indent with spaces");
  for (const Advice& advice : advices)
    if (std::string_view(failure.msg).starts_with(advice.message))
      return report(failure.mark.line, std::string(advice.what), std::string(advice.hint));
  report(failure.mark.line, "this is no YAML: " + failure.msg, std::string(quote_hint));
}

/// Line ends made uniform, and a line `...` at the end: yaml-cpp takes a quoted text that is never
/// closed for whole where a line feed is the last octet of its input, but not before a marker.
std::string prepared(std::string_view text) {
  constexpr std::string_view marker = "\n...\n";
  std::string input;
  input.reserve(text.size() + marker.size());
  input += text;
  if (text.find('\r') != std::string_view::npos) std::erase(input, '\r');
  input += marker.substr(input.ends_with('\n') ? 1 : 0);
  return input;
}

/// Feeds one slice to `handler`. False where it is no YAML, or ends early; `report` says why.
bool parse_events(std::string_view text, YAML::EventHandler& handler, const Report& report) {
  try {
    std::string input_text = prepared(text);
    MemoryBuffer buffer(input_text);
    std::istream input(&buffer);
    YAML::Parser parser(input);
    if (!parser.HandleNextDocument(handler)) {
      report(0, "nothing is said here, expected a document", "remove it");
      return false;
    }
    struct Ignore final : YAML::EventHandler {
      int line = 0;
      void OnDocumentStart(const YAML::Mark& mark) override { line = mark.line; }
      void OnDocumentEnd() override {}
      void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
      void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
      void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    const std::string&) override {}
      void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                           YAML::EmitterStyle::value) override {}
      void OnSequenceEnd() override {}
      void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                      YAML::EmitterStyle::value) override {}
      void OnMapEnd() override {}
    } rest;
    if (!parser.HandleNextDocument(rest)) return true;
    report(rest.line, "the value ends before this line, expected nothing more",
           "check the indentation, or part documents by a line `---`");
  } catch (const StopParsing&) {
    // Its reason is reported already.
  } catch (const YAML::ParserException& failure) {
    report_exception(report, text, failure);
  } catch (const std::exception& failure) {
    report(0, fmt::format("could not be read: {}", failure.what()), "");
  }
  return false;
}

/// Position of the first octet that no YAML text may hold; npos where there is none.
std::size_t find_foreign_octet(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<std::uint8_t>(text[i]);
    if (c >= 0x20 && c != 0x7F) continue;
    const bool line_end = c == '\n' || (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n');
    if (!line_end && c != '\t') return i;
  }
  if (is_text(text)) return std::string_view::npos;
  std::size_t begin = 0;
  for (std::size_t end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    if (!is_text(text.substr(begin, end - begin))) break;
  }
  return begin;
}

/// yaml-cpp takes some controls for the end of the file, so none reaches it.
bool check_octets(std::string_view text, const Report& report) {
  const std::size_t at = find_foreign_octet(text);
  if (at == std::string_view::npos) return true;
  const auto line = static_cast<int>(std::ranges::count(text.substr(0, at), '\n'));
  const auto octet = static_cast<std::uint8_t>(text[at]);
  if (octet < 0x20 || octet == 0x7F)
    report(line, fmt::format("the control character 0x{:02x} stands here, expected text", octet),
           "write it as an escape in double quotes, octets as !!binary");
  else
    report(line, "this line is no UTF-8, expected UTF-8", "write octets as !!binary in base64");
  return false;
}

}  // namespace

std::optional<Document> parse_slice(const YamlSlice& slice, const std::string& file,
                                    const LoadFile& load_file, Diagnostics& problems, int& line) {
  const std::size_t problems_before = problems.size();
  const Report report{file, slice.line, problems};
  line = slice.line;
  if (!check_octets(slice.text, report)) return std::nullopt;
  Builder builder(report, load_file);
  const bool parsed = parse_events(slice.text, builder, report);
  line = slice.line + builder.root_line();
  if (!parsed || problems.size() > problems_before) return std::nullopt;
  return builder.take();
}

int line_in_slice(const YamlSlice& slice, std::string_view json_pointer, int otherwise) {
  Diagnostics ignored;
  const std::string no_file;
  const Report report{no_file, slice.line, ignored};
  if (!check_octets(slice.text, report)) return otherwise;
  LineFinder finder(json_pointer);
  static_cast<void>(parse_events(slice.text, finder, report));
  return finder.line() < 0 ? otherwise : slice.line + finder.line();
}

struct YamlReader::Impl {
  YamlStream stream;
  std::string file;
  std::optional<YamlSlice> upcoming;
  int line = 0;
};

YamlReader::YamlReader(std::string_view text, std::string file)
    : impl_(new Impl{.stream = YamlStream(text), .file = std::move(file), .upcoming = {}}) {
  impl_->upcoming = impl_->stream.next();
}

YamlReader::~YamlReader() = default;

std::optional<Document> YamlReader::next(Diagnostics& problems) {
  if (!impl_->upcoming) return std::nullopt;
  const YamlSlice slice = *impl_->upcoming;
  impl_->upcoming = impl_->stream.next();
  return parse_slice(slice, impl_->file, {}, problems, impl_->line);
}

bool YamlReader::at_end() const noexcept {
  return !impl_->upcoming;
}

int YamlReader::line() const noexcept {
  return impl_->line;
}

int line_of(std::string_view text, int document_line, std::string_view json_pointer) {
  YamlStream stream(text);
  std::optional<YamlSlice> found;
  while (const auto slice = stream.next()) {
    if (slice->line > document_line) break;
    found = slice;
  }
  return found ? line_in_slice(*found, json_pointer, document_line) : document_line;
}

}  // namespace understudy::store
