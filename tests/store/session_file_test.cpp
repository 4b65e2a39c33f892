#include <doctest/doctest.h>

#include <sys/stat.h>

#include "store/session_file.hpp"
#include "support.hpp"

namespace understudy::store {

namespace {

using std::chrono::milliseconds;

SessionHeader header() {
  return {.service = "orders",
          .protocol = "postgres",
          .recording = "r1",
          .connection = 7,
          .started = "2025-03-04T05:06:07Z",
          .facts = {{"user", "shop"}}};
}

Exchange exchange(Document request, Document answer, std::uint64_t tick, milliseconds took) {
  Exchange made;
  made.request = std::move(request);
  made.answer = std::move(answer);
  made.began = {.tick = tick, .time = std::chrono::seconds(tick)};
  made.ended = {.tick = tick + 1, .time = std::chrono::seconds(tick) + took};
  return made;
}

constexpr std::string_view sound_header =
    "understudy: 1\n"
    "session: {service: s, protocol: redis, recording: r1, connection: 1}\n";

/// All exchanges and problems of a file with `content` behind a sound header of two lines.
std::size_t read_behind_header(std::string_view content, Diagnostics& problems) {
  const TemporaryFolder folder;
  const auto file = folder.write("s.yaml", fmt::format("{}{}", sound_header, content));
  auto reader = SessionReader::open(file, problems);
  for (Diagnostic& problem : problems) problem.file = "s.yaml";
  std::size_t count = 0;
  while (reader && reader->next(problems)) ++count;
  for (Diagnostic& problem : problems) problem.file = "s.yaml";
  return count;
}

}  // namespace

TEST_CASE("a gap stands where something is missing, and readers of exchanges pass over it") {
  const TemporaryFolder folder;
  SessionWriter writer(folder.path() / "sessions", header());
  std::string problem;
  REQUIRE(writer.append(Gap{"it was gone: half of it", {.tick = 3}, {.tick = 9}}, problem));
  REQUIRE(writer.append(exchange(1, 2, 10, milliseconds(0)), problem));
  Diagnostics problems;
  auto reader = SessionReader::open(writer.path(), problems);
  REQUIRE(reader);
  const auto gap = reader->parse(*reader->cut(problems), problems);
  REQUIRE(gap);
  REQUIRE(gap->gap);
  CHECK(gap->gap->reason == "it was gone: half of it");
  CHECK(gap->gap->since.tick == 3);
  CHECK(gap->gap->noticed.tick == 9);
  CHECK_FALSE(reader->parse(*reader->cut(problems), problems)->gap);
  CHECK(problems.empty());
  CHECK(read_behind_header("---\ngap: lost\nat: [1, 2]\n---\nrequest: 1\nanswer: 2\nat: [3, 4]\n",
                           problems) == 1);
  CHECK(problems.empty());
  CHECK(read_behind_header("---\ngap: lost\nanswer: 2\nat: [1, 2]\n", problems) == 0);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].line == 5);
}

TEST_CASE("a session file looks as documented") {
  const TemporaryFolder folder;
  SessionWriter writer(folder.path() / "sessions", header());
  std::string problem;
  CHECK_FALSE(std::filesystem::exists(writer.path()));
  writer.set_facts({{"user", "shop"}, {"server_version", "15.4"}});
  REQUIRE(writer.append(exchange({{"sql", "SELECT id,\n  name\nFROM items"}, {"params", {1, "x"}}},
                                 {{"columns", {{{"name", "id"}, {"type", "int4"}}}},
                                  {"rows", {{1, "one"}, {2, nullptr}}},
                                  {"tag", "SELECT 2"}},
                                 3, milliseconds(1234)),
                        problem));
  REQUIRE(writer.append(exchange("PING", "PONG", 5, milliseconds(9)), problem));
  CHECK(writer.path().filename() == "r1.orders.007.yaml");
  CHECK(content_of(writer.path()) == R"(understudy: 1
session:
  service: orders
  protocol: postgres
  recording: r1
  connection: 7
  started: '2025-03-04T05:06:07Z'
  facts: {user: shop, server_version: '15.4'}
---
request:
  sql: |-
    SELECT id,
      name
    FROM items
  params: [1, x]
answer:
  columns:
    - {name: id, type: int4}
  rows:
    - [1, one]
    - [2, null]
  tag: SELECT 2
took_ms: 1200
at: [3, 4]
---
request: PING
answer: PONG
at: [5, 6]
)");
}

