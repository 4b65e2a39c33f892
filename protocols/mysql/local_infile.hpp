// LOAD DATA LOCAL INFILE: the server asks for a file and the client sends it. What was sent is part
// of the request.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "understudy/analyser.hpp"
#include "understudy/bytes.hpp"

namespace understudy::mysql {

/// A file that the server asked the client for.
struct LocalInfile {
  std::string name;  ///< as the server asked
  std::uint64_t octets = 0;
  std::string sha256;  ///< of what the client sent, hexadecimal
};

/// Measures a file as it comes; nothing of it is kept.
class FileDigest {
 public:
  FileDigest();
  void add(Bytes data);
  /// What was added since the last `finish`, without its name.
  [[nodiscard]] LocalInfile finish();

 private:
  void begin();
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
  std::uint64_t octets_ = 0;
};

/// `infile` of a request.
[[nodiscard]] Document infile_document(const LocalInfile& file);
[[nodiscard]] LocalInfile infile_from_document(const Document& document,
                                               std::vector<Problem>& problems);

/// The mark of what was sent before the pattern of a statement: see append_marks.
void append_sent(const LocalInfile& file, std::string& canonical);

}  // namespace understudy::mysql
