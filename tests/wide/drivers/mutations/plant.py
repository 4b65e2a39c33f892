#!/usr/bin/env python3
"""Plants faults in a tree, one after the other, and says which test notices each.

    plant.py TREE [--only 1,4,7] [--build COMMAND] [--list]

TREE is changed and put back as it was. COMMAND builds targets in it: it is called with a preset and the targets, in TREE
(default: configure and build). A fault that does not compile counts as one that nobody noticed.
"""

import argparse
import pathlib
import subprocess
import sys

# What a fault is, the file, the text that stands there once, and what is planted in its place. Where nothing is told, a
# fault goes to the tests of its folder: see tests_for().
FAULTS = [
    ("views are not followed to the tables that they show", "protocols/sql/facts/effects.cpp",
     "      for (const tree::Query& view : member->views) visit(view);\n", ""),
    ("triggers do nothing", "protocols/sql/facts/effects.cpp",
     "      for (const tree::CreateRoutine& trigger : member->triggers) fire(trigger, event);\n", ""),
    ("rows that refer to others never follow", "protocols/sql/facts/effects.cpp",
     "      for (const Dependant& each : member->dependants) cascade(each, event);\n", ""),
    ("policies read nothing", "protocols/sql/facts/effects.cpp",
     "      for (const tree::Expression& policy : member->policies) visit(policy);\n", ""),
    ("what no declaration tells of a function is nothing", "protocols/sql/facts/effects.cpp",
     "    if (routines.empty()) return everything();\n", "    if (routines.empty()) return;\n"),
    ("defaults call no functions", "protocols/sql/facts/effects.cpp",
     "    for (const Name& function : called.names) call(function, Caller::expression);\n", ""),
    ("partitions are tables of their own", "protocols/sql/catalog/catalog.cpp",
     "  for (const tree::Name& parent : table.inherits) join_families(parent, table.name);\n", ""),
    ("a reference with CASCADE is as any other", "protocols/sql/catalog/catalog.cpp",
     "  return action != tree::ForeignAction::no_action && action != tree::ForeignAction::restrict;\n",
     "  return action == tree::ForeignAction::set_default;\n"),
    ("what a write writes to does not decide its answer", "protocols/sql/facts/dependencies.cpp",
     "      if (!definition_ || !path.empty()) add(found.reads, path);\n",
     "      if (definition_ && !path.empty()) add(found.reads, path);\n"),
    ("inserts take no numbers", "protocols/sql/facts/dependencies.cpp",
     "      if (!table.empty()) writes({std::string(outside_transactions), table.front()});\n", ""),
    ("definitions with CASCADE touch what they name alone", "protocols/sql/facts/definitions.cpp",
     "    return followed && !dropped->cascade;\n", "    return followed;\n"),
    ("statements of a body that are not understood do nothing", "protocols/sql/facts/routine_body.cpp",
     "    if (!understood) merge(found.writes, {KeyPath()});\n", ""),
    ("a bare name is never one of another schema", "protocols/postgres/table_names.cpp",
     "  if (is_default(name.schema) || shared) return {name.name};\n",
     "  if (is_default(name.schema)) return {name.name};\n"),
    ("an unknown name is a table like others", "protocols/postgres/table_names.cpp",
     "    return {};\n  const auto schemas", "    return {name.name};\n  const auto schemas"),
    ("search_path is part of no question", "protocols/postgres/session.cpp",
     "    needs.bits |= SessionNeeds::database | SessionNeeds::search_path;\n",
     "    needs.bits |= SessionNeeds::database;\n"),
    ("a role that was set is part of no question", "protocols/postgres/session.cpp",
     "  if (has(SessionNeeds::role) || (has(SessionNeeds::database) && any_role))\n",
     "  if (has(SessionNeeds::role))\n"),
    ("times are shown alike in all zones", "protocols/postgres/session.cpp",
     "    case oid::timestamptz:\n    case oid::timetz:\n      return SessionNeeds::time_zone | SessionNeeds::date_style;\n",
     "    case oid::timestamptz:\n    case oid::timetz:\n      return SessionNeeds::date_style;\n"),
    ("settings of the application are part of no question", "protocols/postgres/session.cpp",
     "    const bool read = has(SessionNeeds::database) && !defaults.noise.contains(name);\n",
     "    const bool read = false;\n"),
    ("every cast keeps a value", "protocols/postgres/equalities.cpp",
     "  if (type.contains(\"typmods\")) return false;\n", "  return true;\n"),
    ("a table that the planner did not see is none", "protocols/postgres/row_planner.cpp",
     "    if (lost_ || mentions_ != mentions_in(statement)) return {};\n", "    if (lost_) return {};\n"),
    ("DDL that says IF EXISTS did nothing", "protocols/postgres/analyser.cpp",
     "  if (!conditional) return false;\n", "  return conditional;\n"),
    ("a write is not seen by whoever reads everything", "src/match/chains.cpp",
     "  for (std::size_t prefix = 0; prefix <= path.size(); ++prefix)\n",
     "  for (std::size_t prefix = 1; prefix <= path.size(); ++prefix)\n"),
    ("a write to the whole is not seen by whoever reads a part", "src/match/chains.cpp",
     "  for (std::size_t wider = 0; wider < path.size(); ++wider) keys.push_back(name(self, path, wider));\n", ""),
    ("whoever reads a whole table sees no single rows", "src/compile/rows/row_keys.cpp",
     "      // So that whoever reads the whole table sees a change of which no column's key tells.\n"
     "      paths.push_back({change.table, \"@any\"});\n", ""),
    ("an update that sets a unique column meets no row", "src/compile/rows/row_keys.cpp",
     "      if (change.kind == RowChange::Kind::update) add_unique(paths, change, keyed);\n", ""),
    ("parents need not be there", "src/compile/rows/row_keys.cpp",
     "      add_parents(paths, change, keyed);\n", ""),
]

