// Credentials of requests that are signed: another signature in each, by one and the same.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::http {

/// Who signed, without what is new in each request (time, nonce, signature), for the schemes that
/// name the two apart: AWS4-HMAC-SHA256, Digest, Hawk, OAuth 1, Signature, SharedKey and others of
/// their forms. `placeholder` replaces the signer's names. Nothing for credentials that are not
/// signatures.
[[nodiscard]] std::optional<std::string> signer_of(
    std::string_view credentials, const std::function<std::string(std::string_view)>& placeholder);

}  // namespace understudy::http
