#include "protocols/postgres/conversation.hpp"

#include "support.hpp"

namespace understudy::postgres {
namespace {

Asked asked(AskedKind kind) {
  Asked asked;
  asked.kind = kind;
  return asked;
}

/// Feeds server messages; false when one was out of sync.
bool answer(Conversation& conversation, std::string_view types) {
  for (const char type : types) {
    if (conversation.progress(type) == Progress::out_of_sync) return false;
    conversation.advance(type);
  }
  return true;
}

void extended(Conversation& conversation) {
  for (const AskedKind kind :
       {AskedKind::parse, AskedKind::bind, AskedKind::describe_portal, AskedKind::execute})
    conversation.ask(asked(kind));
}

TEST_CASE("a pipeline is answered message by message") {
  Conversation conversation;
  extended(conversation);
  conversation.ask(asked(AskedKind::sync));
  CHECK(answer(conversation, "12TDDCZ"));
  CHECK(conversation.head() == nullptr);
}

TEST_CASE("after an error everything up to Sync is dropped, sent before it or after") {
  Conversation conversation;
  extended(conversation);
  CHECK(answer(conversation, "1E"));
  CHECK(conversation.head() == nullptr);
  extended(conversation);                     // the server ignores these
  conversation.ask(asked(AskedKind::query));  // and this
  CHECK(conversation.head() == nullptr);
  conversation.ask(asked(AskedKind::sync));
  conversation.ask(asked(AskedKind::sync));
  CHECK(answer(conversation, "ZZ"));
  CHECK(conversation.head() == nullptr);
}

TEST_CASE("a simple query with an error waits for ReadyForQuery") {
  Conversation conversation;
  conversation.ask(asked(AskedKind::query));
  CHECK(answer(conversation, "TDCE"));
  CHECK(conversation.head() != nullptr);
  CHECK(answer(conversation, "Z"));
  CHECK(conversation.head() == nullptr);
}

TEST_CASE("a Sync that COPY swallows gets no ReadyForQuery") {
  Conversation conversation;
  conversation.ask(asked(AskedKind::bind));
  conversation.ask(asked(AskedKind::execute));
  conversation.ask(asked(AskedKind::sync));  // sent before the server said that it wants data
  CHECK(answer(conversation, "2G"));
  CHECK(conversation.copying_in());
  conversation.ask(asked(AskedKind::sync));  // ignored as well
  conversation.ask(asked(AskedKind::copy_end));
  conversation.ask(asked(AskedKind::sync));
  CHECK(answer(conversation, "CZ"));
  CHECK(conversation.head() == nullptr);
}

TEST_CASE("notices, parameters and notifications belong to no request") {
  Conversation conversation;
  for (const char type : {'N', 'S', 'A', 'E'})
    CHECK(conversation.progress(type) == Progress::asynchronous);
}

TEST_CASE("an answer that was not asked for is out of sync") {
  Conversation conversation;
  CHECK(conversation.progress('Z') == Progress::out_of_sync);
  conversation.ask(asked(AskedKind::parse));
  CHECK(conversation.progress('2') == Progress::out_of_sync);
  CHECK(conversation.progress('1') == Progress::complete);
}

TEST_CASE("the Bind of a statement that is being parsed is found, up to the Sync") {
  Conversation conversation;
  extended(conversation);
  CHECK(conversation.bind_of("") != nullptr);
  CHECK(conversation.bind_of("other") == nullptr);
  Conversation parted;
  parted.ask(asked(AskedKind::parse));
  parted.ask(asked(AskedKind::sync));
  parted.ask(asked(AskedKind::bind));
  CHECK(parted.bind_of("") == nullptr);
}

}  // namespace
}  // namespace understudy::postgres
