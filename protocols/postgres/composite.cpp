#include "protocols/postgres/composite.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "protocols/postgres/transcode.hpp"
#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"

namespace understudy::postgres {
namespace {

constexpr std::size_t dimensions_cap = 6;  // MAXDIM
constexpr std::size_t elements_cap = std::size_t{1} << 24;
constexpr std::uint32_t null_element_length = 0xFFFFFFFF;

struct Dimension {
  std::uint32_t size = 0;
  std::int32_t lower_bound = 1;
};

struct Array {
  std::vector<Dimension> dimensions;
  std::vector<std::optional<std::string>> elements;  // text, row by row
};

bool is_null_word(std::string_view text) noexcept {
  return text.size() == 4 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'u' &&
         (text[2] | 0x20) == 'l' && (text[3] | 0x20) == 'l';
}

void append_element(const std::optional<std::string>& element, std::string& out) {
  if (!element) return void(out += "NULL");
  const bool quoted = element->empty() || is_null_word(*element) ||
                      element->find_first_of("\"\\{}, \t\n\r\v\f") != std::string::npos;
  if (!quoted) return void(out += *element);
  out += '"';
  for (const char c : *element) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_level(const Array& array, std::size_t level, std::size_t& next, std::string& out) {
  out += '{';
  for (std::uint32_t i = 0; i < array.dimensions[level].size; ++i) {
    if (i > 0) out += ',';
    if (level + 1 < array.dimensions.size())
      append_level(array, level + 1, next, out);
    else
      append_element(array.elements[next++], out);
  }
  out += '}';
}

void append_array(const Array& array, std::string& out) {
  if (array.dimensions.empty()) return void(out += "{}");
  bool bounds = false;
  for (const Dimension& dimension : array.dimensions) bounds |= dimension.lower_bound != 1;
  if (bounds) {
    for (const auto& [size, lower] : array.dimensions)
      out += fmt::format("[{}:{}]", lower, static_cast<std::int64_t>(lower) + size - 1);
    out += '=';
  }
  std::size_t next = 0;
  append_level(array, 0, next, out);
}

/// Number of elements; nothing where there are too many.
std::optional<std::size_t> volume(const std::vector<Dimension>& dimensions) {
  std::size_t count = dimensions.empty() ? 0 : 1;
  for (const Dimension& dimension : dimensions) {
    if (dimension.size > elements_cap) return std::nullopt;
    count *= dimension.size;
    if (count > elements_cap) return std::nullopt;
  }
  return count;
}

/// Reads array text: `[1:2]={{…},{…}}`.
class ArrayText {
 public:
  explicit ArrayText(std::string_view text) noexcept : rest_(text) {}

  bool read(Array& array) {
    if (!read_bounds(array)) return false;
    if (rest_ == "{}") return array.dimensions.clear(), true;
    const bool sized = !array.dimensions.empty();
    const std::vector<Dimension> announced = array.dimensions;
    array.dimensions.clear();
    if (!read_level(array, 0) || !rest_.empty()) return false;
    if (!sized) return true;
    if (announced.size() != array.dimensions.size()) return false;
    for (std::size_t i = 0; i < announced.size(); ++i)
      if (announced[i].size != array.dimensions[i].size) return false;
    array.dimensions = announced;
    return true;
  }

 private:
  bool accept(char c) noexcept {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool read_integer(std::int32_t& value) noexcept {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  bool read_bounds(Array& array) {
    while (accept('[')) {
      std::int32_t lower = 0, upper = 0;
      if (!read_integer(lower) || !accept(':') || !read_integer(upper) || !accept(']'))
        return false;
      const std::int64_t size = static_cast<std::int64_t>(upper) - lower + 1;
      if (size < 1 || size > static_cast<std::int64_t>(elements_cap)) return false;
      array.dimensions.push_back({static_cast<std::uint32_t>(size), lower});
      if (array.dimensions.size() > dimensions_cap) return false;
    }
    return array.dimensions.empty() || accept('=');
  }

  bool read_level(Array& array, std::size_t level) {
    if (level >= dimensions_cap || !accept('{')) return false;
    const bool first_visit = array.dimensions.size() == level;
    if (first_visit) array.dimensions.push_back({});
    std::uint32_t size = 0;
    do {
      const bool nested = rest_.starts_with('{');
      if (nested ? !read_level(array, level + 1) : !read_leaf(array, level)) return false;
      ++size;
    } while (accept(','));
    if (!accept('}')) return false;
    if (first_visit) array.dimensions[level].size = size;
    return array.dimensions[level].size == size;
  }

  bool read_leaf(Array& array, std::size_t level) {
    if (array.dimensions.size() != level + 1 || array.elements.size() >= elements_cap) return false;
    std::string element;
    if (accept('"')) {
      while (!rest_.empty() && rest_.front() != '"') {
        if (rest_.front() == '\\') rest_.remove_prefix(1);
        if (rest_.empty()) return false;
        element += rest_.front();
        rest_.remove_prefix(1);
      }
      array.elements.emplace_back(std::move(element));
      return accept('"');
    }
    while (!rest_.empty() && rest_.front() != ',' && rest_.front() != '}') {
      if (rest_.front() == '"' || rest_.front() == '{') return false;
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) return false;
      element += rest_.front();
      rest_.remove_prefix(1);
    }
    if (element.empty()) return false;
    if (is_null_word(element))
      array.elements.emplace_back(std::nullopt);
    else
      array.elements.emplace_back(std::move(element));
    return true;
  }

  std::string_view rest_;
};

void append_field(const std::string& field, std::string& out) {
  const bool quoted =
      field.empty() || field.find_first_of("\"\\(), \t\n\r\v\f") != std::string::npos;
  if (!quoted) return void(out += field);
  out += '"';
  for (const char c : field) {
    if (c == '"' || c == '\\') out += c;
    out += c;
  }
  out += '"';
}

}  // namespace

bool array_to_text(Bytes binary, std::string& out) {
  ByteReader reader(binary);
  const auto dimension_count = reader.be<std::uint32_t>();
  (void)reader.be<std::uint32_t>();  // whether nulls occur: the elements tell
  const auto element = reader.be<std::uint32_t>();
  if (reader.failed() || dimension_count > dimensions_cap) return false;
  Array array;
  for (std::uint32_t i = 0; i < dimension_count; ++i) {
    const auto size = reader.be<std::uint32_t>();
    array.dimensions.push_back({size, static_cast<std::int32_t>(reader.be<std::uint32_t>())});
  }
  const auto count = volume(array.dimensions);
  if (reader.failed() || !count || *count > reader.remaining() / 4) return false;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto length = reader.be<std::uint32_t>();
    if (length == null_element_length) {
      array.elements.emplace_back(std::nullopt);
      continue;
    }
    if (!binary_to_text(element, reader.take(length),
                        array.elements.emplace_back(std::string()).value()))
      return false;
  }
  if (!reader.complete()) return false;
  if (*count == 0) array.dimensions.clear();
  append_array(array, out);
  return true;
}

bool array_to_binary(Oid element, std::string_view text, std::vector<std::uint8_t>& out) {
  Array array;
  if (!ArrayText(text).read(array)) return false;
  bool nulls = false;
  for (const auto& value : array.elements) nulls |= !value;
  ByteWriter writer(out);
  writer.be(static_cast<std::uint32_t>(array.dimensions.size()));
  writer.be(static_cast<std::uint32_t>(nulls));
  writer.be(element);
  for (const auto& [size, lower] : array.dimensions) {
    writer.be(size);
    writer.be(static_cast<std::uint32_t>(lower));
  }
  for (const auto& value : array.elements) {
    const std::size_t at = writer.position();
    writer.be(null_element_length);
    if (!value) continue;
    if (!text_to_binary(element, *value, out)) return false;
    writer.patch_be(at, static_cast<std::uint32_t>(writer.position() - at - 4));
  }
  return true;
}

bool record_to_text(Bytes binary, std::string& out) {
  ByteReader reader(binary);
  const auto count = reader.be<std::uint32_t>();
  if (reader.failed() || count > reader.remaining() / 8) return false;
  out += '(';
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    const auto type = reader.be<std::uint32_t>();
    const auto length = reader.be<std::uint32_t>();
    if (length == null_element_length) continue;
    std::string field;
    const Bytes octets = reader.take(length);
    if (reader.failed() || !binary_to_text(type, octets, field)) return false;
    append_field(field, out);
  }
  out += ')';
  return reader.complete();
}

}  // namespace understudy::postgres