TEST_CASE("a session is read as it was written, with the lines of its exchanges") {
  const TemporaryFolder folder;
  SessionWriter writer(folder.path(), header());
  std::string problem;
  REQUIRE(writer.append(exchange({{"a", 1}}, {{"rows", {{1, 2}, {3, 4}}}}, 1, milliseconds(100)),
                        problem));
  REQUIRE(writer.append(exchange("x", nullptr, 8, milliseconds(0)), problem));
  Diagnostics problems;
  auto reader = SessionReader::open(writer.path(), problems);
  REQUIRE(reader.has_value());
  CHECK(reader->header().service == "orders");
  CHECK(reader->header().protocol == "postgres");
  CHECK(reader->header().recording == "r1");
  CHECK(reader->header().connection == 7);
  CHECK(reader->header().started == "2025-03-04T05:06:07Z");
  CHECK(same(reader->header().facts, {{"user", "shop"}}));
  auto first = reader->next(problems);
  REQUIRE(first.has_value());
  CHECK(same(first->answer, {{"rows", {{1, 2}, {3, 4}}}}));
  CHECK(first->began.tick == 1);
  CHECK(first->ended.tick == 2);
  CHECK(first->ended.time - first->began.time == milliseconds(100));
  CHECK(reader->line() == 10);
  CHECK(reader->line_of("/request/a") == 10);
  CHECK(reader->line_of("/answer/rows/1/0") == 14);
  CHECK(reader->line_of("/at") == 16);
  CHECK(reader->line_of("/nowhere/at/all") == 10);
  auto second = reader->next(problems);
  REQUIRE(second.has_value());
  CHECK(second->answer.is_null());
  CHECK(second->ended.time.count() == 0);
  CHECK(reader->line() == 18);
  CHECK_FALSE(reader->next(problems).has_value());
  CHECK(problems.empty());
}

TEST_CASE("the duration is left out below a hundred milliseconds and else rounded to two digits") {
  const TemporaryFolder folder;
  std::uint32_t connection = 0;
  for (const auto& [took, expected] :
       std::vector<std::pair<int, std::string>>{{9, ""},
                                                {99, ""},
                                                {100, "took_ms: 100"},
                                                {104, "took_ms: 100"},
                                                {105, "took_ms: 110"},
                                                {994, "took_ms: 990"},
                                                {996, "took_ms: 1000"},
                                                {123456, "took_ms: 120000"}}) {
    SessionHeader one = header();
    one.connection = ++connection;
    SessionWriter writer(folder.path(), one);
    std::string problem;
    REQUIRE(writer.append(exchange(1, 2, 1, milliseconds(took)), problem));
    const std::string content = content_of(writer.path());
    INFO(content);
    if (expected.empty())
      CHECK(content.find("took_ms") == std::string::npos);
    else
      CHECK(content.find("\n" + expected + "\nat: [1, 2]\n") != std::string::npos);
  }
}

TEST_CASE("a large text or run of octets lies beside the session and is read back") {
  const TemporaryFolder folder;
  SessionWriter writer(folder.path(), header());
  const std::string text(SessionWriter::large_body + 1, 't');
  const std::string small(SessionWriter::large_body, 's');
  const Document octets =
      Document::binary(std::vector<std::uint8_t>(SessionWriter::large_body + 1, 0xFF));
  std::string problem;
  const Document answer = {{"text", text}, {"small", small}, {"list", {1, octets}}};
  REQUIRE(writer.append(exchange(text + "\r\n", answer, 1, {}), problem));
  const std::string content = content_of(writer.path());
  CHECK(content.find("request: !file r1.orders.007.1.txt\n") != std::string::npos);
  CHECK(content.find("  text: !file r1.orders.007.2.txt\n") != std::string::npos);
  CHECK(content.find("    - !file r1.orders.007.3.bin\n") != std::string::npos);
  CHECK(content_of(folder.path() / "r1.orders.007.2.txt") == text);
  Diagnostics problems;
  auto reader = SessionReader::open(writer.path(), problems);
  REQUIRE(reader.has_value());
  auto found = reader->next(problems);
  INFO(all(problems));
  REQUIRE(found.has_value());
  CHECK(same(found->request, text + "\r\n"));
  CHECK(same(found->answer, answer));
}

