#include "protocols/sql/contents/database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <utility>

#include "protocols/sql/contents/exact_functions.hpp"

namespace understudy::sql::contents {
namespace {

/// Of SQLite's virtual machine: seconds at most.
constexpr int steps_between_checks = 1'000'000, most_checks = 100;
constexpr std::size_t statements_kept = 2000;
/// The pages of an image are in memory already: few need to be kept twice.
constexpr const char* prepare_image = "PRAGMA journal_mode = MEMORY; PRAGMA cache_size = 64";

using Statement_ = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

// ---- functions ----

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

bool is_null(sqlite3_value* value) {
  return sqlite3_value_type(value) == SQLITE_NULL;
}

void unsure(sqlite3_context* context) {
  sqlite3_result_error(context, "unsure", -1);
}

void next_place(sqlite3_context* context, int, sqlite3_value**) {
  auto& last = *static_cast<std::int64_t*>(sqlite3_user_data(context));
  sqlite3_result_int64(context, ++last);
}

void required(sqlite3_context* context, int, sqlite3_value** values) {
  const bool allowed = *static_cast<const bool*>(sqlite3_user_data(context));
  is_null(values[0]) && !allowed ? unsure(context) : sqlite3_result_value(context, values[0]);
}

bool is_hidden(sqlite3_value* value) {
  return sqlite3_value_type(value) == SQLITE_TEXT && contents::is_hidden(text_of(value));
}

void known(sqlite3_context* context, int, sqlite3_value** values) {
  is_hidden(values[0]) ? unsure(context) : sqlite3_result_value(context, values[0]);
}

void hidden(sqlite3_context* context, int, sqlite3_value** values) {
  sqlite3_result_int(context, is_hidden(values[0]) ? 1 : 0);
}

void made(sqlite3_context* context, int, sqlite3_value** values) {
  if (!is_hidden(values[0])) return sqlite3_result_null(context);
  const Datum datum = made_of_hidden(text_of(values[0]));
  if (const auto* number = std::get_if<std::int64_t>(&datum))
    return sqlite3_result_int64(context, *number);
  if (const auto* text = std::get_if<std::string>(&datum))
    return sqlite3_result_text64(context, text->data(), text->size(), SQLITE_TRANSIENT,
                                 SQLITE_UTF8);
  sqlite3_result_null(context);
}

std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

void fitting(sqlite3_context* context, int, sqlite3_value** values) {
  const bool fits =
      is_null(values[0]) || characters(text_of(values[0])) <= sqlite3_value_int64(values[1]);
  fits ? sqlite3_result_value(context, values[0]) : unsure(context);
}

void sure(sqlite3_context* context, int, sqlite3_value** values) {
  sqlite3_value_int(values[0]) != 0 ? sqlite3_result_int(context, 1) : unsure(context);
}

void plain(sqlite3_context* context, int, sqlite3_value** values) {
  const std::string_view text = text_of(values[0]);
  const bool sure = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
  sure ? sqlite3_result_value(context, values[0]) : unsure(context);
}

void ascii(sqlite3_context* context, int, sqlite3_value** values) {
  const std::string_view text = text_of(values[0]);
  const bool sure = std::all_of(text.begin(), text.end(),
                                [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  sure ? sqlite3_result_value(context, values[0]) : unsure(context);
}

std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
    ++length;
  return length;
}

/// A pattern taken apart: characters that stand for themselves, `_` and `%`.
struct Mark {
  enum class Kind : std::uint8_t { itself, one, any } kind;
  std::string_view character;
};

/// False where the escape stands at the end.
bool read_pattern(std::string_view pattern, std::string_view escape, std::vector<Mark>& marks) {
  while (!pattern.empty()) {
    std::size_t length = character_length(pattern);
    std::string_view character = pattern.substr(0, length);
    pattern.remove_prefix(length);
    if (!escape.empty() && character == escape) {
      if (pattern.empty()) return false;
      length = character_length(pattern);
      marks.push_back({Mark::Kind::itself, pattern.substr(0, length)});
      pattern.remove_prefix(length);
    } else if (character == "_" || character == "%") {
      marks.push_back({character == "_" ? Mark::Kind::one : Mark::Kind::any, {}});
    } else {
      marks.push_back({Mark::Kind::itself, character});
    }
  }
  return true;
}

bool matches(std::string_view text, std::span<const Mark> marks) {
  std::size_t mark = 0, back_mark = marks.size();
  std::string_view back_text;
  bool can_go_back = false;
  while (!text.empty() || mark < marks.size()) {
    if (mark < marks.size() && marks[mark].kind == Mark::Kind::any) {
      back_mark = ++mark;
      back_text = text;
      can_go_back = true;
      continue;
    }
    const bool fits =
        mark < marks.size() && !text.empty() &&
        (marks[mark].kind == Mark::Kind::one || text.starts_with(marks[mark].character));
    if (fits) {
      text.remove_prefix(character_length(text));
      ++mark;
      continue;
    }
    if (!can_go_back || back_text.empty()) return false;
    back_text.remove_prefix(character_length(back_text));
    text = back_text;
    mark = back_mark;
  }
  return true;
}

void is_like(sqlite3_context* context, int, sqlite3_value** values) {
  if (is_null(values[0]) || is_null(values[1])) return sqlite3_result_null(context);
  std::vector<Mark> marks;
  if (!read_pattern(text_of(values[1]), text_of(values[2]), marks)) return unsure(context);
  sqlite3_result_int(context, matches(text_of(values[0]), marks) ? 1 : 0);
}

// ---- collation ----

/// As general collations order it: capitals, whichever was written.
unsigned char folded(unsigned char octet) {
  return octet >= 'a' && octet <= 'z' ? static_cast<unsigned char>(octet - 'a' + 'A') : octet;
}

bool is_printable(unsigned char octet) {
  return octet >= 0x20 && octet < 0x7F;
}

/// What is told of two texts when they are compared.
struct Doubts {
  bool doubted = false;  ///< the server may order them otherwise
};

enum class Folding : std::uint8_t { none, letters, doubted };

/// One order of all texts, so that an index can be kept in it.
template <Folding folding>
int compare_texts(void* doubts, int size, const void* text, int other_size, const void* other) {
  const std::basic_string_view a(static_cast<const unsigned char*>(text),
                                 static_cast<std::size_t>(size));
  const std::basic_string_view b(static_cast<const unsigned char*>(other),
                                 static_cast<std::size_t>(other_size));
  bool& doubted = static_cast<Doubts*>(doubts)->doubted;
  const std::size_t longest = std::max(a.size(), b.size());
  for (std::size_t i = 0; i < longest; ++i) {
    const unsigned char u = i < a.size() ? a[i] : ' ', v = i < b.size() ? b[i] : ' ';
    const unsigned char x = folding == Folding::none ? u : folded(u);
    const unsigned char y = folding == Folding::none ? v : folded(v);
    if (x == y) continue;
    const bool inside = i < a.size() && i < b.size();
    if (folding == Folding::none)
      doubted =
          doubted || (!inside && !(is_printable(x) && is_printable(y)) && x < 0x80 && y < 0x80);
    else
      doubted = doubted || !is_printable(x) || !is_printable(y);
    return x < y ? -1 : 1;
  }
  doubted = doubted || a.size() != b.size() || (folding == Folding::doubted && a != b);
  return 0;
}

void folded_text(sqlite3_context* context, int, sqlite3_value** values) {
  if (is_null(values[0])) return sqlite3_result_null(context);
  std::string text(text_of(values[0]));
  for (char& c : text) {
    if (!is_printable(static_cast<unsigned char>(c))) return unsure(context);
    c = static_cast<char>(folded(static_cast<unsigned char>(c)));
  }
  text.erase(text.find_last_not_of(' ') + 1);
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

struct Function {
  const char* name;
  int arguments;
  void (*call)(sqlite3_context*, int, sqlite3_value**);
};
constexpr Function functions[] = {{"known", 1, known}, {"made", 1, made}, {"hidden", 1, hidden},
                                  {"fitting", 2, fitting},
                                  {"sure", 1, sure},
                                  {"plain", 1, plain},
                                  {"ascii", 1, ascii},
                                  {"is_like", 3, is_like},
                                  {"folded_text", 1, folded_text}};

// ---- values ----

void bind(sqlite3_stmt* statement, int at, const Datum& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    sqlite3_bind_int64(statement, at, *number);
  else if (const auto* text = std::get_if<std::string>(&value))
    sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  else
    sqlite3_bind_null(statement, at);
}

/// False where it is of a kind that no column has.
bool read_row(sqlite3_stmt* statement, DatumRow& row) {
  const int count = sqlite3_column_count(statement);
  for (int i = 0; i < count; ++i) switch (sqlite3_column_type(statement, i)) {
      case SQLITE_NULL:
        row.emplace_back();
        break;
      case SQLITE_INTEGER:
        row.emplace_back(static_cast<std::int64_t>(sqlite3_column_int64(statement, i)));
        break;
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
        row.emplace_back(
            std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, i))));
        break;
      }
      default:
        return false;
    }
  return true;
}

}  // namespace

