#include "compile/selftest/plain_values.hpp"

#include <algorithm>

#include "understudy/document_text.hpp"

namespace understudy::compile {
namespace {

bool is_decimal(char octet) noexcept {
  return octet >= '0' && octet <= '9';
}

/// Digits, and what stands between them in a number or a time.
bool is_numeric(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char octet) {
    return is_decimal(octet) || std::string_view("-:. TZ+").find(octet) != std::string_view::npos;
  });
}

/// Whether text that ends, or goes on, in digits would be part of a longer number.
bool goes_on(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  if (begin > 0 && (is_decimal(text[begin - 1]) || text[begin - 1] == '.')) return true;
  if (end < text.size() && is_decimal(text[end])) return true;
  return end + 1 < text.size() && text[end] == '.' && is_decimal(text[end + 1]);
}

}  // namespace

void PlainValues::add(std::string_view recorded, std::string_view other) {
  constexpr std::size_t day = 10;
  const bool numeric = is_numeric(recorded);
  if (recorded.size() < head || recorded == other) return;
  if (numeric && recorded.size() == day && recorded.find('-') != std::string_view::npos) return;
  auto& values = by_head_[std::string(recorded.substr(0, head))];
  if (std::ranges::find(values, recorded, &Value::recorded) != values.end()) return;
  values.push_back({std::string(recorded), std::string(other)});
  std::ranges::stable_sort(values, std::ranges::greater(),
                           [](const Value& value) { return value.recorded.size(); });
}

const PlainValues::Value* PlainValues::find(std::string_view text, std::size_t at) const {
  const auto values = by_head_.find(std::string(text.substr(at, head)));
  if (values == by_head_.end()) return nullptr;
  for (const Value& value : values->second) {
    if (!text.substr(at).starts_with(value.recorded)) continue;
    if (is_numeric(value.recorded) && goes_on(text, at, at + value.recorded.size())) continue;
    return &value;
  }
  return nullptr;
}

std::string PlainValues::replaced_in_text(std::string_view text) const {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const Value* value = at + head <= text.size() ? find(text, at) : nullptr;
    if (value == nullptr) {
      result += text[at++];
    } else {
      result += value->other;
      at += value->recorded.size();
    }
  }
  return result;
}

Document PlainValues::replaced(const Document& document) const {
  if (by_head_.empty()) return document;
  if (document.is_string()) return replaced_in_text(document.get_ref<const std::string&>());
  if (document.is_number()) {
    Document other = parse_json(replaced_in_text(json_text(document)));
    return other.is_number() ? other : document;
  }
  if (document.is_binary()) {
    const auto& octets = document.get_binary();
    const std::string text = replaced_in_text(
        std::string_view(reinterpret_cast<const char*>(octets.data()), octets.size()));
    return Document::binary({text.begin(), text.end()});
  }
  if (!document.is_structured()) return document;
  Document copy = document;
  for (auto& item : copy) item = replaced(item);
  return copy;
}

}  // namespace understudy::compile
