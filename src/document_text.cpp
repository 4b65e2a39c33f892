#include "understudy/document_text.hpp"

#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "understudy/document_cbor.hpp"

namespace understudy {
namespace {

using Object = Document::object_t;
using Members = Object::Container;  // by place: an object's own [] looks for a name

/// Where a member is there twice, the last value counts, in the place of the first one.
void keep_last_values(Members& members) {
  constexpr std::size_t few = 16;  // are faster compared than hashed
  std::vector<std::size_t> first_of(members.size());
  std::unordered_map<std::string_view, std::size_t> first;
  bool repeated = false;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& name = members[i].first;
    first_of[i] = i;
    if (members.size() > few) {
      first_of[i] = first.emplace(name, i).first->second;
    } else {
      for (std::size_t k = 0; k < i && first_of[i] == i; ++k)
        if (members[k].first == name) first_of[i] = k;
    }
    repeated |= first_of[i] != i;
  }
  if (!repeated) return;
  Members kept;
  for (std::size_t i = 0; i < members.size(); ++i)
    members[first_of[i]].second = Document(members[i].second);
  for (std::size_t i = 0; i < members.size(); ++i)
    if (first_of[i] == i) kept.emplace_back(members[i].first, std::move(members[i].second));
  members = std::move(kept);
}

/// Makes a tree of what nlohmann's parsers tell. Its own builder looks for each member among all
/// those before it, which costs the square of an object's size.
class TreeBuilder {
 public:
  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(Document::number_integer_t value) { return add(value); }
  bool number_unsigned(Document::number_unsigned_t value) { return add(value); }
  bool number_float(Document::number_float_t value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Document::binary_t& value) { return add(std::move(value)); }
  bool start_object(std::size_t) { return open(Document::object()); }
  bool start_array(std::size_t) { return open(Document::array()); }
  bool key(std::string& name) {
    members().emplace_back(std::move(name), nullptr);
    return true;
  }
  bool end_object() {
    keep_last_values(members());
    return end_array();
  }
  bool end_array() {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }

  [[nodiscard]] Document finish(bool sound) {
    return sound ? std::move(root_) : Document(Document::value_t::discarded);
  }

 private:
  [[nodiscard]] Members& members() { return open_.back()->get_ref<Object&>(); }

  Document& place(Document value) {
    if (open_.empty()) return root_ = std::move(value);
    if (open_.back()->is_array()) return open_.back()->emplace_back(std::move(value));
    return members().back().second = std::move(value);
  }
  bool add(Document value) {
    place(std::move(value));
    return true;
  }
  bool open(Document empty) {
    open_.push_back(&place(std::move(empty)));
    return true;
  }

  Document root_;
  std::vector<Document*> open_;  // the innermost last: what is around it does not grow meanwhile
};

}  // namespace

Document parse_json(std::string_view text) {
  TreeBuilder builder;
  return builder.finish(Document::sax_parse(text, &builder));
}

Document read_cbor(Bytes encoded) {
  TreeBuilder builder;
  return builder.finish(Document::sax_parse(encoded.begin(), encoded.end(), &builder,
                                            Document::input_format_t::cbor));
}

std::string json_text(const Document& node, JsonForm form) {
  const int indent = form == JsonForm::indented ? 2 : -1;
  return node.dump(indent, ' ', form == JsonForm::ascii, Document::error_handler_t::replace);
}

}  // namespace understudy
