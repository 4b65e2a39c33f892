// The compiling role: what a recorded exchange reads, writes and is answered with.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocols/redis/contents.hpp"
#include "protocols/redis/profile.hpp"
#include "protocols/redis/request.hpp"
#include "protocols/redis/value.hpp"
#include "understudy/analyser.hpp"

namespace understudy::redis {

class RedisAnalyser final : public Analyser {
 public:
  void learn(const SessionHeader& session, const Exchange& exchange) override;
  Analysis analyse(const SessionHeader& session, const Exchange& exchange,
                   std::vector<Problem>& problems) override;
  Identity identify(const Document& request, std::vector<Problem>& problems) override;
  std::string encode(const Document& request, const Document& answer,
                     std::vector<Problem>& problems) override;
  void use(const Secrets& secrets) override { secrets_ = secrets; }
  [[nodiscard]] Document profile() const override { return profile_.to_document(); }
  void restore(const Document& profile) override { profile_.merge(profile); }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> shapes() const override;

 private:
  void learn_user(const SessionHeader& session, std::string_view user, const Document& answer);

  Secrets secrets_;
  Profile profile_;
  std::set<std::pair<std::string, std::uint32_t>>
      strangers_;  ///< sessions that were refused as such
  bool serves_strangers_ = false;
  KeyKinds kinds_;
  std::map<std::string, std::string> shapes_;
};

}  // namespace understudy::redis