TEST_CASE("a file that a session names elsewhere, or that is missing, is refused") {
  const TemporaryFolder folder;
  folder.write("secret.txt", "secret");
  ::mkfifo((folder.path() / "sessions.fifo").c_str(), 0600);
  std::filesystem::create_directories(folder.path() / "sessions" / "sub");
  std::filesystem::create_symlink(folder.path() / "secret.txt",
                                  folder.path() / "sessions" / "link.txt");
  for (const char* name : {"../secret.txt", "/etc/hostname", "..", ".", "''", "'a/b'",
                           "missing.txt", "link.txt", "sub", "'a\\b'", ".hidden"}) {
    const auto file = folder.write(
        "sessions/s.yaml",
        fmt::format("{}---\nrequest: 1\nanswer: !file {}\nat: [1, 2]\n", sound_header, name));
    Diagnostics problems;
    auto reader = SessionReader::open(file, problems);
    REQUIRE(reader.has_value());
    CHECK_FALSE(reader->next(problems).has_value());
    INFO(name << ": " << all(problems));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].severity == Severity::error);
    CHECK(problems[0].line == 5);
  }
}

TEST_CASE("a session is never written into the file of another") {
  const TemporaryFolder folder;
  std::string problem;
  SessionWriter first(folder.path(), header());
  REQUIRE(first.append(exchange(1, 2, 1, {}), problem));
  const std::string before = content_of(first.path());
  SessionWriter second(folder.path(), header());
  CHECK_FALSE(second.append(exchange(3, 4, 1, {}), problem));
  CHECK(problem.find("can't be created") != std::string::npos);
  CHECK(content_of(first.path()) == before);
}

TEST_CASE("a disk that refuses is told, and the session stays readable") {
  SessionHeader to_nowhere = header();
  SessionWriter writer("/proc/no/such/folder", to_nowhere);
  std::string problem;
  CHECK_FALSE(writer.append(exchange(1, 2, 1, {}), problem));
  CHECK(problem.find("/proc/no/such/folder") != std::string::npos);
}

TEST_CASE("an exchange that is nested too deep is refused before anything is written") {
  const TemporaryFolder folder;
  SessionWriter writer(folder.path(), header());
  Document deep = 1;
  for (std::size_t i = 0; i < max_yaml_depth + 1; ++i) {
    Document outer = Document::array();
    outer.push_back(std::move(deep));
    deep = std::move(outer);
  }
  std::string problem;
  CHECK_FALSE(writer.append(exchange(deep, 2, 1, {}), problem));
  CHECK(problem.find("nested deeper") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(writer.path()));
  REQUIRE(writer.append(exchange(deep[0][0], 2, 1, {}), problem));
  Diagnostics problems;
  auto reader = SessionReader::open(writer.path(), problems);
  REQUIRE(reader.has_value());
  auto found = reader->next(problems);
  INFO(all(problems));
  REQUIRE(found.has_value());
  CHECK(same(found->request, deep[0][0]));
}

