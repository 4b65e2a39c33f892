// Answers to questions that are not computed, by the contents that they were given of: who asks the
// same of equal contents gets the same, whatever led there.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "understudy/document.hpp"

namespace understudy::sql::emulator {

class KnownAnswers {
 public:
  /// `question`: all that was asked; `contents`: all that it could be answered of. Two answers to
  /// one question of equal contents show that it is a matter of something else: it has none then.
  void note(std::string_view question, std::string_view contents, std::string_view image);
  [[nodiscard]] bool has(std::string_view question) const { return answers_.contains(question); }
  /// Null where there is none. Valid until the next note().
  [[nodiscard]] const std::string* find(std::string_view question, std::string_view contents) const;

  [[nodiscard]] Document document() const;
  void read(const Document& document);

 private:
  struct Answers {
    bool contradicted = false;
    std::map<std::string, std::string, std::less<>> by_contents;
  };
  static constexpr std::size_t most_octets = 64U << 20;

  std::map<std::string, Answers, std::less<>> answers_;
  std::size_t octets_ = 0;
};

}  // namespace understudy::sql::emulator
