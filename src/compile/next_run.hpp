// Another run of what was recorded, in which the client makes other values.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "compile/load.hpp"
#include "match/renamer.hpp"
#include "table/service_section.hpp"

namespace understudy::compile {

/// Of one service. What it was sent and answered with other values in place of those that vary.
class NextRun {
 public:
  using Found = table::ServiceSection::Found;

  /// `service` and `section`, its table, outlive it; `renaming` is shared by all services.
  NextRun(const LoadedService& service, const table::ServiceSection& section,
          std::shared_ptr<match::Renaming> renaming);

  /// Forgets what is bound, for another recording.
  void start() { renamer_.clear(); }
  /// See match::Renamer::propose.
  [[nodiscard]] match::Renamer::Proposal ask(const Step& step,
                                             const match::Renamer::AnswerOf& answer_of);
  void bind(const match::Renamer::Proposal& proposal) { renamer_.bind(proposal); }
  [[nodiscard]] match::Renamer::Rewritten told(const table::format::AnswerRecord& answer) {
    return renamer_.rewrite(answer);
  }
  /// The image that would be right.
  [[nodiscard]] std::string truth(const Step& step);

 private:
  [[nodiscard]] const std::string* other(const std::string& folded);

  const LoadedService& service_;
  const table::ServiceSection& section_;
  match::Renamer renamer_;
  std::unique_ptr<Analyser> analyser_;
  std::map<std::string, std::string> others_;
};

}  // namespace understudy::compile
