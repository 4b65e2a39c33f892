#include "protocols/sql/emulator/known_answers.hpp"

namespace understudy::sql::emulator {

void KnownAnswers::note(std::string_view question, std::string_view contents,
                        std::string_view image) {
  const auto found = answers_.find(question);
  Answers& answers = found != answers_.end()
                         ? found->second
                         : answers_.emplace(std::string(question), Answers()).first->second;
  if (answers.contradicted) return;
  if (const auto known = answers.by_contents.find(contents); known != answers.by_contents.end()) {
    if (known->second == image) return;
    answers.contradicted = true;
    answers.by_contents.clear();
    return;
  }
  if (octets_ + image.size() > most_octets) return;
  octets_ += image.size();
  answers.by_contents.emplace(contents, image);
}

const std::string* KnownAnswers::find(std::string_view question, std::string_view contents) const {
  const auto answers = answers_.find(question);
  if (answers == answers_.end()) return nullptr;
  const auto found = answers->second.by_contents.find(contents);
  return found == answers->second.by_contents.end() ? nullptr : &found->second;
}

Document KnownAnswers::document() const {
  Document document = Document::array();
  for (const auto& [question, answers] : answers_)
    for (const auto& [contents, image] : answers.by_contents)
      document.push_back({document_of(question), document_of(contents), document_of(image)});
  return document;
}

void KnownAnswers::read(const Document& document) {
  if (!document.is_array()) return;
  for (const Document& each : document)
    if (each.is_array() && each.size() == 3)
      note(octets_of(each[0]), octets_of(each[1]), octets_of(each[2]));
}

}  // namespace understudy::sql::emulator
