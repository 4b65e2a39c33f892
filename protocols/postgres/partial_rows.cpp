#include "protocols/postgres/partial_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/sql/statement.hpp"
#include "understudy/document_text.hpp"

namespace understudy::postgres {
namespace {

std::string id_of(const SessionHeader& session) {
  return fmt::format("{}/{}", session.recording, session.connection);
}

/// The same whether rows were left or not.
std::string key_of(const SessionHeader& session, const Exchange& exchange) {
  Document request = exchange.request;
  if (request.is_object()) request.erase("partial");
  return id_of(session) + '\0' + json_text(request);
}

bool begins_with(const std::vector<Row>& rows, const std::vector<Row>& first) {
  return rows.size() >= first.size() && std::equal(first.begin(), first.end(), rows.begin());
}

bool is_query(const StatementRequest& request, const StatementAnswer& answer) {
  return !request.describe && !request.copy && !answer.error && answer.steps.empty() &&
         (answer.returns_rows || request.partial);
}

}  // namespace

void PartialRows::learn(const SessionHeader& session, const Exchange& exchange,
                        const StatementRequest& request, const StatementAnswer& answer,
                        bool writes) {
  const sql::Kind kind = sql::verb_of(request.sql, sql_mode()).kind;
  bool& wrote = wrote_in_transaction_[id_of(session)];
  const bool ends = kind == sql::Kind::commit || kind == sql::Kind::rollback;
  const bool undoes = kind == sql::Kind::rollback_to;
  // What was written in a transaction is seen by others when it ends, and gone where it is undone.
  // A setting may change what the same query finds.
  if (writes || (wrote && (ends || undoes)) || kind == sql::Kind::set || kind == sql::Kind::reset)
    written_[session.recording].push_back(
        {exchange.began.tick, exchange.ended.tick, exchange.ended.tick});
  wrote = (wrote || writes) && !ends;
  if (is_query(request, answer) && !writes)
    asked_[key_of(session, exchange)].push_back({exchange.began.tick, exchange.ended.tick, answer});
}

void PartialRows::settle() {
  if (std::exchange(settled_, true)) return;
  // Only of what was left unfetched more is asked for.
  std::erase_if(asked_, [](const auto& entry) {
    return entry.second.size() < 2 || std::ranges::none_of(entry.second, [](const Asked& each) {
             return each.answer.partial;
           });
  });
  for (auto& [recording, all] : written_) {
    std::ranges::sort(all, {}, &Written::began);
    std::uint64_t last = 0;
    for (Written& each : all) each.last_ended = last = std::max(last, each.ended);
  }
}

bool PartialRows::written_between(const std::string& recording, std::uint64_t from,
                                  std::uint64_t to) const {
  const auto found = written_.find(recording);
  if (found == written_.end()) return false;
  const auto behind = std::ranges::upper_bound(found->second, to, {}, &Written::began);
  return behind != found->second.begin() && std::prev(behind)->last_ended >= from;
}

bool PartialRows::complete(const SessionHeader& session, const Exchange& exchange,
                           const StatementRequest& request, StatementAnswer& answer) {
  settle();
  if (!request.partial || !is_query(request, answer)) return false;
  const auto found = asked_.find(key_of(session, exchange));
  if (found == asked_.end()) return false;
  const Asked* longest = nullptr;
  for (const Asked& other : found->second) {
    const bool more = longest == nullptr
                          ? other.answer.rows.size() > answer.rows.size() || !other.answer.partial
                          : other.answer.rows.size() > longest->answer.rows.size() ||
                                (longest->answer.partial && !other.answer.partial);
    const bool fits = (!answer.returns_rows || answer.columns == other.answer.columns) &&
                      begins_with(other.answer.rows, answer.rows);
    if (more && fits &&
        !written_between(session.recording, std::min(exchange.began.tick, other.began),
                         std::max(exchange.ended.tick, other.ended)))
      longest = &other;
  }
  if (longest == nullptr) return false;
  answer = longest->answer;
  return true;
}

}  // namespace understudy::postgres
