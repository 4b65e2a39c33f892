#include "protocols/http/alike.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "protocols/http/ascii.hpp"

namespace understudy::http {
namespace {

using Id = ComparedExchange::Id;
using Asks = std::vector<const ComparedExchange*>;  // of one request in one recording, in order

// So many answers must be equal that could have been others.
constexpr std::size_t enough_answers = 3;

/// All uses of one request.
struct Uses {
  std::map<Id, Asks> by_recording;
  bool with_field = false;

  /// The same request asked otherwise was answered otherwise.
  [[nodiscard]] bool differ() const {
    const Asks& first = by_recording.begin()->second;
    for (const auto& [recording, asks] : by_recording) {
      for (std::size_t i = 1; i < asks.size(); ++i)
        if (are_told_apart(*asks[i - 1], *asks[i])) return true;
      for (std::size_t i = 0; i < std::min(asks.size(), first.size()); ++i)
        if (are_told_apart(*first[i], *asks[i])) return true;
    }
    return false;
  }

  /// Answers of two recordings that are equal although they were asked for otherwise; null where
  /// there are none.
  template <class Differ>
  [[nodiscard]] const Asks* alike(const Differ& differ) const {
    const Asks& first = by_recording.begin()->second;
    for (const auto& [recording, asks] : by_recording)
      if (first[0]->value != 0 && asks[0]->value != 0 && differ(first[0]->value, asks[0]->value))
        return &asks;
    return nullptr;
  }

 private:
  static bool are_told_apart(const ComparedExchange& a, const ComparedExchange& b) {
    return a.value != b.value && a.answer != b.answer;
  }
};

/// What each kind of request was answered with.
std::map<Id, std::set<Id>> answers_by_kind(std::span<const ComparedExchange> exchanges) {
  std::map<Id, std::set<Id>> answers;
  for (const ComparedExchange& one : exchanges)
    if (one.contents != 0) answers[one.kind].insert(one.contents);
  return answers;
}

/// An element of a list without its parameters: `de-AT;q=0.8` is `de`, `text/html;level=1` is
/// `text/html`.
std::string_view element(std::string_view name, std::string_view part) {
  part = trimmed(part.substr(0, part.find(';')));
  return name == "accept-language" ? part.substr(0, part.find('-')) : part;
}

}  // namespace

bool makes_no_difference(std::span<const ComparedExchange> exchanges,
                         const std::function<bool(Id, Id)>& differ) {
  std::map<Id, Uses> requests;
  for (const ComparedExchange& one : exchanges) {
    Uses& uses = requests[one.asked];
    uses.by_recording[one.recording].push_back(&one);
    uses.with_field |= one.value != 0;
  }
  const auto answers = answers_by_kind(exchanges);
  std::set<Id> telling;
  for (const auto& [asked, uses] : requests) {
    if (!uses.with_field) continue;
    if (uses.differ()) return false;
    const Asks* alike = uses.alike(differ);
    if (alike == nullptr) return false;
    for (const ComparedExchange* one : *alike) {
      const auto others = answers.find(one->kind);
      if (one->contents != 0 && others->second.size() > 1) telling.insert(one->contents);
    }
  }
  return telling.size() >= enough_answers;
}

bool may_make_no_difference(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 6> of_presentation = {
      "accept", "accept-language", "accept-charset", "origin", "referer", "x-requested-with"};
  return is_among(name, of_presentation);
}

bool ask_otherwise(std::string_view name, std::string_view a, std::string_view b) {
  if (!name.starts_with("accept")) return a != b;
  std::set<std::string_view> asked;
  for_each_part(a, ',', [&](std::string_view part) { asked.insert(element(name, part)); });
  bool otherwise = std::ranges::none_of(
      asked, [](std::string_view one) { return one.find('*') != std::string_view::npos; });
  for_each_part(b, ',', [&](std::string_view part) {
    const std::string_view one = element(name, part);
    otherwise &= !asked.contains(one) && one.find('*') == std::string_view::npos;
  });
  return otherwise;
}

}  // namespace understudy::http
