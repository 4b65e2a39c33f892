#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "experiment.hpp"
#include "http_model.hpp"
#include "protocols/http/http.hpp"
#include "served_mock.hpp"
#include "understudy/observer.hpp"

namespace differential {
namespace {

using namespace understudy;

constexpr std::string_view token_word = "$token";

HttpRequest request_of(const Statement& statement, const std::string& token) {
  HttpRequest request;
  const std::size_t space = statement.sql.find(' ');
  request.method = statement.sql.substr(0, space);
  request.path = statement.sql.substr(space + 1);
  request.body = std::get<std::string>(statement.values.at(0));
  for (std::size_t i = 1; i < statement.values.size(); ++i) {
    std::string field = std::get<std::string>(statement.values[i]);
    if (const std::size_t at = field.find(token_word); at != std::string::npos)
      field.replace(at, token_word.size(), token);
    const std::size_t colon = field.find(": ");
    request.headers[field.substr(0, colon)] = field.substr(colon + 2);
  }
  return request;
}

/// Cuts the token out of the answer to a login.
std::string take_token(HttpAnswer& answer) {
  constexpr std::string_view before = R"("token":")";
  const std::size_t at = answer.body.find(before);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + before.size(), end = answer.body.find('"', begin);
  std::string token = answer.body.substr(begin, end - begin);
  answer.body.replace(begin, end - begin, token_word);
  return token;
}

std::string meaning_of(const HttpAnswer& answer) {
  std::string text = std::to_string(answer.status);
  for (const auto& [name, value] : answer.headers) text += ' ' + name + ": " + value;
  return text + ' ' + answer.body;
}

/// What a tester leaves out on purpose, to see that it is missed.
HttpRequest with_fault(HttpRequest request, HttpFault fault) {
  if (fault == HttpFault::no_credentials) request.headers.erase("Authorization");
  if (fault == HttpFault::no_other_fields) {
    const auto content_type = request.headers.extract("Content-Type");
    const auto who = request.headers.extract("Authorization");
    request.headers.clear();
    for (const auto* kept : {&content_type, &who})
      if (!kept->empty()) request.headers[kept->key()] = kept->mapped();
  }
  return request;
}

Document pin_of(HttpFault fault) {
  if (fault == HttpFault::all_independent)
    return {{"independent", {"/cart", "/orders", "/stock", "/users", "/admin", "/items", "/me"}}};
  if (fault == HttpFault::writes_that_ask) return {{"request", "POST /cart"}, {"effect", "read"}};
  return nullptr;
}

class HttpExperiment {
 public:
  HttpExperiment(const Workload& workload, std::uint64_t seed, int clients, int units, bool tell,
                 HttpFault fault)
      : workload_(workload),
        plan_{seed, seed * 2 + 1, clients, units, false},
        tell_(tell),
        fault_(fault),
        tokens_(static_cast<std::size_t>(clients)),
        mock_tokens_(static_cast<std::size_t>(clients)) {}

  Outcome run() {
    simulate(workload_, plan_, truth(), {{}, [&](const Said& said) {
                                           baselines_.record(request_, truth_);
                                           note_moves(said);
                                           if (tell_) outcome_.recording.push_back(told(said));
                                         }});
    const auto clients = static_cast<std::uint32_t>(plan_.clients);
    const Mock mock(http::protocol(), recording_, clients, {}, pin_of(fault_));
    served_ = std::make_unique<ServedMock>(http::protocol(), mock, clients);
    plan_.order = plan_.order * 2 + 77;
    plan_.perturbed = true;
    // Some ask what nobody asked before.
    if (plan_.program % 3 == 0) plan_.program += 1'000'003;
    simulate(
        workload_, plan_, truth(),
        {[&](std::uint32_t client, const Statement& statement) { return ask(client, statement); },
         [&](const Said& said) { compare(said); }});
    return std::move(outcome_);
  }

