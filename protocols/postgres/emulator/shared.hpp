// What of the emulator both dialects share, by the names that it has here.
#pragma once

#include "protocols/sql/emulator/altering.hpp"
#include "protocols/sql/emulator/coverage.hpp"
#include "protocols/sql/emulator/defining.hpp"
#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/emulator/plan.hpp"
#include "protocols/sql/emulator/runner.hpp"
#include "protocols/sql/emulator/scope.hpp"
#include "protocols/sql/emulator/statements.hpp"
#include "protocols/sql/emulator/translator.hpp"

namespace understudy::postgres::emulation {

namespace tree = sql::tree;
using sql::contents::Definition;
using sql::contents::may_hide;
using sql::contents::TableBook;
using sql::contents::TableState;
using sql::emulator::add_written;
using sql::emulator::aggregates;
using sql::emulator::Altered;
using sql::emulator::Bound;
using sql::emulator::contains_any;
using sql::emulator::Count;
using sql::emulator::Depended;
using sql::emulator::Given;
using sql::emulator::list_of;
using sql::emulator::MayWrite;
using sql::emulator::name_enumerations;
using sql::emulator::PartColumn;
using sql::emulator::Plan;
using sql::emulator::PlannedCheck;
using sql::emulator::PlannedWhen;
using sql::emulator::referred_columns;
using sql::emulator::Scope;
using sql::emulator::ScopeColumn;
using sql::emulator::ScopeRelation;
using sql::emulator::ServerRules;
using sql::emulator::Shown;
using sql::emulator::Statements;
using sql::emulator::TableColumnName;
using sql::emulator::Text;
using sql::emulator::Typed;
using sql::emulator::Unsure;
using sql::emulator::Untyped;
using sql::emulator::Value;

}  // namespace understudy::postgres::emulation
