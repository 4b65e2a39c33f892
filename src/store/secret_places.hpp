// Where an exchange holds what stands for a secret, and what looks like one and was kept.
#pragma once

#include <string>
#include <vector>

#include "understudy/document.hpp"
#include "understudy/secrets.hpp"

namespace understudy::store {

struct SecretPlace {
  std::string where;  ///< within the document: `answer.rows[2].password`
  std::string kind;   ///< `password`, as its place is called; `JSON Web Token`, `password hash`
  /// A placeholder stands there; else an application has to read it back, as a hash in a row.
  bool replaced = false;
};

/// In the order in which they stand there. Names tell secrets by `secrets`. Of a result set the
/// columns give cells their names.
[[nodiscard]] std::vector<SecretPlace> secret_places(const Document& document,
                                                     const Secrets& secrets);

}  // namespace understudy::store