TEST_CASE("every flaw of every exchange is reported, and the sound ones are read") {
  Diagnostics problems;
  const std::size_t count = read_behind_header(
      "---\nrequst: a\nanswer: b\nat: [1, 2]\n"                  // 3: requst
      "---\nrequest: a\nanswer: b\nat: [2, 1]\n"                 // 7: falling ticks at 10
      "---\nrequest: {a: 1, a: 2}\nanswer: *b\nat: [3, 4]\n"     // 12, 13
      "---\nrequest: a\nanswer: 'b\nat: [3, 4]\n"                // 17: no closing quote
      "---\nrequest: a\nanswer: b\ntook_ms: soon\nat: [5, 6]\n"  // 22
      "---\n- 1\n- 2\n"                                          // 25
      "---\nrequest: a\nanswer: b\nat: [7, 8]\n",
      problems);
  CHECK(count == 1);
  CHECK(
      all(problems) ==
      "s.yaml:4: error: unknown key `requst` (did you mean `request`?)\n"
      "s.yaml:4: error: the key `request` is missing, expected a value (add `request: …`)\n"
      "s.yaml:10: error: `at` is [2,1], expected [began, ended] as two rising ticks (copy the "
      "ticks "
      "of the exchange that it was made from)\n"
      "s.yaml:12: error: the key `a` stands here a second time (remove or rename one of the two)\n"
      "s.yaml:13: error: an alias (*name) stands here, expected a value (write the value out; "
      "quote "
      "text that begins with *)\n"
      "s.yaml:19: error: a quoted text above this line has no end, expected a closing quote (close "
      "it with the quote that it began with)\n"
      "s.yaml:22: error: `took_ms` is the text `soon`, expected a whole number, 0 or more\n"
      "s.yaml:25: error: `the exchange` is a list, expected a map (write it as `key: value` lines, "
      "indented)\n");
}

TEST_CASE("an unsound header is refused with every reason") {
  const TemporaryFolder folder;
  const auto open = [&](std::string_view content) {
    Diagnostics problems;
    const auto file = folder.write("s.yaml", content);
    CHECK_FALSE(SessionReader::open(file, problems).has_value());
    for (Diagnostic& problem : problems) problem.file = "s.yaml";
    return all(problems);
  };
  CHECK(open("understudy: 2\nsession: {}\n---\n") ==
        "s.yaml:1: error: the session is of format version 2, expected 1 (read it with the release "
        "that wrote it)\n");
  CHECK(open("understudy: 1\nsession:\n  servce: s\n  protocol: 7\n  recording: r1\n  connection: "
             "-1\n---\n") ==
        "s.yaml:3: error: unknown key `servce` (did you mean `service`?)\n"
        "s.yaml:2: error: the key `service` is missing, expected text (add `service: …`)\n"
        "s.yaml:4: error: `protocol` is the number 7, expected text (quote it)\n"
        "s.yaml:6: error: `connection` is the number -1, expected a whole number, 0 or more\n");
  CHECK(open("hello: world\n") ==
        "s.yaml:1: error: the key `understudy` is missing, expected a whole number, 0 or more (add "
        "`understudy: …`)\n");
  Diagnostics problems;
  CHECK_FALSE(SessionReader::open(folder.path() / "none.yaml", problems).has_value());
  CHECK(has_errors(problems));
  CHECK_FALSE(SessionReader::open(folder.path(), problems).has_value());
  CHECK(problems.back().what == "can't be read: it is no regular file");
}

TEST_CASE("Windows line ends and a byte order mark change nothing") {
  const TemporaryFolder folder;
  std::string content =
      fmt::format("{}", sound_header) + "---\nrequest: |-\n  a\n  b\nanswer: x\nat: [1, 2]\n";
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : content) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  Diagnostics problems;
  auto reader = SessionReader::open(folder.write("w.yaml", windows), problems);
  REQUIRE(reader.has_value());
  auto found = reader->next(problems);
  INFO(all(problems));
  REQUIRE(found.has_value());
  CHECK(same(found->request, "a\nb"));
}

TEST_CASE("session files come in the order of recording, service and connection") {
  const TemporaryFolder folder;
  for (const char* name : {"r10.a.001.yaml", "r2.b.001.yaml", "r2.a.1000.yaml", "r2.a.999.yaml",
                           "r1.z.001.yaml", "r2.a.001.1.bin", "notes.txt"})
    folder.write(std::filesystem::path("sessions") / name, "");
  Diagnostics problems;
  std::vector<std::string> names;
  for (const auto& file : session_files(folder.path(), problems))
    names.push_back(file.filename().string());
  CHECK(names == std::vector<std::string>{"r1.z.001.yaml", "r2.a.999.yaml", "r2.a.1000.yaml",
                                          "r2.b.001.yaml", "r10.a.001.yaml"});
  CHECK(problems.empty());
  CHECK(next_recording_name(folder.path()) == "r11");
  CHECK(next_recording_name(folder.path() / "sessions") == "r1");
}

}  // namespace understudy::store
