// What of the emulator both dialects share, by the names that it has here.
#pragma once

#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/emulator/plan.hpp"
#include "protocols/sql/emulator/runner.hpp"
#include "protocols/sql/emulator/scope.hpp"
#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/emulator/translator.hpp"

namespace understudy::mysql::emulation {

namespace tree = sql::tree;
using sql::contents::ColumnType;
using sql::contents::Comparison;
using sql::contents::Datum;
using sql::contents::DatumRow;
using sql::contents::Definition;
using sql::contents::TableBook;
using sql::contents::TableColumn;
using sql::contents::TableState;
using sql::contents::TypeKind;
using sql::emulator::Bound;
using sql::emulator::Given;
using sql::emulator::Plan;
using sql::emulator::Scope;
using sql::emulator::ScopeColumn;
using sql::emulator::ScopeRelation;
using sql::emulator::ServerRules;
using sql::emulator::Shown;
using sql::emulator::TableColumnName;
using sql::emulator::Typed;
using sql::emulator::Unsure;
using sql::emulator::Untyped;
using sql::emulator::Value;
using sql::emulator::Written;

}  // namespace understudy::mysql::emulation
