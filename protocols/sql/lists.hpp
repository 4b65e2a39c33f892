// IN lists are sets: their values stand in one order whatever order they were written in.
#pragma once

#include <string>
#include <string_view>

namespace understudy::sql {

/// Sorts the values of each IN list of a canonical request, which begins at `begin` of `canonical`.
void sort_lists(std::string& canonical, std::size_t begin = 0);
/// So with its qualifier, four octets a value, which begins at `qualifier_begin` of `qualifier`.
void sort_lists(std::string& canonical, std::size_t begin, std::string& qualifier,
                std::size_t qualifier_begin);

}  // namespace understudy::sql
