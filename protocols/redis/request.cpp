#include "protocols/redis/request.hpp"

#include <fmt/format.h>

#include "understudy/document_text.hpp"

namespace understudy::redis {

namespace {

void append_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(0x80 | (number & 0x7F));
  out += static_cast<char>(number);
}

std::uint64_t take_number(std::string_view& octets) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; !octets.empty() && shift < 64; shift += 7) {
    const auto octet = static_cast<std::uint8_t>(octets.front());
    octets.remove_prefix(1);
    number |= static_cast<std::uint64_t>(octet & 0x7F) << shift;
    if (octet < 0x80) break;
  }
  return number;
}

std::string_view take_octets(std::string_view& octets) {
  const std::uint64_t length = take_number(octets);
  const std::string_view taken = octets.substr(0, length);
  octets.remove_prefix(taken.size());
  return taken;
}

constexpr std::uint32_t names_user = 1U << 31;  // databases have smaller numbers

}  // namespace

void make_canonical(const ResolvedCommand& resolved, Arguments arguments, std::uint32_t db,
                    std::string_view user, std::string& out) {
  out.assign(resolved.name);
  out += '\0';
  OptionArea options;
  if (resolved.command != nullptr) {
    options = option_area(*resolved.command);
    if (is_server_wide(*resolved.command)) db = 0;
  }
  append_number(out, user.empty() ? db : db | names_user);
  if (!user.empty()) {
    append_number(out, user.size());
    out += user;
  }
  for (std::size_t i = resolved.name_arguments; i < arguments.size(); ++i) {
    append_number(out, arguments[i].size());
    if (options.contains(i))
      append_upper(out, arguments[i]);
    else
      out += arguments[i];
  }
}

CommandLine read_canonical(std::string_view canonical) {
  CommandLine line;
  const std::size_t end = canonical.find('\0');
  const std::string_view name = canonical.substr(0, end);
  const std::size_t space = name.find(' ');
  if (name != unnameable) line.words.emplace_back(name.substr(0, space));
  if (space != std::string_view::npos) line.words.emplace_back(name.substr(space + 1));
  if (end == std::string_view::npos) return line;
  canonical.remove_prefix(end + 1);
  line.db = static_cast<std::uint32_t>(take_number(canonical));
  if ((line.db & names_user) != 0) line.user = take_octets(canonical);
  line.db &= ~names_user;
  while (!canonical.empty()) line.words.emplace_back(take_octets(canonical));
  return line;
}

Document request_document(const CommandLine& line) {
  const std::vector<std::string_view> views = line.views();
  ResolvedCommand resolved;
  resolve(views, resolved);
  Document command = Document::array();
  for (std::size_t i = 0; i < views.size(); ++i) {
    std::string word(views[i]);
    if (i < resolved.name_arguments)
      for (char& octet : word)
        if (octet >= 'a' && octet <= 'z') octet = static_cast<char>(octet - 'a' + 'A');
    command.push_back(document_of(word));
  }
  Document request = Document::object();
  request["command"] = std::move(command);
  if (line.db != 0) request["db"] = line.db;
  if (!line.user.empty()) request["user"] = document_of(line.user);
  return request;
}

namespace {

// The octets of one word. People write numbers without quotes; a recorder writes text.
bool read_word(const Document& node, std::string& word) {
  if (node.is_string() || node.is_binary())
    word = octets_of(node);
  else if (node.is_number_unsigned())
    word = std::to_string(node.get<std::uint64_t>());
  else if (node.is_number_integer())
    word = std::to_string(node.get<std::int64_t>());
  else
    return false;
  return true;
}

void read_words(const Document& command, CommandLine& line, std::vector<Problem>& problems) {
  for (std::size_t i = 0; i < command.size(); ++i) {
    std::string word;
    if (!read_word(command[i], word))
      problems.push_back(
          {"/request/command/" + std::to_string(i),
           fmt::format("{} where the octets of an argument were expected", json_text(command[i])),
           "put it in quotes"});
    line.words.push_back(std::move(word));
  }
}

}  // namespace

CommandLine read_request(const Document& request, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  CommandLine line;
  if (!request.is_object() || !request.contains("command") || !request["command"].is_array() ||
      request["command"].empty()) {
    problems.push_back({"/request",
                        "no command: a list of a command's name and its arguments was expected",
                        "write `command: [GET, key]`"});
    return line;
  }
  read_words(request["command"], line, problems);
  for (const auto& [key, node] : request.items()) {
    if (key == "command") continue;
    if (key == "user" && read_word(node, line.user)) continue;
    if (key != "db")
      problems.push_back(
          {"/request/" + key, "an unknown key; `command`, `db` and `user` are known", ""});
    else if (!node.is_number_integer() || node.get<std::int64_t>() < 0 ||
             node.get<std::int64_t>() > 0x7FFFFFFF)
      problems.push_back({"/request/db", "the number of a database was expected", ""});
    else
      line.db = node.get<std::uint32_t>();
  }
  if (problems.size() != before) line.words.clear();
  return line;
}

namespace {

bool needs_quotes(std::string_view word) {
  for (const char octet : word)
    if ((octet >= 0 && octet <= ' ') || octet == '"' || octet == '\'' || octet == '\\' ||
        octet == 0x7F)
      return true;
  return word.empty() || !is_text(word);
}

void append_quoted(std::string& out, std::string_view word) {
  const bool text = is_text(word);
  out += '"';
  for (const char octet : word) {
    const auto number = static_cast<unsigned>(static_cast<std::uint8_t>(octet));
    if (octet == '"' || octet == '\\')
      (out += '\\') += octet;
    else if (octet == '\n')
      out += "\\n";
    else if (octet == '\r')
      out += "\\r";
    else if (octet == '\t')
      out += "\\t";
    else if (number < 0x20 || number == 0x7F || (number >= 0x80 && !text))
      out += fmt::format("\\x{:02x}", number);
    else
      out += octet;
  }
  out += '"';
}

// Cut where a character of UTF-8 begins, so that what is left of text stays text.
std::string_view shortened(std::string_view word, std::size_t longest) {
  if (word.size() <= longest) return word;
  while (longest > 0 && (static_cast<std::uint8_t>(word[longest]) & 0xC0U) == 0x80U) --longest;
  return word.substr(0, longest);
}

}  // namespace

std::string quoted_line(const CommandLine& line, std::size_t longest) {
  std::string out;
  for (const std::string& word : line.words) {
    if (!out.empty()) out += ' ';
    const std::string_view shown = shortened(word, longest);
    if (needs_quotes(shown))
      append_quoted(out, shown);
    else
      out += shown;
    if (shown.size() < word.size()) out += fmt::format("…({} octets)", word.size());
  }
  if (line.db != 0) out += fmt::format(" (db {})", line.db);
  if (!line.user.empty()) out += fmt::format(" (user {})", line.user);
  return out;
}

}  // namespace understudy::redis
