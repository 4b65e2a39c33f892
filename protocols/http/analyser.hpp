// The compiling role: identity, dependencies and image of recorded exchanges.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocols/http/evidence.hpp"
#include "understudy/analyser.hpp"

namespace understudy::http {

class HttpAnalyser final : public Analyser {
 public:
  void use(const Secrets& secrets) override { secrets_ = secrets; }
  void learn(const SessionHeader& session, const Exchange& exchange) override;
  Analysis analyse(const SessionHeader& session, const Exchange& exchange,
                   std::vector<Problem>& problems) override;
  Identity identify(const Document& request, std::vector<Problem>& problems) override;
  std::optional<Document> condition(const Document& request,
                                    std::vector<Problem>& problems) override;
  std::optional<Document> whole_request(const Document& request) override;
  std::string encode(const Document& request, const Document& answer,
                     std::vector<Problem>& problems) override;
  /// Polls, retries, rate limits: a service may answer otherwise for being asked again.
  [[nodiscard]] Document profile() const override { return {{"counts_asks", true}}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> shapes() const override;

 private:
  const Evidence& evidence();
  Document settled(const std::string& canonical, const Document& answer);

  Secrets secrets_;
  Evidence evidence_;
  bool concluded_ = false;
  bool has_unkeyed_placeholders_ = false;
  // The fields of the first answer of its content, for the answers that differ in volatile ones.
  std::unordered_map<std::string, Document> first_headers_;
};

}  // namespace understudy::http
