// A recording of PostgreSQL's statements, spelled in a few words, and the keys that it leads to.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compile/rows/row_keys.hpp"
#include "protocols/postgres/postgres.hpp"

namespace understudy::compile::test {

/// Statements of PostgreSQL with their answers, as one connection or several said them.
class Spoken {
 public:
  /// The answer is a tag, `columns: value value; value value`, or `error: CODE TABLE CONSTRAINT`.
  Spoken& say(const std::string& sql, const std::string& answer = "",
              std::uint32_t connection = 1) {
    Step step;
    std::vector<Problem> problems;
    const Exchange exchange{{{"sql", sql}}, answer_of(sql, answer), {}, {}};
    analyser_->learn({}, exchange);
    keep_analysis(analyser_->analyse({}, exchange, problems), step);
    REQUIRE(problems.empty());
    step.connection = connection;
    step.recording = recording_;
    steps_.push_back(std::move(step));
    return *this;
  }

  /// Of the statement said last: whether a read depends on something that it changes. All that is
  /// said before is the recording.
  [[nodiscard]] bool disturbs(const std::string& writer, const std::string& reader) const {
    const RowKeys rows(steps_, schema_, numbered_);
    const auto written = rows.writes_of(FullStep(find(writer)), true);
    const auto read = rows.reads_of(FullStep(find(reader)));
    return std::ranges::any_of(written, [&](const KeyPath& write) {
      return std::ranges::any_of(read, [&](const KeyPath& path) { return meet(write, path); });
    });
  }
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
  /// What follows is of the next recording.
  Spoken& record() {
    ++recording_;
    return *this;
  }
  Spoken& declare(const std::string& sql) {
    Diagnostics problems;
    analyser_->declare({"schema.sql", sql}, schema_, problems);
    REQUIRE(problems.empty());
    return *this;
  }
  /// The numbers of inserts into the table are computed.
  Spoken& number(const std::string& table) {
    numbered_.insert(table);
    return *this;
  }
  [[nodiscard]] const Schema& schema() const { return schema_; }

 private:
  static bool meet(const KeyPath& one, const KeyPath& other) {
    return std::equal(one.begin(),
                      one.begin() + static_cast<std::ptrdiff_t>(std::min(one.size(), other.size())),
                      other.begin());
  }

  [[nodiscard]] const Step& find(const std::string& sql) const {
    std::vector<Problem> problems;
    const std::string wanted = analyser_->identify({{"sql", sql}}, problems).canonical;
    const auto found = std::ranges::find_if(
        steps_, [&](const Step& step) { return step.analysis.identity.canonical == wanted; });
    REQUIRE(found != steps_.end());
    return *found;
  }

  static std::vector<std::string> split(const std::string& text, char mark) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : text + mark) {
      if (c != mark)
        part += c;
      else if (!part.empty())
        parts.push_back(std::exchange(part, {}));
    }
    return parts;
  }

  static Document answer_of(const std::string& sql, const std::string& answer) {
    const auto colon = answer.find(':');
    const std::string verb = sql.substr(0, sql.find(' '));
    if (answer.empty()) return {{"tag", verb == "INSERT" ? "INSERT 0 1" : verb + " 1"}};
    if (colon == std::string::npos) return {{"tag", answer}};
    if (answer.starts_with("error:")) {
      const auto words = split(answer.substr(colon + 1), ' ');
      return {{"error",
               {{"severity", "ERROR"},
                {"code", words.at(0)},
                {"message", "no"},
                {"table", words.at(1)},
                {"constraint", words.at(2)}}}};
    }
    Document document = {{"columns", Document::array()}, {"rows", Document::array()}};
    for (const std::string& name : split(answer.substr(0, colon), ' '))
      document["columns"].push_back({{"name", name}, {"type", "text"}});
    for (const std::string& line : split(answer.substr(colon + 1), ';')) {
      Document row = Document::array();
      for (const std::string& cell : split(line, ' ')) row.push_back(cell);
      document["rows"].push_back(row);
    }
    if (verb != "SELECT") document["tag"] = verb + " " + std::to_string(document["rows"].size());
    return document;
  }

  Schema schema_;
  std::set<std::string> numbered_;
  std::unique_ptr<Analyser> analyser_ = postgres::protocol().new_analyser();
  std::vector<Step> steps_;
  std::uint32_t recording_ = 0;
};

}  // namespace understudy::compile::test
