#include "compile/values/texts.hpp"

#include <algorithm>

#include "match/places.hpp"
#include "understudy/document_text.hpp"

namespace understudy::compile {
namespace {

std::string text_of_leaf(const Document& leaf) {
  if (leaf.is_string()) return leaf.get<std::string>();
  if (leaf.is_binary()) return {leaf.get_binary().begin(), leaf.get_binary().end()};
  return leaf.is_number() ? json_text(leaf) : std::string();
}

template <class Take>
void each_leaf(const Document& document, const Take& take) {
  if (document.is_structured())
    for (const auto& item : document) each_leaf(item, take);
  else
    take(text_of_leaf(document));
}

}  // namespace

void Texts::add(std::string_view text) {
  if (text.size() < shortest || !texts_.emplace(text).second) return;
  by_beginning_[std::string(text.substr(0, shortest))].emplace_back(text);
}

void Texts::each_part_of(std::string_view text, const Take& take) const {
  for (const match::Part& part : match::parts_of(text))
    if (const auto found = texts_.find(std::string(text.substr(part.begin, part.size)));
        found != texts_.end())
      take(*found);
}

void Texts::each_part(const Document& document, const Take& take) const {
  each_leaf(document, [&](const std::string& leaf) { each_part_of(leaf, take); });
}

void Texts::each_within(std::string_view text, const Take& take) const {
  for (std::size_t at = 0; at + shortest <= text.size(); ++at) {
    const auto alike = by_beginning_.find(std::string(text.substr(at, shortest)));
    if (alike == by_beginning_.end()) continue;
    for (const std::string& each : alike->second)
      if (text.substr(at).starts_with(each)) take(each);
  }
}

bool Texts::hidden_in(const Document& document) const {
  std::size_t whole = 0, anywhere = 0;
  each_leaf(document, [&](const std::string& leaf) {
    each_part_of(leaf, [&](const std::string&) { ++whole; });
    each_within(leaf, [&](const std::string&) { ++anywhere; });
  });
  return anywhere > whole;
}

}  // namespace understudy::compile
