#include "protocols/sql/schema_text.hpp"

#include <algorithm>

#include "protocols/sql/words.hpp"

namespace understudy::sql {
namespace {

std::string_view without_blanks(std::string_view line) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!line.empty() && blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  return line;
}

bool begins_with(std::string_view line, std::string_view lower) {
  return line.size() >= lower.size() && equals_folded(line.substr(0, lower.size()), lower);
}

/// As pg_dump writes it: one line.
bool is_copy_from_stdin(std::string_view line) {
  std::string folded(line);
  std::ranges::transform(folded, folded.begin(), to_lower);
  return folded.starts_with("copy ") && folded.find(" from stdin") != std::string::npos &&
         folded.ends_with(";");
}

/// Reads line by line. What lies between two changes of the delimiter is split as a whole, because
/// strings and bodies of functions go over several lines.
class Splitter {
 public:
  Splitter(std::string_view file, Mode mode) : file_(file), mode_(mode) {}

  std::vector<SchemaStatement> run() {
    for (std::size_t begin = 0; begin < file_.size();) {
      const std::size_t end = std::min(file_.find('\n', begin), file_.size());
      take(file_.substr(begin, end - begin));
      begin = end + 1;
      ++line_;
    }
    flush();
    return std::move(statements_);
  }

 private:
  void take(std::string_view line) {
    const std::string_view text = without_blanks(line);
    const bool postgres = mode_.dialect == Dialect::postgres;
    if (copying_) {
      copying_ = text != "\\.";
      line = {};
    } else if (postgres && text.starts_with('\\')) {
      line = {};
    } else if (postgres && is_copy_from_stdin(text)) {
      copying_ = true;
      line = {};
    } else if (!postgres && begins_with(text, "delimiter ")) {
      flush();
      delimiter_ = without_blanks(text.substr(10));
      first_line_ = line_ + 1;
      return;
    }
    chunk_ += line;
    chunk_ += '\n';
  }

  void flush() {
    if (delimiter_ == ";") {
      for (const std::string_view statement : split(chunk_, mode_)) add(statement);
    } else {
      std::string_view rest = chunk_;
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(delimiter_), rest.size());
        add(rest.substr(0, end));
        rest.remove_prefix(std::min(end + delimiter_.size(), rest.size()));
      }
    }
    chunk_.clear();
    first_line_ = line_ + 1;
  }

  void add(std::string_view statement) {
    if (std::ranges::all_of(statement, [](char c) {
          return c == '\n' || without_blanks({&c, 1}).empty();
        }))
      return;
    const auto before = static_cast<std::size_t>(statement.data() - chunk_.data());
    const auto lines = std::ranges::count(std::string_view(chunk_).substr(0, before), '\n');
    statements_.push_back({std::string(statement), first_line_ + static_cast<int>(lines)});
  }

  std::string_view file_;
  Mode mode_;
  std::vector<SchemaStatement> statements_;
  std::string chunk_;  // with lines for what was left out, so that they can be counted
  std::string delimiter_ = ";";
  int line_ = 1, first_line_ = 1;
  bool copying_ = false;
};

}  // namespace

std::vector<SchemaStatement> schema_statements(std::string_view file, Mode mode) {
  return Splitter(file, mode).run();
}

std::string place_of(const SchemaFile& file, int line) {
  return file.name + ":" + std::to_string(line);
}

void doubt(Schema& schema, const std::string& table, const std::string& why) {
  const auto found = schema.find(table);
  if (found != schema.end() && found->second.doubt.empty()) found->second.doubt = why;
}

}  // namespace understudy::sql
