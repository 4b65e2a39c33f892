#include "engine/scopes.hpp"

#include <chrono>

namespace understudy::engine {
namespace {

/// When the recordings began whose times are shifted.
std::vector<std::int64_t> shifted_recordings(const table::MappedTable& table) {
  return table.config().value("shifted", std::vector<std::int64_t>());
}

std::int64_t microseconds_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

LiveScope::LiveScope(std::string_view name, std::shared_ptr<const table::MappedTable> table,
                     Strictness strictness)
    : name_(name),
      table_(std::move(table)),
      strictness_(strictness),
      renaming_(std::make_shared<match::Renaming>(shifted_recordings(*table_))),
      states_(table_->service_count()) {}

LiveState& LiveScope::of(std::size_t service, const Protocol& protocol) {
  const std::scoped_lock lock(mutex_);
  if (!used_) begin();
  std::unique_ptr<LiveState>& state = states_[service];
  if (!state)
    state = std::make_unique<LiveState>(protocol, table_->service(service), strictness_, renaming_);
  return *state;
}

/// All services of a scope have one beginning, so that times agree among them.
void LiveScope::begin() {
  const std::scoped_lock lock(renaming_->mutex());
  renaming_->begin(microseconds_now());
  used_ = true;
}

void LiveScope::reset() {
  const std::scoped_lock lock(mutex_);
  for (const auto& state : states_)
    if (state) state->reset();
  begin();
}

Scopes::Scopes(std::shared_ptr<const table::MappedTable> table, Strictness strictness,
               Scoping scoping, std::size_t limit)
    : table_(std::move(table)),
      strictness_(strictness),
      scoping_(scoping),
      limit_(limit),
      default_(make(default_scope)) {}

std::shared_ptr<LiveScope> Scopes::make(std::string_view name) const {
  return std::make_shared<LiveScope>(name, table_, strictness_);
}

std::shared_ptr<LiveScope> Scopes::home() {
  return scoping_ == Scoping::connection ? make({}) : default_;
}

std::shared_ptr<LiveScope> Scopes::named(std::string_view name) {
  if (name == default_scope || scoping_ == Scoping::one) return default_;
  const std::scoped_lock lock(mutex_);
  if (const auto found = named_.find(name); found != named_.end()) {
    Entry& entry = found->second;
    if (!entry.kept) entry.kept = entry.used.lock();
    if (entry.kept) return entry.kept;
    named_.erase(found);
  }
  if (named_.size() >= limit_)
    std::erase_if(named_, [](const auto& entry) {
      return !entry.second.kept && entry.second.used.expired();
    });
  if (named_.size() >= limit_) return nullptr;
  return named_.emplace(name, Entry{make(name), {}}).first->second.kept;
}

std::shared_ptr<LiveScope> Scopes::find(std::string_view name) {
  if (name == default_scope || scoping_ == Scoping::one) return default_;
  const std::scoped_lock lock(mutex_);
  const auto found = named_.find(name);
  if (found == named_.end()) return nullptr;
  return found->second.kept ? found->second.kept : found->second.used.lock();
}

void Scopes::drop(std::string_view name) {
  const auto scope = find(name);
  if (!scope) return;
  scope->reset();
  if (scope == default_) return;
  const std::scoped_lock lock(mutex_);
  if (const auto found = named_.find(name); found != named_.end() && found->second.kept == scope)
    found->second = {nullptr, scope};
}

}  // namespace understudy::engine
