#include "protocols/postgres/conversation.hpp"

namespace understudy::postgres {
namespace {

bool one_of(char type, std::string_view types) noexcept {
  return types.find(type) != std::string_view::npos;
}

/// Types that end the answer to a message of that kind.
std::string_view endings(AskedKind kind) noexcept {
  switch (kind) {
    case AskedKind::query:
    case AskedKind::sync:
    case AskedKind::function_call:
      return "Z";
    case AskedKind::parse:
      return "1";
    case AskedKind::bind:
      return "2";
    case AskedKind::describe_statement:
    case AskedKind::describe_portal:
      return "Tn";
    case AskedKind::execute:
      return "CIs";
    case AskedKind::close_statement:
    case AskedKind::close_portal:
      return "3";
    case AskedKind::copy_end:
      return "";
  }
  return "";
}

/// Types that may come before the end.
std::string_view parts(AskedKind kind) noexcept {
  switch (kind) {
    case AskedKind::query:
      return "TDCIEGHdc";
    case AskedKind::describe_statement:
      return "t";
    case AskedKind::execute:
      return "DGHdc";
    case AskedKind::function_call:
      return "VE";
    default:
      return "";
  }
}

}  // namespace

bool Conversation::extended(AskedKind kind) const noexcept {
  return kind != AskedKind::query && kind != AskedKind::sync && kind != AskedKind::function_call;
}

void Conversation::ask(Asked asked) {
  if (asked.kind == AskedKind::sync) {
    if (copying_in_) return;  // the server ignores Sync and Flush until the copy ends
    skipping_ = false;
  } else if (skipping_) {
    return;
  }
  if (asked.kind == AskedKind::copy_end) {
    if (copying_in_ || asked_.empty()) return static_cast<void>(copying_in_ = false);
  }
  asked_.push_back(std::move(asked));
}

const Asked* Conversation::head() const noexcept {
  return asked_.empty() ? nullptr : &asked_.front();
}

const Asked* Conversation::bind_of(std::string_view statement) const noexcept {
  for (const Asked& asked : asked_) {
    if (asked.kind == AskedKind::sync) break;
    if (asked.kind == AskedKind::bind && asked.statement == statement) return &asked;
  }
  return nullptr;
}

Progress Conversation::progress(char type) const noexcept {
  if (one_of(type, "NSA")) return Progress::asynchronous;
  if (asked_.empty()) return type == 'E' ? Progress::asynchronous : Progress::out_of_sync;
  const AskedKind kind = asked_.front().kind;
  if (one_of(type, endings(kind))) return Progress::complete;
  if (one_of(type, parts(kind))) return Progress::part;
  return type == 'E' ? Progress::complete : Progress::out_of_sync;
}

void Conversation::advance(char type) {
  const Progress progress_made = progress(type);
  if (type == 'E') copying_in_ = false;
  if (type == 'G') begin_copy_in();
  if (progress_made != Progress::complete) return;
  const AskedKind kind = asked_.front().kind;
  if (type == 'E' && extended(kind)) {
    skip_to_sync();
  } else if (type == 'E' && kind == AskedKind::sync) {
    return;  // an error of the implicit commit: ReadyForQuery still follows
  } else {
    asked_.pop_front();
  }
  drop_copy_ends();
}

void Conversation::skip_to_sync() {
  while (!asked_.empty() && asked_.front().kind != AskedKind::sync) asked_.pop_front();
  skipping_ = asked_.empty();
}

/// What was sent before the copy ended is swallowed, but for the copy's own statement.
void Conversation::begin_copy_in() {
  copying_in_ = true;
  auto entry = asked_.begin();
  if (entry != asked_.end()) ++entry;
  while (entry != asked_.end()) {
    const AskedKind kind = entry->kind;
    if (kind == AskedKind::copy_end) copying_in_ = false;
    if (kind != AskedKind::copy_end && kind != AskedKind::sync) break;
    entry = asked_.erase(entry);
    if (!copying_in_) break;
  }
}

/// The end of a copy that never began is ignored by the server.
void Conversation::drop_copy_ends() {
  while (!asked_.empty() && asked_.front().kind == AskedKind::copy_end) asked_.pop_front();
}

}  // namespace understudy::postgres
