#include "protocols/postgres/transaction.hpp"

#include <algorithm>

#include "protocols/sql/lower.hpp"

namespace understudy::postgres {
namespace {

using sql::lower;

bool chains(std::string_view sql) {
  const std::string text = lower(sql);
  const std::size_t chain = text.find("chain");
  return chain != std::string::npos && text.find("no chain") == std::string::npos &&
         text.find("and") < chain;
}

}  // namespace

Fields make_fields(std::string_view severity, std::string_view code, std::string message,
                   std::string detail, std::string hint) {
  Fields fields = {{'S', std::string(severity)},
                   {'V', std::string(severity)},
                   {'C', std::string(code)},
                   {'M', std::move(message)}};
  if (!detail.empty()) fields.emplace_back('D', std::move(detail));
  if (!hint.empty()) fields.emplace_back('H', std::move(hint));
  return fields;
}

bool is_transaction_control(sql::Kind kind) noexcept {
  switch (kind) {
    case sql::Kind::begin:
    case sql::Kind::commit:
    case sql::Kind::rollback:
    case sql::Kind::savepoint:
    case sql::Kind::release:
    case sql::Kind::rollback_to:
      return true;
    default:
      return false;
  }
}

bool takes_snapshot(sql::Kind kind) noexcept {
  switch (kind) {
    case sql::Kind::empty:
    case sql::Kind::set:
    case sql::Kind::reset:
    case sql::Kind::show:
    case sql::Kind::listen:
    case sql::Kind::unlisten:
    case sql::Kind::notify:
    case sql::Kind::lock:
    case sql::Kind::fetch:
      return false;
    default:
      return !is_transaction_control(kind);
  }
}

Fields TransactionBlock::failed_error() {
  return make_fields(
      "ERROR", "25P02",
      "current transaction is aborted, commands ignored until end of transaction block");
}

TransactionBlock::Plan TransactionBlock::plan(const sql::Verb& verb, std::string_view sql) const {
  switch (verb.kind) {
    case sql::Kind::begin:
      return plan_begin(sql);
    case sql::Kind::commit:
      return plan_end(true, sql);
    case sql::Kind::rollback:
      return plan_end(false, sql);
    default:
      return plan_savepoint(verb);
  }
}

TransactionBlock::Plan TransactionBlock::plan_begin(std::string_view sql) const {
  Plan plan;
  if (failed()) return plan.error = failed_error(), plan;
  const std::size_t start = sql.find_first_not_of(" \t\r\n");
  const bool spelled_start = start != std::string_view::npos && (sql[start] | 0x20) == 's';
  plan.tag = spelled_start ? "START TRANSACTION" : "BEGIN";
  if (idle()) {
    plan.into_block = true;
    // Inside an implicit transaction the block takes that one over.
    if (!implicit_) plan.control = Control::begin;
  } else {
    plan.warning = make_fields("WARNING", "25001", "there is already a transaction in progress");
  }
  return plan;
}

TransactionBlock::Plan TransactionBlock::plan_end(bool commit, std::string_view sql) const {
  Plan plan;
  plan.tag = commit && !failed() ? "COMMIT" : "ROLLBACK";
  plan.ends_block = true;
  if (idle()) {
    plan.warning = make_fields("WARNING", "25P01", "there is no transaction in progress");
    if (implicit_) plan.control = commit ? Control::commit : Control::rollback;
    return plan;
  }
  plan.chain = chains(sql);
  plan.control = commit && !failed() ? Control::commit : Control::rollback;
  return plan;
}

TransactionBlock::Plan TransactionBlock::plan_savepoint(const sql::Verb& verb) const {
  Plan plan;
  const bool define = verb.kind == sql::Kind::savepoint;
  const bool release = verb.kind == sql::Kind::release;
  const std::string_view words = define    ? "SAVEPOINT"
                                 : release ? "RELEASE SAVEPOINT"
                                           : "ROLLBACK TO SAVEPOINT";
  if (idle())
    return plan.error = make_fields("ERROR", "25P01",
                                    std::string(words) + " can only be used in transaction blocks"),
           plan;
  if (failed() && verb.kind != sql::Kind::rollback_to) return plan.error = failed_error(), plan;
  plan.tag = define ? "SAVEPOINT" : release ? "RELEASE" : "ROLLBACK";
  plan.control = define ? Control::savepoint : release ? Control::release : Control::rollback_to;
  plan.control_name = verb.name;
  if (define) return plan;
  const auto found = std::ranges::find(savepoints_.rbegin(), savepoints_.rend(), verb.name);
  if (found == savepoints_.rend())
    plan.error = make_fields("ERROR", "3B001", "savepoint \"" + verb.name + "\" does not exist");
  else
    plan.savepoint = static_cast<std::size_t>(savepoints_.rend() - found) - 1;
  return plan;
}

void TransactionBlock::carry_out(const Plan& plan) {
  if (plan.into_block) {
    status_ = 'T';
    implicit_ = false;
  }
  if (plan.ends_block) {
    status_ = plan.chain ? 'T' : 'I';
    implicit_ = false;
    savepoints_.clear();
  }
  if (plan.control == Control::savepoint) savepoints_.push_back(plan.control_name);
  if (plan.control == Control::release) savepoints_.resize(plan.savepoint);
  if (plan.control == Control::rollback_to) {
    savepoints_.resize(plan.savepoint + 1);
    status_ = 'T';
  }
}

void TransactionBlock::reset() {
  status_ = 'I';
  implicit_ = false;
  savepoints_.clear();
}

}  // namespace understudy::postgres