struct Database::Impl {
  std::shared_ptr<const DatabaseImage> image;
  ValueFunctions functions_of_dialect;
  unsigned char* memory = nullptr;
  sqlite3* database = nullptr;
  std::int64_t last_place = 0;
  bool allows_nulls = false;
  Doubts doubts;
  int checks = 0;
  std::map<std::string, Statement_, std::less<>> statements;

  /// With the first statement: most scopes never compute anything.
  void open() {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    sqlite3_open_v2(":memory:", &database, flags, nullptr);
    for (const Function& each : functions)
      sqlite3_create_function_v2(database, each.name, each.arguments,
                                 SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, each.call, nullptr,
                                 nullptr, nullptr);
    // Not deterministic: statements that are kept are to ask again whether NULL is allowed.
    sqlite3_create_function_v2(database, "required", 1, SQLITE_UTF8, &allows_nulls, required,
                               nullptr, nullptr, nullptr);
    add_exact_functions(database);
    add_value_functions(database, functions_of_dialect);
    sqlite3_create_collation_v2(database, "folded", SQLITE_UTF8, &doubts,
                                compare_texts<Folding::letters>, nullptr);
    sqlite3_create_collation_v2(database, "alike", SQLITE_UTF8, &doubts,
                                compare_texts<Folding::doubted>, nullptr);
    sqlite3_create_collation_v2(database, "padded", SQLITE_UTF8, &doubts,
                                compare_texts<Folding::none>, nullptr);
    sqlite3_create_function_v2(database, "next_place", 0, SQLITE_UTF8, &last_place, next_place,
                               nullptr, nullptr, nullptr);
    sqlite3_progress_handler(database, steps_between_checks, &Impl::check, this);
    if (image != nullptr && !load()) {
      sqlite3_close_v2(database);
      database = nullptr;
    }
  }

