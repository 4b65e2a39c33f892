// What of a connection's settings decides what its statements do, as far as they are computed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "understudy/document.hpp"

namespace understudy::mysql::emulation {

struct SessionFacts {
  std::string problem = "the server's sql_mode is not known";  ///< empty: statements are computed
  std::string time_zone;
  std::optional<std::string> server_mode;  ///< what the server's sql_mode is
  std::string server_zone;                 ///< and its time zone
  bool strict = false;                     ///< values that a column does not take are refused
  bool checks_references = true;

  void set(std::string_view name, std::string_view value);
  /// The same with settings `name=value; …` that are not the usual ones.
  [[nodiscard]] SessionFacts with(std::string_view settings) const;
  [[nodiscard]] bool knows_mode() const noexcept { return mode_told_; }

 private:
  void set_mode(std::string_view sql_mode);
  bool mode_told_ = false;
};

/// `profile`: the analyser's.
[[nodiscard]] SessionFacts usual_session(const Document& profile);

}  // namespace understudy::mysql::emulation
