#include "store/yaml_stream.hpp"

namespace understudy::store {

namespace {

std::string_view line_at(std::string_view text, std::size_t offset) {
  return text.substr(offset, text.find('\n', offset) - offset);
}

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) &&
         (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

bool is_blank_or_comment(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

bool is_blank(std::string_view slice) {
  for (std::size_t offset = 0; offset < slice.size();) {
    std::string_view line = line_at(slice, offset);
    offset += line.size() + 1;
    if (is_marker(line, "---") || is_marker(line, "...")) line.remove_prefix(3);
    if (!is_blank_or_comment(line)) return false;
  }
  return true;
}

}  // namespace

YamlStream::YamlStream(std::string_view text) noexcept : text_(text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
}

std::optional<YamlSlice> YamlStream::next() noexcept {
  while (offset_ < text_.size()) {
    const YamlSlice slice = cut();
    if (!is_blank(slice.text)) return slice;
  }
  return std::nullopt;
}

YamlSlice YamlStream::cut() noexcept {
  const std::size_t begin = offset_;
  YamlSlice slice{.text = {}, .line = line_};
  bool may_begin = true;  // nothing but comments and directives so far: `---` begins this document
  while (offset_ < text_.size()) {
    const std::string_view line = line_at(text_, offset_);
    const bool begins = is_marker(line, "---");
    if ((begins && !may_begin) || is_marker(line, "...")) {
      slice.closed = true;
      break;
    }
    may_begin = may_begin && !begins && (is_blank_or_comment(line) || line.front() == '%');
    offset_ = std::min(offset_ + line.size() + 1, text_.size());
    ++line_;
  }
  slice.text = text_.substr(begin, offset_ - begin);
  if (slice.closed && text_[offset_] == '.') {
    offset_ = std::min(offset_ + line_at(text_, offset_).size() + 1, text_.size());
    ++line_;
  }
  return slice;
}

}  // namespace understudy::store
