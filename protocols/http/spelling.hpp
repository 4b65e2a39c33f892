// Messages as session files spell them; README.md shows the shapes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http/message.hpp"
#include "understudy/document.hpp"
#include "understudy/secrets.hpp"

namespace understudy::http {

/// What a Date field is spelled as: serving puts the current time there.
inline constexpr std::string_view live_date = "now";

[[nodiscard]] Document request_document(const Message& request, std::size_t decoded_limit,
                                        const Secrets& secrets);

/// What of its request an answer is to be read with.
struct AnsweredRequest {
  std::string method;
  bool keep_alive = true;
  std::vector<std::string> authorities = {};  ///< by which the service may call itself
};

/// `warnings` gets what could not be kept by meaning.
[[nodiscard]] Document answer_document(const Message& answer, const AnsweredRequest& request,
                                       std::size_t decoded_limit, const Secrets& secrets,
                                       std::vector<std::string>& warnings);

/// Answer fields of the connection, the framing or the single answer.
[[nodiscard]] bool is_answer_noise(std::string_view name) noexcept;

}  // namespace understudy::http
