#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "store/file.hpp"
#include "store/session_file.hpp"
#include "store/session_format.hpp"

namespace understudy::store {

namespace {

/// Two significant digits, so that recording again gives nearly no difference.
std::uint64_t rounded(std::uint64_t milliseconds) {
  std::uint64_t unit = 1;
  while (milliseconds / unit >= 100) unit *= 10;
  return (milliseconds + unit / 2) / unit * unit;
}

Document header_document(const SessionHeader& header) {
  Document session = {{"service", header.service},
                      {"protocol", header.protocol},
                      {"recording", header.recording},
                      {"connection", header.connection},
                      {"started", header.started}};
  if (!header.facts.is_null() && !header.facts.empty()) session["facts"] = header.facts;
  return {{"understudy", session_version}, {"session", std::move(session)}};
}

/// `at` comes last: a document that has it is complete.
Document exchange_document(const Exchange& exchange) {
  Document document = {{"request", exchange.request}, {"answer", exchange.answer}};
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(exchange.ended.time -
                                                                          exchange.began.time);
  if (took.count() >= shortest_told_ms)
    document["took_ms"] = rounded(static_cast<std::uint64_t>(took.count()));
  document["at"] = Document::array({exchange.began.tick, exchange.ended.tick});
  return document;
}

Document gap_document(const Gap& gap) {
  return {{"gap", gap.reason}, {"at", Document::array({gap.since.tick, gap.noticed.tick})}};
}

bool is_deeper_than(const Document& node, std::size_t depth) {
  if (!node.is_structured()) return false;
  if (depth == 0) return true;
  return std::any_of(node.begin(), node.end(),
                     [&](const Document& item) { return is_deeper_than(item, depth - 1); });
}

std::size_t size_of(const Document& scalar) {
  return scalar.is_string() ? scalar.get_ref<const std::string&>().size()
                            : scalar.get_binary().size();
}

}  // namespace

struct SessionWriter::Impl {
  std::filesystem::path folder;
  SessionHeader header;
  std::filesystem::path path;
  int descriptor = -1;
  unsigned filed_away = 0;
  bool header_written = false;

  ~Impl() {
    if (descriptor >= 0) ::close(descriptor);
  }

  bool open(std::string& problem) {
    if (descriptor >= 0) return true;
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor >= 0) return true;
    problem = fmt::format("{} can't be created: {}", path.string(),
                          std::generic_category().message(errno));
    return false;
  }

  std::optional<std::string> file_away(const Document& scalar, std::string& problem) {
    const bool valid = scalar.is_string() && is_text_but_for_nul(scalar);
    const std::string octets = octets_of(scalar);
    const std::string name =
        fmt::format("{}.{}.{}", path.stem().string(), filed_away + 1, valid ? "txt" : "bin");
    if (!write_new_file(folder / name, octets, problem)) return std::nullopt;
    ++filed_away;
    return name;
  }

  static bool is_text_but_for_nul(const Document& scalar) {
    std::string text = scalar.get<std::string>();
    std::erase(text, '\0');
    return is_text(text);
  }

  bool append(const Document& document, std::string& problem) {
    if (is_deeper_than(document, max_yaml_depth)) {
      problem = fmt::format("an exchange is nested deeper than {} and is left out", max_yaml_depth);
      return false;
    }
    if (!open(problem)) return false;
    std::string text;
    if (!header_written) write_yaml(text, header_document(header));
    text += "---\n";
    write_yaml(text, document, [&](const Document& scalar) -> std::optional<std::string> {
      if (size_of(scalar) <= large_body || !problem.empty()) return std::nullopt;
      return file_away(scalar, problem);
    });
    if (!problem.empty()) return false;
    if (!append_whole(descriptor, text, problem)) {
      problem = path.string() + " " + problem;
      return false;
    }
    header_written = true;
    return true;
  }

  template <class Make>
  bool try_to_append(const Make& make_document, std::string& problem) {
    problem.clear();
    try {
      return append(make_document(), problem);
    } catch (const std::exception& failure) {
      problem = fmt::format("{} can't be written: {}", path.string(), failure.what());
      return false;
    }
  }
};

SessionWriter::SessionWriter(std::filesystem::path sessions_folder, SessionHeader header)
    : impl_(new Impl) {
  const std::string name =
      fmt::format("{}.{}.{:03}.yaml", header.recording, header.service, header.connection);
  impl_->path = sessions_folder / name;
  impl_->folder = std::move(sessions_folder);
  impl_->header = std::move(header);
}

SessionWriter::~SessionWriter() = default;
SessionWriter::SessionWriter(SessionWriter&&) noexcept = default;
SessionWriter& SessionWriter::operator=(SessionWriter&&) noexcept = default;

void SessionWriter::set_facts(Document facts) {
  impl_->header.facts = std::move(facts);
}

bool SessionWriter::append(const Exchange& exchange, std::string& problem) {
  return impl_->try_to_append([&] { return exchange_document(exchange); }, problem);
}

bool SessionWriter::append(const Gap& gap, std::string& problem) {
  return impl_->try_to_append([&] { return gap_document(gap); }, problem);
}

const std::filesystem::path& SessionWriter::path() const noexcept {
  return impl_->path;
}

}  // namespace understudy::store
