#include "protocols/redis/reply_shape.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocols/redis/command_table.hpp"
#include "protocols/redis/numbers.hpp"

namespace understudy::redis {

namespace {

// The end of the shape that `text` begins with.
std::size_t length_of(std::string_view text) {
  if (text.empty()) return 0;
  switch (text.front()) {
    case '0':
    case '~':
    case '?':
    case '*':
      return 1 + length_of(text.substr(1));
    case '@':
      return 2;
    case '%':
    case 'P':
    case 'M': {
      const std::size_t first = 1 + length_of(text.substr(1));
      return first + length_of(text.substr(first));
    }
    case '(':
    case '{': {
      std::size_t depth = 0;
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '(' || text[i] == '{') ++depth;
        if ((text[i] == ')' || text[i] == '}') && --depth == 0) return i + 1;
      }
      return text.size();
    }
    default:
      return 1;
  }
}

constexpr std::string_view anything = ".";

// Shapes that hold themselves, or are held by several.
std::string_view named_shape(char name) {
  switch (name) {
    case 'i':  // COMMAND INFO: name, arity, flags, keys, categories, tips, key specifications,
               // subcommands
      return "(..~....~.~.~{flags:~. begin_search:{spec:%..} find_keys:{spec:%..}}?@i)";
    case 'd':  // COMMAND DOCS
      return "{doc_flags:~. history:~. arguments:*@a subcommands:%.@d}";
    case 'a':  // an argument in COMMAND DOCS
      return "{flags:~. arguments:*@a}";
    default:
      return anything;
  }
}

// A shape taken apart.
struct Parts {
  bool null_is_array = false;
  char form = '.';
  std::string_view first = anything;   // of the elements, of the keys
  std::string_view second = anything;  // of the values
  std::string_view inner;              // between ( ) or { }

  explicit Parts(std::string_view shape) {
    if (shape.starts_with('0')) {
      null_is_array = true;
      shape.remove_prefix(1);
    }
    if (shape.starts_with('@')) {
      *this = Parts(named_shape(shape.back()));
      return;
    }
    if (shape.empty()) return;
    form = shape.front();
    shape.remove_prefix(1);
    if (form == '(' || form == '{') {
      inner = shape.substr(0, shape.size() - 1);
    } else if (!shape.empty()) {
      first = shape.substr(0, length_of(shape));
      shape.remove_prefix(first.size());
      if (!shape.empty()) second = shape;
    }
  }

  // The shape of element `index` of a tuple.
  [[nodiscard]] std::string_view element(std::size_t index) const {
    std::string_view rest = inner;
    for (; index > 0 && !rest.empty(); --index) rest.remove_prefix(length_of(rest));
    return rest.empty() ? anything : rest.substr(0, length_of(rest));
  }

  // The shape of a field's value in `{a:A b*:B}`; `b*` is every field that begins with b.
  [[nodiscard]] std::string_view field(std::string_view name) const {
    if (form != '{') return second;
    for (std::string_view rest = inner; !rest.empty();) {
      const std::size_t colon = rest.find(':');
      const std::string_view key = rest.substr(0, colon);
      rest.remove_prefix(colon + 1);
      const std::size_t length = length_of(rest);
      const bool whole = key == name;
      const bool prefix = key.ends_with('*') && name.starts_with(key.substr(0, key.size() - 1));
      if (whole || prefix) return rest.substr(0, length);
      rest.remove_prefix(std::min(rest.size(), length + 1));
    }
    return anything;
  }
};

bool is_list(const Value& value) {
  return value.kind == Kind::array;
}
bool is_pair(const Value& value) {
  return is_list(value) && value.items.size() == 2;
}

std::vector<Value> flattened(std::vector<Value>& pairs) {
  std::vector<Value> flat;
  flat.reserve(pairs.size() * 2);
  for (Value& pair : pairs) std::ranges::move(pair.items, std::back_inserter(flat));
  return flat;
}

std::vector<Value> paired(std::vector<Value>& flat) {
  std::vector<Value> pairs;
  pairs.reserve(flat.size() / 2);
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
    std::vector<Value> items;
    items.push_back(std::move(flat[i]));
    items.push_back(std::move(flat[i + 1]));
    pairs.push_back(Value::aggregate(Kind::array, std::move(items)));
  }
  return pairs;
}

