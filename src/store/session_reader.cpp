#include <limits>

#include "store/file.hpp"
#include "store/session_file.hpp"
#include "store/session_format.hpp"
#include "store/shape.hpp"
#include "store/yaml_stream.hpp"
#include "understudy/document_text.hpp"

namespace understudy::store {

namespace {

/// The last line of a slice that holds anything.
std::string_view last_line(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  const std::size_t line_feed = text.rfind('\n');
  return line_feed == std::string_view::npos ? text : text.substr(line_feed + 1);
}

/// `at: [3, 4]` in the first column: nothing is missing, for the writer puts it last. A prefix of
/// it lacks the bracket, and lines of longer values are indented.
bool ends_with_at(std::string_view text) {
  const std::string_view line = last_line(text);
  return line.starts_with("at: [") && line.ends_with("]");
}

/// Takes the beginning of a next `---` away that a kill cut off.
void drop_torn_marker(YamlSlice& slice) {
  if (slice.closed) return;
  const std::string_view line = last_line(slice.text);
  if ((line == "-" || line == "--") && slice.text.ends_with(line))
    slice.text.remove_suffix(line.size());
}

Diagnostic warning(const std::string& file, int line, std::string what, std::string hint) {
  return {.severity = Severity::warning,
          .file = file,
          .line = line,
          .what = std::move(what),
          .hint = std::move(hint)};
}

/// An unclosed first document that can only be a header in the making.
bool is_torn_header(const YamlSlice& slice) {
  constexpr std::string_view beginning = "understudy:";
  return !slice.closed && (slice.text.starts_with(beginning) || beginning.starts_with(slice.text));
}

void read_connection(const Document& connection, Shape& shape, SessionHeader& header) {
  constexpr std::uint64_t highest = std::numeric_limits<std::uint32_t>::max();
  if (connection.get<std::uint64_t>() <= highest)
    header.connection = connection.get<std::uint32_t>();
  else
    shape.report(
        "/session/connection",
        fmt::format("`connection` is {}, expected at most {}", json_text(connection), highest),
        "number the connections of a service from 1");
}

std::optional<SessionHeader> read_header(const Document& document, Shape& shape) {
  if (!shape.is(document, "", Kind::map, "the header")) return std::nullopt;
  const Document* version =
      shape.member(document, "", "understudy", Kind::count, Presence::required);
  if (!version) return std::nullopt;
  if (*version != session_version) {
    shape.report("/understudy",
                 fmt::format("the session is of format version {}, expected {}",
                             json_text(*version), session_version),
                 "read it with the release that wrote it");
    return std::nullopt;
  }
  shape.only(document, "", {"understudy", "session"});
  const Document* session = shape.member(document, "", "session", Kind::map, Presence::required);
  if (!session) return std::nullopt;
  shape.only(*session, "/session",
             {"service", "protocol", "recording", "connection", "started", "facts"});
  SessionHeader header;
  const auto text = [&](const char* key, Presence presence, std::string& target) {
    if (const Document* found = shape.member(*session, "/session", key, Kind::text, presence))
      target = found->get<std::string>();
  };
  text("service", Presence::required, header.service);
  text("protocol", Presence::required, header.protocol);
  text("recording", Presence::required, header.recording);
  text("started", Presence::optional, header.started);
  if (const Document* connection =
          shape.member(*session, "/session", "connection", Kind::count, Presence::required))
    read_connection(*connection, shape, header);
  if (const Document* facts =
          shape.member(*session, "/session", "facts", Kind::map, Presence::optional))
    header.facts = *facts;
  return shape.count() == 0 ? std::optional(std::move(header)) : std::nullopt;
}

bool read_at(const Document& at, Shape& shape, Moment& began, Moment& ended) {
  const bool sound =
      at.size() == 2 && at[0].is_number_unsigned() && at[1].is_number_unsigned() && at[0] <= at[1];
  if (!sound) {
    shape.report(
        "/at",
        fmt::format("`at` is {}, expected [began, ended] as two rising ticks", json_text(at)),
        "copy the ticks of the exchange that it was made from");
    return false;
  }
  began.tick = at[0].get<std::uint64_t>();
  ended.tick = at[1].get<std::uint64_t>();
  return true;
}

std::optional<Gap> read_gap(const Document& document, Shape& shape) {
  shape.only(document, "", {"gap", "at"});
  Gap gap;
  if (const Document* reason = shape.member(document, "", "gap", Kind::text, Presence::required))
    gap.reason = reason->get<std::string>();
  if (const Document* at = shape.member(document, "", "at", Kind::list, Presence::required))
    static_cast<void>(read_at(*at, shape, gap.since, gap.noticed));
  return shape.count() > 0 ? std::nullopt : std::optional(std::move(gap));
}

std::optional<Exchange> read_exchange(Document& document, Shape& shape) {
  if (!shape.is(document, "", Kind::map, "the exchange")) return std::nullopt;
  shape.only(document, "", {"request", "answer", "took_ms", "at"});
  Exchange exchange;
  const Document* at = shape.member(document, "", "at", Kind::list, Presence::required);
  const Document* took = shape.member(document, "", "took_ms", Kind::count, Presence::optional);
  static_cast<void>(shape.member(document, "", "request", Kind::any, Presence::required));
  static_cast<void>(shape.member(document, "", "answer", Kind::any, Presence::required));
  if (at) static_cast<void>(read_at(*at, shape, exchange.began, exchange.ended));
  constexpr std::uint64_t longest_ms = std::uint64_t{1} << 40;
  if (took && took->get<std::uint64_t>() > longest_ms)
    shape.report("/took_ms", "`took_ms` is beyond all measure, expected milliseconds", "");
  if (shape.count() > 0) return std::nullopt;
  if (took) exchange.ended.time = std::chrono::milliseconds(took->get<std::int64_t>());
  exchange.request = std::move(document["request"]);
  exchange.answer = std::move(document["answer"]);
  return exchange;
}

}  // namespace

struct SessionReader::Impl {
  Impl(const std::filesystem::path& path, std::string octets)
      : folder(path.parent_path()), file(path.string()), text(std::move(octets)), stream(text) {}

