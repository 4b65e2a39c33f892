// Another run of what was recorded, in which the client makes other values.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "compile/model/steps.hpp"
#include "compile/selftest/plain_values.hpp"
#include "table/service_section.hpp"

namespace understudy::compile {

/// Of one service: what it would be sent and should answer with other values in place of those that
/// vary.
class NextRun {
 public:
  /// `service` and `section`, its table, outlive it.
  NextRun(const LoadedService& service, const table::ServiceSection& section);

  /// The canonical request.
  [[nodiscard]] std::string request(const Step& step);
  /// The image that would be right. Each place is looked for twice: by what a value looks like, as
  /// serving does, and then by the very text that the client sent, whatever stands around it.
  [[nodiscard]] std::string truth(const Step& step);

 private:
  [[nodiscard]] const std::string* other(const std::string& folded);

  const LoadedService& service_;
  const table::ServiceSection& section_;
  std::unique_ptr<Analyser> analyser_;
  std::map<std::string, std::string> others_;
  PlainValues plain_;
};

}  // namespace understudy::compile
