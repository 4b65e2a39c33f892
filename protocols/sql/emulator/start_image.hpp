// What beginnings of scopes share in both dialects: how they are kept, and made again.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "protocols/sql/emulator/start.hpp"
#include "understudy/bytes.hpp"

namespace understudy::sql::emulator {

/// What was made of documents, as long as somebody has it. Thread-safe.
template <class Made>
class SharedStarts {
 public:
  template <class Make>
  std::shared_ptr<const Made> get(const Document& document, const Make& make) {
    const std::scoped_lock lock(mutex_);
    std::weak_ptr<const Made>& known = made_[&document];
    if (auto start = known.lock()) return start;
    std::erase_if(
        made_, [&](const auto& each) { return each.first != &document && each.second.expired(); });
    std::shared_ptr<const Made> start = make();
    made_[&document] = start;
    return start;
  }

 private:
  std::mutex mutex_;
  std::map<const Document*, std::weak_ptr<const Made>> made_;
};

/// What stands behind `begin` in a comment at the head of a catalogue.
[[nodiscard]] std::string told_by_head(std::string_view catalogue, std::string_view begin);

/// Nothing is known of rows and numbers.
void forget_contents(contents::Contents& contents);

/// The columns of which not every value is known, for a person; empty where all are.
[[nodiscard]] std::string unknown_columns(const contents::TableState& table);

/// `start` has its contents already. Dialects add what they need to make the definitions again.
[[nodiscard]] Document document_of_start(const std::string& catalogue,
                                         const contents::Contents& contents, const Start& start);

/// `contents` has the definitions of the document's catalogue: its rows are in the image. False
/// where that is none of these tables.
[[nodiscard]] bool fill_from_image(const Document& document, Bytes image,
                                   contents::Contents& contents, Start& start);

}  // namespace understudy::sql::emulator
