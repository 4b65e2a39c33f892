#include "protocols/mysql/local_infile.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "protocols/mysql/document_keys.hpp"

namespace understudy::mysql {

FileDigest::FileDigest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  begin();
}

void FileDigest::begin() {
  octets_ = 0;
  EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}

void FileDigest::add(Bytes data) {
  octets_ += data.size();
  EVP_DigestUpdate(context_.get(), data.data(), data.size());
}

LocalInfile FileDigest::finish() {
  LocalInfile file{.name = {}, .octets = octets_, .sha256 = {}};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
  for (unsigned i = 0; i < length; ++i) file.sha256 += fmt::format("{:02x}", digest[i]);
  begin();
  return file;
}

Document infile_document(const LocalInfile& file) {
  return {{"name", document_of(file.name)}, {"octets", file.octets}, {"sha256", file.sha256}};
}

LocalInfile infile_from_document(const Document& document, std::vector<Problem>& problems) {
  LocalInfile file;
  const bool sound = document.is_object() && document.contains("octets") &&
                     document["octets"].is_number_integer() && document["octets"] >= 0 &&
                     document.contains("sha256") && document["sha256"].is_string();
  if (!sound) {
    problems.push_back(
        {"/request/infile", "expected a map with `name`, `octets` and `sha256`", ""});
    return file;
  }
  report_unknown_keys(document, {"name", "octets", "sha256"}, "/request/infile", problems);
  if (document.contains("name")) file.name = octets_of(document["name"]);
  file.octets = document["octets"].get<std::uint64_t>();
  file.sha256 = document["sha256"].get<std::string>();
  return file;
}

void append_sent(const LocalInfile& file, std::string& canonical) {
  canonical += fmt::format("(sent {} {}) ", file.octets, file.sha256);
}

}  // namespace understudy::mysql