  std::filesystem::path folder;
  std::string file;
  std::string text;
  YamlStream stream;
  SessionHeader header;
  YamlSlice slice;
  int line = 0;

  std::optional<Document> load(std::string_view name, std::string& problem) const {
    if (!is_plain_file_name(name)) {
      problem = fmt::format(
          "`!file {}` leads elsewhere, expected the name of a file beside the session", name);
      return std::nullopt;
    }
    auto octets = read_file(folder / name, Links::refuse, problem);
    if (!octets) {
      problem = fmt::format("the file `{}` {}", name, problem);
      return std::nullopt;
    }
    if (holds_octets(name))
      return Document::binary(std::vector<std::uint8_t>(octets->begin(), octets->end()));
    std::string without_nul = *octets;
    std::erase(without_nul, '\0');
    if (is_text(without_nul)) return Document(std::move(*octets));
    problem = fmt::format("the file `{}` holds no UTF-8, expected text", name);
    return std::nullopt;
  }

  std::optional<Document> parse(const YamlSlice& cut, Diagnostics& problems, int& first) const {
    const LoadFile load_file = [this](std::string_view name, std::string& problem) {
      return load(name, problem);
    };
    return parse_slice(cut, file, load_file, problems, first);
  }

  bool open(Diagnostics& problems) {
    const auto first = stream.next();
    if (!first || is_torn_header(*first)) {
      problems.push_back(warning(file, 0, "the session holds no whole exchange",
                                 "its recorder was stopped while it wrote; delete the file"));
      return false;
    }
    slice = *first;
    const auto document = parse(slice, problems, line);
    if (!document) return false;
    Shape shape(slice, line, file, problems);
    auto found = read_header(*document, shape);
    if (!found) return false;
    header = std::move(*found);
    return true;
  }

  std::optional<YamlSlice> cut(Diagnostics& problems) {
    auto following = stream.next();
    if (!following) return std::nullopt;
    drop_torn_marker(*following);
    if (following->closed || ends_with_at(following->text)) return following;
    problems.push_back(
        warning(file, following->line,
                "the last exchange is cut off and left out: expected `at: [began, ended]` as "
                "its last line",
                "delete it; or, if it is whole, end it with a line `...`"));
    return std::nullopt;
  }

  std::optional<ReadExchange> parse_exchange(const YamlSlice& cut, Diagnostics& problems) const {
    int first = cut.line;
    auto document = parse(cut, problems, first);
    if (!document) return std::nullopt;
    Shape shape(cut, first, file, problems);
    if (document->is_object() && document->contains("gap")) {
      auto gap = read_gap(*document, shape);
      return gap ? std::optional(ReadExchange{{}, first, std::move(gap)}) : std::nullopt;
    }
    auto exchange = read_exchange(*document, shape);
    if (!exchange) return std::nullopt;
    return ReadExchange{std::move(*exchange), first};
  }
};

SessionReader::SessionReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SessionReader::SessionReader(SessionReader&&) noexcept = default;
SessionReader& SessionReader::operator=(SessionReader&&) noexcept = default;
SessionReader::~SessionReader() = default;

std::optional<SessionReader> SessionReader::open(const std::filesystem::path& path,
                                                 Diagnostics& problems) {
  try {
    std::string problem;
    auto octets = read_file(path, Links::follow, problem);
    if (!octets) {
      problems.push_back({.file = path.string(), .what = problem, .hint = ""});
      return std::nullopt;
    }
    auto impl = std::make_unique<Impl>(path, std::move(*octets));
    if (!impl->open(problems)) return std::nullopt;
    return SessionReader(std::move(impl));
  } catch (const std::exception& failure) {
    problems.push_back({.file = path.string(), .what = failure.what(), .hint = ""});
    return std::nullopt;
  }
}

const SessionHeader& SessionReader::header() const noexcept {
  return impl_->header;
}

std::optional<Exchange> SessionReader::next(Diagnostics& problems) {
  while (const auto slice = cut(problems)) {
    impl_->slice = *slice;
    auto read = parse(*slice, problems);
    if (!read || read->gap) continue;
    impl_->line = read->line;
    return std::move(read->exchange);
  }
  return std::nullopt;
}

std::optional<YamlSlice> SessionReader::cut(Diagnostics& problems) {
  return impl_->cut(problems);
}

std::optional<ReadExchange> SessionReader::parse(const YamlSlice& slice,
                                                 Diagnostics& problems) const {
  try {
    return impl_->parse_exchange(slice, problems);
  } catch (const std::exception& failure) {
    problems.push_back(
        {.file = impl_->file, .line = slice.line, .what = failure.what(), .hint = ""});
    return std::nullopt;
  }
}

int SessionReader::line() const noexcept {
  return impl_->line;
}

int SessionReader::line_of(std::string_view json_pointer) const {
  return line_in_slice(impl_->slice, json_pointer, impl_->line);
}

}  // namespace understudy::store
