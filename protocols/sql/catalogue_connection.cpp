#include "protocols/sql/catalogue_connection.hpp"

#include <algorithm>

namespace understudy::sql {

std::string in_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

bool names_table(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::any_of(list, [&](std::string_view each) {
    return name == each || (name.ends_with(each) && name.size() > each.size() &&
                            name[name.size() - each.size() - 1] == '.');
  });
}

bool BoundedConnection::fail(std::string_view why, bool spent) {
  problem_ = in_one_line(why);
  spent_ = spent_ || spent;
  return false;
}

std::chrono::milliseconds BoundedConnection::time_left() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
}

bool BoundedConnection::add_octets(std::size_t octets) {
  octets_ += octets;
  return octets_ <= most_octets_ ||
         spend("it is larger than " + std::to_string(most_octets_ >> 20U) + " MB");
}

}  // namespace understudy::sql