template <void (*Each)(Value&, std::string_view)>
void descend(Value& value, const Parts& parts) {
  if (value.kind == Kind::map) {
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
      Each(value.items[i], parts.form == '{' ? anything : parts.first);
      Each(value.items[i + 1], parts.field(value.items[i].text));
    }
    return;
  }
  const bool pairs = parts.form == 'P' || parts.form == 'M';
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    Value& item = value.items[i];
    if (pairs && is_pair(item)) {
      Each(item.items[0], parts.first);
      Each(item.items[1], parts.second);
    } else if (parts.form == '(') {
      Each(item, parts.element(i));
    } else {
      const bool of_list = parts.form == '*' || parts.form == '~' || parts.form == '?';
      Each(item, of_list ? parts.first : anything);
    }
  }
}

void lift_structure(Value& value, const Parts& parts) {
  std::vector<Value>& items = value.items;
  const bool even = items.size() % 2 == 0;
  switch (parts.form) {
    case '%':
    case '{':
      if (even) value.kind = Kind::map;
      return;
    case '~':
      value.kind = Kind::set;
      return;
    case '?':
      if (items.empty()) value.kind = Kind::set;
      return;
    case 'P':
      if (even && std::ranges::none_of(items, is_list)) items = paired(items);
      return;
    case 'M':
      if (!std::ranges::all_of(items, is_pair)) return;
      items = flattened(items);
      value.kind = Kind::map;
      return;
    default:
      return;
  }
}

void lift_scalar(Value& value, char form) {
  if (form == 'd' && value.kind == Kind::bulk_string && parse_double(value.text)) {
    value.kind = Kind::double_number;
  } else if (form == 'd' && value.kind == Kind::integer) {
    value = Value::of(Kind::double_number, std::to_string(value.integer));
  } else if (form == 't' && value.kind == Kind::bulk_string) {
    value.kind = Kind::verbatim;
    value.text.insert(0, "txt:");
  }
}

}  // namespace

void lift(Value& value, std::string_view shape) {
  const Parts parts(shape);
  if (value.kind == (parts.null_is_array ? Kind::null_array : Kind::null_bulk))
    value.kind = Kind::null;
  if (is_list(value)) lift_structure(value, parts);
  lift_scalar(value, parts.form);
  descend<lift>(value, parts);
}

void lower(Value& value, std::string_view shape) {
  const Parts parts(shape);
  descend<lower>(value, parts);
  value.attributes.clear();
  switch (value.kind) {
    case Kind::null:
      value.kind = parts.null_is_array ? Kind::null_array : Kind::null_bulk;
      return;
    case Kind::double_number:
    case Kind::big_number:
      value.kind = Kind::bulk_string;
      return;
    case Kind::verbatim:
      value.kind = Kind::bulk_string;
      value.text.erase(0, 4);
      return;
    case Kind::boolean:
      value.kind = Kind::integer;
      return;
    case Kind::bulk_error:
      value.kind = Kind::simple_error;
      return;
    case Kind::map:
      if (parts.form == 'M') value.items = paired(value.items);
      value.kind = Kind::array;
      return;
    case Kind::array:
      if (parts.form == 'P' && std::ranges::all_of(value.items, is_pair))
        value.items = flattened(value.items);
      return;
    case Kind::set:
    case Kind::push:
      value.kind = Kind::array;
      return;
    default:
      return;
  }
}

void unify_nulls(Value& value) {
  if (is_null(value.kind)) value.kind = Kind::null;
  for (Value& item : value.items) unify_nulls(item);
  for (Value& item : value.attributes) unify_nulls(item);
}