  bool load() {
    memory = image->memory();
    const auto size = static_cast<sqlite3_int64>(image->size());
    const auto room = static_cast<sqlite3_int64>(image->room());
    return memory != nullptr &&
           sqlite3_deserialize(database, "main", memory, size, room, 0) == SQLITE_OK &&
           sqlite3_exec(database, prepare_image, nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  sqlite3_stmt* prepared(std::string_view sql) {
    const auto found = statements.find(sql);
    if (found != statements.end()) return found->second.get();
    if (database == nullptr) open();
    if (database == nullptr) return nullptr;
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                       SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (statement == nullptr) return nullptr;
    if (statements.size() >= statements_kept) statements.clear();
    return statements.emplace(std::string(sql), Statement_(statement, &sqlite3_finalize))
        .first->second.get();
  }

  static int check(void* impl) { return ++static_cast<Impl*>(impl)->checks > most_checks ? 1 : 0; }
};

Database::Database(std::shared_ptr<const DatabaseImage> image, const ValueFunctions& further)
    : impl_(std::make_unique<Impl>()) {
  impl_->image = std::move(image);
  impl_->functions_of_dialect = further;
  if (impl_->image) impl_->last_place = impl_->image->last_place();
}

Database::~Database() {
  impl_->statements.clear();
  sqlite3_close_v2(impl_->database);
  if (impl_->memory != nullptr) impl_->image->return_memory(impl_->memory);
}

void Database::allow_nulls(bool allowed) noexcept {
  impl_->allows_nulls = allowed;
}

std::int64_t Database::last_place() const noexcept {
  return impl_->last_place;
}

std::shared_ptr<const DatabaseImage> Database::image() {
  if (impl_->database == nullptr) impl_->open();
  if (impl_->database == nullptr) return nullptr;
  // One without any table has no page yet, which would be no image.
  sqlite3_exec(impl_->database, "PRAGMA user_version = 1", nullptr, nullptr, nullptr);
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> octets(
      sqlite3_serialize(impl_->database, "main", &size, 0), &sqlite3_free);
  if (octets == nullptr) return nullptr;
  return DatabaseImage::of(
      {reinterpret_cast<const char*>(octets.get()), static_cast<std::size_t>(size)},
      impl_->last_place);
}

Outcome Database::run(std::string_view sql, std::span<const Datum> values,
                      std::vector<DatumRow>* rows) {
  sqlite3_stmt* const statement = impl_->prepared(sql);
  if (statement == nullptr) return Outcome::unsure;
  for (std::size_t i = 0; i < values.size(); ++i)
    bind(statement, static_cast<int>(i) + 1, values[i]);
  impl_->checks = 0;
  impl_->doubts.doubted = false;
  Outcome outcome = Outcome::done;
  std::size_t count = 0;
  int result = SQLITE_ROW;
  while (outcome == Outcome::done && (result = sqlite3_step(statement)) == SQLITE_ROW) {
    if (rows == nullptr) continue;
    if (!read_row(statement, rows->emplace_back()) || ++count > most_rows)
      outcome = Outcome::unsure;
  }
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  if (impl_->doubts.doubted) return Outcome::unsure;
  if (outcome != Outcome::done || result == SQLITE_DONE) return outcome;
  return (result & 0xFF) == SQLITE_CONSTRAINT ? Outcome::refused : Outcome::unsure;
}

std::int64_t Database::changed() const noexcept {
  return impl_->database == nullptr ? 0 : sqlite3_changes64(impl_->database);
}

}  // namespace understudy::sql::contents
