#include "compile/model/full_step.hpp"

#include <doctest/doctest.h>

namespace understudy::compile {
namespace {

Analysis with_everything() {
  Analysis analysis;
  analysis.identity = {std::string("UPDATE t\0seven", 14), "text"};
  analysis.session = "role=ann";
  analysis.control_name = "sp";
  analysis.unsteady = "now()";
  analysis.image = std::string("\0image", 6);
  analysis.effect = Effect::write;
  analysis.control = Control::savepoint;
  analysis.changed = false;
  analysis.waited = true;
  analysis.understood = false;
  analysis.reads = {{}, {"t"}, {"t", "id", "=7"}};
  analysis.contents = {{"0", std::string(300, 'k')}};
  analysis.writes = {{"t", "id", std::string("=\0\xFF", 3)}};
  analysis.writes_otherwise = {{"u"}};
  analysis.determined = {{{"t"}, "content", true}, {{"u"}, "", false}};
  analysis.rows.reads = {{"t", {{"id", {"=7", "=8"}}, {"name", {}}}}};
  RowChange change;
  change.kind = RowChange::Kind::upsert;
  change.table = "t";
  change.where = {{"id", {"=7"}}};
  change.rows = {{{"id", Cell("=7")}, {"name", Cell()}}, {}};
  change.set = {{"name", Cell("null")}};
  change.target = {"id"};
  change.generates = true;
  change.count = 1'000'000;
  analysis.rows.changes = {change, RowChange()};
  analysis.rows.seen = {{"t", {{{"id", Cell("=7")}}}, true, false}, {"u", {}, false, true}};
  analysis.rows.violation = UniqueViolation{"t", "t_pkey", {"id"}};
  return analysis;
}

TEST_CASE("what a step says of keys and rows is unpacked as it was packed") {
  Step step;
  keep_analysis(with_everything(), step);
  const Analysis expected = with_everything();
  const FullStep full(step);
  CHECK(full.reads == expected.reads);
  CHECK(full.contents == expected.contents);
  CHECK(full.writes == expected.writes);
  CHECK(full.writes_otherwise == expected.writes_otherwise);
  REQUIRE(full.determined.size() == 2);
  CHECK(full.determined[0].path == KeyPath{"t"});
  CHECK(full.determined[0].content == "content");
  CHECK(full.determined[0].whatever_answered);
  CHECK_FALSE(full.determined[1].whatever_answered);
  REQUIRE(full.rows.reads.size() == 1);
  CHECK(full.rows.reads[0].where[0].values == std::vector<std::string>{"=7", "=8"});
  CHECK(full.rows.reads[0].where[1].column == "name");
  REQUIRE(full.rows.changes.size() == 2);
  const RowChange& change = full.rows.changes[0];
  CHECK(change.kind == RowChange::Kind::upsert);
  CHECK(change.where[0].column == "id");
  CHECK(change.rows == expected.rows.changes[0].rows);
  CHECK(change.set == expected.rows.changes[0].set);
  CHECK(change.target == std::vector<std::string>{"id"});
  CHECK(change.generates);
  CHECK(change.count == 1'000'000);
  CHECK(full.rows.changes[1].kind == RowChange::Kind::update);
  CHECK_FALSE(full.rows.changes[1].count);
  REQUIRE(full.rows.seen.size() == 2);
  CHECK(full.rows.seen[0].rows == expected.rows.seen[0].rows);
  CHECK(full.rows.seen[0].each_once);
  CHECK_FALSE(full.rows.seen[0].touched);
  CHECK(full.rows.seen[1].touched);
  REQUIRE(full.rows.violation);
  CHECK(full.rows.violation->constraint == "t_pkey");
  CHECK(full.rows.violation->columns == std::vector<std::string>{"id"});
}

TEST_CASE("what passes ask at every turn is kept beside") {
  Step step;
  keep_analysis(with_everything(), step);
  const Analysis expected = with_everything();
  CHECK(step.analysis.identity.canonical == expected.identity.canonical);
  CHECK(step.analysis.identity.qualifier == "text");
  CHECK(step.analysis.image == expected.image);
  CHECK(step.analysis.session() == "role=ann");
  CHECK(step.analysis.control_name() == "sp");
  CHECK(step.analysis.unsteady() == "now()");
  CHECK(step.analysis.control == Control::savepoint);
  CHECK_FALSE(step.analysis.changed);
  CHECK(step.analysis.waited);
  CHECK_FALSE(step.analysis.understood);
}

TEST_CASE("a replay keeps the keys only of what is watched") {
  Step read, watch;
  Analysis analysis = with_everything();
  analysis.control = Control::none;
  keep_analysis(std::move(analysis), read);
  analysis = with_everything();
  analysis.control = Control::watch;
  keep_analysis(std::move(analysis), watch);
  keep_for_replay(read);
  keep_for_replay(watch);
  CHECK(FullStep(read).reads.empty());
  CHECK(FullStep(watch).reads.size() == 3);
}

}  // namespace
}  // namespace understudy::compile
