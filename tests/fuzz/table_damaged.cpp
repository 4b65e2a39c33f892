// A table with damaged octets: it is refused, or everything in it can be read. The checksum would
// refuse nearly all damage before anything is looked at; so this target puts the right one over the
// damaged octets, as only somebody who means harm or a fault of `compile` would.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "engine/rule_book.hpp"
#include "match/lookup.hpp"
#include "table/builder.hpp"
#include "table/checksum.hpp"
#include "table/hash.hpp"
#include "table/mapped_table.hpp"

namespace {

using namespace understudy;
using table::ServiceBuilder;

Identity identity(std::string pattern, char value) {
  return {std::move(pattern) + '\0' + value, std::string(1, value)};
}

/// Something of everything that a section can hold.
ServiceBuilder section(const std::string& name) {
  ServiceBuilder builder(name, "toy");
  const table::KeyId table = builder.key("orders");
  const table::KeyId row = builder.key("orders\x1fid=7");
  const std::uint32_t source = builder.source("sessions/r1.orders.001.yaml");
  const std::vector<table::format::AdvanceRecord> advances = {
      {0, table, 0}, {77, row, table::format::advance_always}};
  const auto answer = [&](std::uint64_t state, const char* image, std::uint32_t line) {
    return table::AnswerEntry{
        .state = state, .image = builder.image(image), .source = source, .line = line};
  };
  table::RequestEntry read;
  read.identity = identity("GET", '7');
  read.reads = {table, row};
  read.answers = {answer(1, "one", 3), answer(2, "two", 9)};
  read.answers[1].flags = table::format::answer_guess;
  read.answers[1].evidence = {table::WriteId(0), {}};
  read.answers[1].cause = table::WriteId(0);
  builder.add(std::move(read));
  table::RequestEntry ordered;
  ordered.identity = identity("GET", '8');
  ordered.flags = table::format::request_volatile;
  ordered.reads = {table};
  ordered.answers = {answer(0, "two", 5)};
  builder.add(std::move(ordered));
  table::RequestEntry write;
  write.identity = identity("SET", '7');
  write.flags = table::format::request_writes | table::format::request_varies;
  write.writes = advances;
  write.answers = {answer(0, "done", 7)};
  write.answers[0].flags = table::format::answer_changed | table::format::answer_varies;
  write.answers[0].writes = advances;
  write.answers[0].document =
      "\xA1\x66"
      "answer\xF6";
  write.mask = 42;
  builder.add(std::move(write));
  builder.set_writes({{5, table::RequestId(2), 1, source, 7}});
  builder.set_varying(
      {{"ax", {table::format::value_proven}}, {"ay", {table::format::value_constant}}});
  builder.add({.condition = {{"line", {{"regex", "^G"}}}},
               .image = "rule",
               .file = "rules/a.yaml",
               .line = 1,
               .priority = 2});
  builder.set_pattern_flags("GET", table::format::pattern_static);
  builder.set_profile({{"version", "15.4"}});
  builder.set_shapes({{"a", "first"}, {"b", "second"}});
  return builder;
}

const std::vector<std::uint8_t>& sound_table() {
  static const auto octets =
      table::build_table({{"services", 2}}, {section("orders"), section("cart")});
  return octets;
}

/// What was written over the table: a 16-bit little-endian offset, an octet of length, as many
/// octets.
std::vector<std::uint8_t> damaged(Bytes edits) {
  auto octets = sound_table();
  while (edits.size() >= 3) {
    const std::size_t offset = (edits[0] | static_cast<std::size_t>(edits[1]) << 8) % octets.size();
    const Bytes over = edits.subspan(3).first(std::min<std::size_t>(edits[2], edits.size() - 3));
    std::memcpy(octets.data() + offset, over.data(), std::min(over.size(), octets.size() - offset));
    edits = edits.subspan(3 + over.size());
  }
  return octets;
}

void seal(std::vector<std::uint8_t>& octets) {
  auto& header = *reinterpret_cast<table::format::FileHeader*>(octets.data());
  header.magic = table::format::magic;
  header.version = table::format::version;
  header.file_octets = octets.size();
  header.checksum = table::checksum_of(octets);
}

/// Reads every octet, so that the sanitizers see one that is not there.
std::size_t touch(std::string_view text) {
  return table::hash_of(text) & 1U;
}

std::size_t touch_requests(const table::ServiceSection& section) {
  std::size_t touched = 0;
  for (const auto& request : section.requests()) {
    const std::string_view canonical = section.text(request.canonical);
    touched += section.find(canonical, section.text(request.qualifier)).compatible_count;
    for (const table::KeyId key : section.reads(request)) touched += touch(section.key_name(key));
    for (const auto& advance : section.writes(request))
      touched += touch(section.key_name(advance.key));
    touched += section.answers_by_cause(request).size();
    for (const auto& answer : section.answers(request)) {
      touched += touch(as_text(section.image(answer.image)));
      touched += touch(section.source_name(answer.source));
      for (const auto& advance : section.writes(answer))
        touched += touch(section.key_name(advance.key));
      for (const table::MaybeWriteId write : section.evidence(answer, request.read_count))
        touched += write ? section.recorded_writes()[*write].request.index() : 0;
      if (answer.cause) touched += section.recorded_writes()[*answer.cause].turn;
      if (const auto* mention = section.mention(answer))
        touched += touch(as_text(section.octets(mention->document)));
      touched += match::answer_at(section, request, answer.state) != nullptr;
    }
  }
  return touched;
}

std::size_t touch_section(const table::ServiceSection& section) {
  std::size_t touched = touch_requests(section) + touch(section.name()) + touch(section.protocol());
  for (const auto& pattern : section.patterns()) {
    touched += touch(section.text(pattern.text));
    for (const table::RequestId member : section.members(pattern))
      touched += section.requests()[member].hash & 1U;
  }
  for (const auto& rule : section.rules()) touched += touch(as_text(section.octets(rule.image)));
  for (const char* key : {"", "a", "b", "z"})
    if (const auto content = section.shape(key)) touched += touch(as_text(*content));
  for (const char* value : {"", "ax", "ay", "az"})
    touched += section.is_varying(value) + section.is_constant(value);
  for (const auto& mask : section.masked(42))
    touched += touch(section.text(section.requests()[mask.request].canonical));
  touched += (section.find_key("orders") ? 1 : 0) + (section.find_key("nothing") ? 1 : 0);
  touched += match::immediate_keys(section).size();
  return touched + engine::RuleBook(section).find({{"line", "GET 7"}}, {}).value_or(0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto octets = damaged(Bytes(data, size));
  seal(octets);
  std::string problem;
  const auto table = table::MappedTable::from_memory(std::move(octets), problem);
  if ((table == nullptr) == problem.empty()) std::abort();
  std::size_t touched = 0;
  for (std::size_t i = 0; table && i < table->service_count(); ++i)
    touched += touch_section(table->service(i));
  return touched == SIZE_MAX ? -1 : 0;  // so that nothing of it is left out
}