namespace {

// A row applies where `option` is among the arguments (if it names one) and there are at least
// `arguments` of them.
struct Row {
  std::string_view name;
  std::string_view option;
  std::size_t arguments;
  std::string_view shape;
};

// clang-format off
constexpr Row rows[] = {
    {"ACL GETUSER", "", 0, "{flags:~. selectors:*%..}"},
    {"ACL LOG", "", 0, "*{age-seconds:d}"},
    {"BLMOVE", "", 0, "0."},
    {"BLMPOP", "", 0, "0(.*.)"},
    {"BLPOP", "", 0, "0(..)"},
    {"BRPOP", "", 0, "0(..)"},
    {"BRPOPLPUSH", "", 0, "0."},
    {"BZMPOP", "", 0, "0(.*(.d))"},
    {"BZPOPMAX", "", 0, "0(..d)"},
    {"BZPOPMIN", "", 0, "0(..d)"},
    {"CLUSTER INFO", "", 0, "t"},
    {"CLUSTER LINKS", "", 0, "*%.."},
    {"CLUSTER NODES", "", 0, "t"},
    {"CLUSTER SHARDS", "", 0, "*{nodes:*%..}"},
    {"COMMAND", "", 0, "*@i"},
    {"COMMAND DOCS", "", 0, "%.@d"},
    {"COMMAND GETKEYSANDFLAGS", "", 0, "*(.~.)"},
    {"COMMAND INFO", "", 0, "*@i"},
    {"CONFIG GET", "", 0, "%.."},
    {"EXEC", "", 0, "0."},
    {"FUNCTION LIST", "", 0, "*{functions:*{flags:~.}}"},
    {"FUNCTION STATS", "", 0, "{running_script:%.. engines:%.%..}"},
    {"GEOPOS", "", 0, "*0(dd)"},
    {"HGETALL", "", 0, "%.."},
    {"HRANDFIELD", "WITHVALUES", 0, "P.."},
    {"INFO", "", 0, "t"},
    {"LATENCY DOCTOR", "", 0, "t"},
    {"LATENCY HISTOGRAM", "", 0, "%.{histogram_usec:%..}"},
    {"LCS", "IDX", 0, "%.."},
    {"LMPOP", "", 0, "0(.*.)"},
    {"LOLWUT", "", 0, "t"},
    {"LPOP", "", 3, "0*."},
    {"MEMORY DOCTOR", "", 0, "t"},
    {"MEMORY MALLOC-STATS", "", 0, "t"},
    {"MEMORY STATS", "", 0, "{db.*:%.. dataset.percentage:d peak.percentage:d allocator-fragmentation.ratio:d "
                            "allocator-rss.ratio:d rss-overhead.ratio:d fragmentation:d}"},
    {"MODULE LIST", "", 0, "*%.."},
    {"RPOP", "", 3, "0*."},
    {"SDIFF", "", 0, "~."},
    {"SINTER", "", 0, "~."},
    {"SMEMBERS", "", 0, "~."},
    {"SPOP", "", 3, "~."},
    {"SUNION", "", 0, "~."},
    {"XINFO CONSUMERS", "", 0, "*%.."},
    {"XINFO GROUPS", "", 0, "*%.."},
    {"XINFO STREAM", "", 0, "{groups:*{consumers:*%..}}"},
    {"XPENDING", "", 0, "(...0.)"},
    {"XREAD", "", 0, "0M.*."},
    {"XREADGROUP", "", 0, "0M.*(.0.)"},
    {"ZADD", "INCR", 0, "d"},
    {"ZDIFF", "WITHSCORES", 0, "P.d"},
    {"ZINCRBY", "", 0, "d"},
    {"ZINTER", "WITHSCORES", 0, "P.d"},
    {"ZMPOP", "", 0, "0(.*(.d))"},
    {"ZMSCORE", "", 0, "*d"},
    {"ZPOPMAX", "", 3, "P.d"},
    {"ZPOPMAX", "", 0, "(.d)"},
    {"ZPOPMIN", "", 3, "P.d"},
    {"ZPOPMIN", "", 0, "(.d)"},
    {"ZRANDMEMBER", "WITHSCORES", 0, "P.d"},
    {"ZRANGE", "WITHSCORES", 0, "P.d"},
    {"ZRANGEBYSCORE", "WITHSCORES", 0, "P.d"},
    {"ZRANK", "WITHSCORE", 0, "0(.d)"},
    {"ZREVRANGE", "WITHSCORES", 0, "P.d"},
    {"ZREVRANGEBYSCORE", "WITHSCORES", 0, "P.d"},
    {"ZREVRANK", "WITHSCORE", 0, "0(.d)"},
    {"ZSCORE", "", 0, "d"},
    {"ZUNION", "WITHSCORES", 0, "P.d"},
};
// clang-format on

bool has_option(Arguments arguments, std::string_view option) {
  return std::ranges::any_of(arguments.subspan(1), [&](std::string_view argument) {
    return equals_ignoring_case(argument, option);
  });
}

// With WITHCOORD each member stands with its distance and its hash, if asked for, and its position.
std::string_view shape_of_positions(Arguments arguments) {
  if (!has_option(arguments, "WITHCOORD")) return anything;
  const bool distance = has_option(arguments, "WITHDIST");
  const bool hash = has_option(arguments, "WITHHASH");
  return distance && hash ? "*(...(dd))" : distance || hash ? "*(..(dd))" : "*(.(dd))";
}

bool applies(const Row& row, Arguments arguments) {
  return arguments.size() >= row.arguments &&
         (row.option.empty() || has_option(arguments, row.option));
}

}  // namespace

std::string_view shape_of(std::string_view name, Arguments arguments) noexcept {
  if (name == "GEOSEARCH" || name.starts_with("GEORADIUS")) return shape_of_positions(arguments);
  for (const Row& row : rows)
    if (row.name == name && applies(row, arguments)) return row.shape;
  return anything;
}

}  // namespace understudy::redis