 private:
  /// A service that begins anew for each run. The recorder watches it.
  Execute truth() {
    model_ = std::make_unique<HttpModel>();
    observers_.clear();
    for (int i = 0; i < plan_.clients; ++i) observers_.push_back(http::protocol().new_observer({}));
    return [this](std::uint32_t client, const Statement& statement) {
      const HttpRequest request = request_of(statement, tokens_[client]);
      HttpAnswer answer = model_->answer(request);
      if (!served_) observe(client, with_fault(request, fault_).octets(), answer.octets());
      if (std::string token = take_token(answer); !token.empty())
        tokens_[client] = std::move(token);
      request_ = request_of(statement, std::string(token_word)).octets();
      truth_ = meaning_of(answer);
      return Reply();
    };
  }

  void observe(std::uint32_t client, const std::string& request, const std::string& answer) {
    Observer& observer = *observers_[client];
    Relay relay;
    observer.feed(Direction::from_client, as_bytes(request), {++tick_, {}}, relay);
    observer.feed(Direction::from_server, as_bytes(answer), {++tick_, {}}, relay);
    while (const auto observed = observer.next())
      if (const auto* said = std::get_if<Exchange>(&*observed))
        recording_.push_back({client, said->request, said->answer});
  }

  /// False where the mock refuses a write: it never happened.
  bool ask(std::uint32_t client, const Statement& statement) {
    const HttpRequest request = with_fault(request_of(statement, mock_tokens_[client]), fault_);
    const auto [octets, grade] = served_->ask(client, request.octets());
    HttpAnswer answer = parse_answer(octets);
    if (std::string token = take_token(answer); !token.empty())
      mock_tokens_[client] = std::move(token);
    answer_ = meaning_of(answer);
    grade_ = grade;
    if (grade_ != Grade::miss || statement.kind != Statement::Kind::write) return true;
    ++outcome_.writes.asked;
    ++outcome_.writes.miss;
    return false;
  }

  /// A request whose answer the recording shows to change by itself.
  void note_moves(const Said& said) {
    if (said.statement->kind != Statement::Kind::read) return last_.clear();
    const auto [last, first] = last_.try_emplace(request_, truth_);
    if (!first && last->second != truth_) moves_.insert(request_);
    last->second = truth_;
  }

  void compare(const Said& said) {
    if (tell_)
      outcome_.replay.push_back(fmt::format("{}  [{}] {}", told(said), name_of(grade_), answer_));
    Tally& tally = said.statement->kind == Statement::Kind::read ? outcome_.reads : outcome_.writes;
    const bool right = answer_ == truth_;
    if (is_certain(grade_) && !right && workload_.hidden && !moves_.contains(request_)) {
      ++outcome_.unshown;
      return;
    }
    count(grade_, right, tally);
    baselines_.count(request_, truth_, tally);
    if (!is_certain(grade_)) outcome_.uncertain.push_back(said.statement->sql);
    if (is_certain(grade_) && !right && !outcome_.wrong)
      outcome_.wrong = Wrong{told(said), answer_, truth_};
  }

  [[nodiscard]] std::string told(const Said& said) const {
    std::string line = fmt::format("client {}: {}", said.client + 1, said.statement->sql);
    for (const Value& value : said.statement->values)
      if (const auto& text = std::get<std::string>(value); !text.empty()) line += "  " + text;
    return line + "  ->  " + truth_;
  }

  const Workload& workload_;
  Plan plan_;
  bool tell_;
  HttpFault fault_;
  Outcome outcome_;
  Baselines baselines_;
  std::unique_ptr<HttpModel> model_;
  std::vector<std::unique_ptr<Observer>> observers_;
  std::vector<Recorded> recording_;
  std::uint64_t tick_ = 0;
  std::unique_ptr<ServedMock> served_;
  std::vector<std::string> tokens_, mock_tokens_;  // of the clients
  std::map<std::string, std::string> last_;        // answers since the last write, by request
  std::set<std::string> moves_;
  std::string request_, truth_, answer_;  // of the statement under way
  Grade grade_ = Grade::miss;
};

}  // namespace

Run http_experiments(HttpFault fault) {
  return [fault](const Workload& workload, std::uint64_t seed, int clients, int units, bool tell) {
    return HttpExperiment(workload, seed, clients, units, tell, fault).run();
  };
}

}  // namespace differential
