#include "engine/emulation.hpp"

#include <algorithm>
#include <set>

#include "match/chains.hpp"

namespace understudy::engine {
namespace {

using table::ServiceSection;

Emulator::Moment now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

/// Whether a joined path is `path` itself or below it.
bool is_within(std::string_view joined, std::string_view path) {
  return path.empty() || joined == path ||
         (joined.starts_with(path) && joined.size() > path.size() && joined[path.size()] == '\x1f');
}

}  // namespace

std::unique_ptr<Emulation> Emulation::of(const Protocol& protocol, const ServiceSection& section) {
  auto emulator = protocol.new_emulator(section.knowledge());
  if (!emulator) return nullptr;
  emulator->use_contents(section.contents());
  return std::unique_ptr<Emulation>(new Emulation(std::move(emulator), section));
}

Emulation::Emulation(std::unique_ptr<Emulator> emulator, const ServiceSection& section)
    : emulator_(std::move(emulator)), section_(section) {
  for (table::KeyId key; key.index() < section_.key_count(); ++key)
    if (const std::string_view name = section_.key_name(key); match::is_content(name))
      contents_.emplace_back(name.substr(1), key);
  std::ranges::sort(contents_);
  note_next_end();
}

std::optional<Emulator::Computed> Emulation::compute(const EmulatedRequest& asked) {
  auto computed = emulator_->compute(asked, now());
  note_next_end();
  return computed;
}

void Emulation::follow(const EmulatedRequest& asked, Bytes image) {
  emulator_->follow(asked, image, now(), true);
  note_next_end();
}

void Emulation::forget(const EmulatedRequest& asked) {
  emulator_->forget(asked);
  note_next_end();
}

void Emulation::control(Control control, std::string_view name, std::uint64_t connection) {
  const std::scoped_lock lock(mutex_);
  emulator_->control(control, name, connection);
}

void ToldTransaction::begin(Emulation& emulation, std::uint64_t connection, bool late) {
  leave();
  emulation_ = &emulation;
  connection_ = connection;
  emulation.control(Control::begin, late ? "late" : "", connection);
}

void ToldTransaction::control(Control control, std::string_view name) {
  if (emulation_ == nullptr) return;
  emulation_->control(control, name, connection_);
  const bool ends =
      control == Control::commit || control == Control::rollback || control == Control::reset;
  if (ends) emulation_ = nullptr;
}

void Emulation::look(std::uint64_t connection) {
  const std::scoped_lock lock(mutex_);
  emulator_->look(connection);
}

bool Emulation::commits(std::uint64_t connection) {
  const std::scoped_lock lock(mutex_);
  return emulator_->commits(connection);
}

void Emulation::end_doubted(std::uint64_t connection) {
  const std::scoped_lock lock(mutex_);
  emulator_->end_doubted(connection);
}

void ToldTransaction::look() {
  if (emulation_ != nullptr) emulation_->look(connection_);
}

bool ToldTransaction::commits() {
  return emulation_ != nullptr && emulation_->commits(connection_);
}

void ToldTransaction::end_doubted() {
  Emulation* const emulation = emulation_;
  control(Control::commit, {});
  if (emulation != nullptr) emulation->end_doubted(connection_);
}

void Emulation::reset() {
  const std::scoped_lock lock(mutex_);
  emulator_->reset();
  note_next_end();
}

void Emulation::note_next_end() {
  const Emulator::Moment next = emulator_->next_end();
  const std::int64_t at = next ? next->count() : never;
  if (next_end_.load(std::memory_order_relaxed) != at)
    next_end_.store(at, std::memory_order_release);
}

bool Emulation::is_due() const noexcept {
  const std::int64_t next = next_end_.load(std::memory_order_acquire);
  return next != never && now()->count() > next;
}

std::vector<KeyPath> Emulation::end_due() {
  std::vector<KeyPath> ended = emulator_->end_due(*now());
  note_next_end();
  return ended;
}

std::vector<table::format::AdvanceRecord> Emulation::advances(
    const std::vector<KeyPath>& paths) const {
  std::set<table::KeyId> keys;
  for (const KeyPath& path : paths) {
    for (const std::string& name : match::write_keys(path))
      if (const auto key = section_.find_key(name)) keys.insert(*key);
    const std::string joined = join(path);
    auto content = std::ranges::lower_bound(contents_, std::string_view(joined), {},
                                            [](const auto& each) { return each.first; });
    for (; content != contents_.end() && content->first.starts_with(joined); ++content)
      if (is_within(content->first, joined)) keys.insert(content->second);
  }
  std::vector<table::format::AdvanceRecord> advances;
  for (const table::KeyId key : keys) advances.push_back({0, key, 0});
  return advances;
}

}  // namespace understudy::engine