DIFFERENTIAL = ["build/release/tests/differential/differential", "--reads", "60000"]
SECONDS_EACH = 300  # a fault may make a test run for ever


def tests_for(file):
    """Doctests of the folder that a fault is in, and of what is made of it: the cheapest to build first."""
    if file.startswith("protocols/sql"):
        return ["sql_tree_test", "sql_statement_test", "postgres_test", "compile_test"]
    if file.startswith("protocols/postgres"):
        return ["postgres_test", "compile_test"]
    if file.startswith("src/compile"):
        return ["compile_test"]
    return ["match_test", "compile_test"]


def folder_of(test):
    parts = {"sql": "protocols/sql", "postgres": "protocols/postgres"}
    part = test.split("_")[0]
    return f"build/asan/tests/{parts.get(part, part)}/{test}"


class Tree:
    def __init__(self, folder, command):
        self.folder, self.command = folder, command

    def run(self, arguments, seconds=None):
        """Whether it succeeds, in time."""
        try:
            done = subprocess.run(arguments, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def build(self, preset, targets):
        steps = [[*self.command, preset, *targets]] if self.command else [["ninja", "-C", f"build/{preset}", *targets]]
        if not self.command and not (self.folder / "build" / preset / "build.ninja").exists():
            steps.insert(0, ["cmake", "--preset", preset])
        return all(self.run(step) for step in steps)

    def sound(self, files):
        """Whether the tests pass without any fault."""
        tests = sorted({test for file in files for test in tests_for(file)})
        return self.build("asan", tests) and all(self.run([folder_of(test), "-m"], SECONDS_EACH) for test in tests)

    def noticed_by(self, file):
        """The first test that fails; None where all pass, an empty text where it does not compile. A test is built when
        it is its turn: most faults are noticed by the first one."""
        for test in tests_for(file):
            if not self.build("asan", [test]):
                return ""
            if not self.run([folder_of(test), "-m"], SECONDS_EACH):
                return test
        if not self.build("release", ["tests/differential/differential"]):
            return ""
        return None if self.run(DIFFERENTIAL, SECONDS_EACH) else "differential"


def plant(tree, fault):
    what, file, text, planted = fault
    path = tree.folder / file
    before = path.read_text()
    if before.count(text) != 1:
        return f"the text stands {before.count(text)} times in {file}"
    path.write_text(before.replace(text, planted))
    try:
        found = tree.noticed_by(file)
    finally:
        path.write_text(before)
    if found:
        print(f"  ok       {what}: {found}", flush=True)
        return None
    return "nobody notices it" if found is None else "it does not compile"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--build", default="")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    chosen = [int(each) for each in arguments.only.split(",") if each] or range(1, len(FAULTS) + 1)
    if arguments.list:
        for number, (what, file, *_) in enumerate(FAULTS, 1):
            print(number, file, what, sep="\t")
        return 0
    tree = Tree(arguments.tree.resolve(), arguments.build.split())
    if not tree.sound({FAULTS[number - 1][1] for number in chosen}):
        print("mutations: the tree itself does not build, or fails its tests", flush=True)
        return 1
    failed = 0
    for number in chosen:
        problem = plant(tree, FAULTS[number - 1])
        if problem:
            failed += 1
            print(f"  FAILED   {number}. {FAULTS[number - 1][0]}: {problem}", flush=True)
    print(f"mutations: {len(chosen) - failed} passed, {failed} failed, {len(FAULTS) - len(chosen)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
