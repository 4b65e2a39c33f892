// What an emulator of a SQL service does in every dialect: it follows what was answered, doubts
// what it can't follow, and computes what it is sure of.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/contents/contents.hpp"
#include "protocols/sql/emulator/coverage.hpp"
#include "protocols/sql/emulator/known_answers.hpp"
#include "protocols/sql/emulator/request.hpp"
#include "protocols/sql/emulator/runner.hpp"
#include "protocols/sql/emulator/start.hpp"
#include "protocols/sql/emulator/statements.hpp"
#include "understudy/emulator.hpp"

namespace understudy::sql::emulator {

/// A plan that is run once, and its answer. It begins and ends within Contents::enter() and keep()
/// or undo(), or outside of any transaction where it only reads.
class Execution {
 public:
  Execution() = default;
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  virtual ~Execution() = default;

  /// The request has taken effect, and this is what it was answered. What only the server could
  /// know is taken from there, and what the answer does not show is no longer known.
  virtual void take_from(Bytes image) = 0;
  /// False where it is not sure. Then, and where it fails, what was changed is to be undone.
  [[nodiscard]] virtual bool run(const Plan& plan, const SqlRequest& request) = 0;

  // ---- after it ran ----
  [[nodiscard]] virtual bool fails() const = 0;
  [[nodiscard]] virtual const Written& written() const = 0;
  [[nodiscard]] virtual std::string image() const = 0;
  /// Whether the server said the same, as far as it is told at all what it says.
  [[nodiscard]] virtual bool agrees(const Plan& plan, Bytes image) = 0;
  /// Whether it says an error of the same code in other words.
  [[nodiscard]] virtual bool words_differ(Bytes /*image*/) const { return false; }
  [[nodiscard]] virtual Runner& runner() = 0;

  /// The request, which read what is here, was answered so: what that shows of values that are not
  /// known is known from here on.
  virtual void learn(const Plan& /*plan*/, Bytes /*image*/) {}
};

class SqlEmulator : public Emulator {
 public:
  void begin_recording() override;
  void begin_held_recording() override;
  [[nodiscard]] std::vector<HeldState> hold(const Held& held) override;
  [[nodiscard]] Document knowledge() const override;
  [[nodiscard]] std::string contents() const override;
  void use_contents(Bytes octets) override;
  [[nodiscard]] std::set<std::string> numbered() const override;
  void reset() override { clear(start_.get()); }
  [[nodiscard]] std::optional<Computed> compute(const EmulatedRequest& asked, Moment now) override;
  void follow(const EmulatedRequest& asked, Bytes image, Moment now, bool in_order) override;
  void forget(const EmulatedRequest& asked) override;
  [[nodiscard]] Coverage coverage() const override { return covered_.coverage(rules()); }
  [[nodiscard]] std::string why_not(const EmulatedRequest& asked) override;
  [[nodiscard]] bool undoes() const noexcept override { return true; }
  void control(Control control, std::string_view name, std::uint64_t connection) override;
  [[nodiscard]] bool commits(std::uint64_t connection) override;
  void look(std::uint64_t connection) override { contents_->look(connection); }
  void end_doubted(std::uint64_t connection) override;

 protected:
  /// What an answer says, as far as it counts here.
  struct Answered {
    bool readable = false, error = false;
    bool of_no_row = false;  ///< no row was changed by an UPDATE or DELETE
    std::string code;        ///< of an error
  };
  /// What an insert that failed has taken of its sequence.
  enum class Taken : std::uint8_t { nothing, its_own, unknown };

  [[nodiscard]] virtual const ServerRules& rules() const = 0;
  [[nodiscard]] virtual Dialect dialect() const = 0;
  /// Those that its translator makes use of.
  [[nodiscard]] virtual contents::ValueFunctions functions() const { return {}; }
  [[nodiscard]] virtual SqlRequest request_of(const EmulatedRequest& asked) const = 0;
  [[nodiscard]] virtual Answered answered(Bytes image) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Execution> execution() = 0;
  /// What the request sees of others in its transaction.
  [[nodiscard]] virtual sql::contents::Contents::Sees sees(const SqlRequest& request) const = 0;
  /// What in the session stands in the way of everything; empty: nothing.
  [[nodiscard]] virtual std::string unsound_session() const = 0;
  [[nodiscard]] virtual bool lacks_privilege(std::string_view code) const = 0;
  /// Of an insert of one row that is followed; empty: it is not known how it failed.
  [[nodiscard]] virtual Taken taken_by_failure(std::string_view code) const = 0;
  /// The answer to a definition that is sure to succeed.
  [[nodiscard]] virtual std::optional<std::string> answer_of_definition(
      const tree::Statement& statement, std::string_view pattern) = 0;
  /// After it was carried out in the contents: whether it is sure that it succeeded.
  [[nodiscard]] virtual bool definition_holds(const tree::Statement& /*statement*/) { return true; }
  /// The statement, which took effect, made anew all that there is; see clear().
  [[nodiscard]] virtual bool makes_all_anew(const tree::Statement& /*statement*/,
                                            std::string_view /*pattern*/) {
    return false;
  }
  /// What a definition changes that is about to be computed.
  [[nodiscard]] virtual std::vector<KeyPath> paths_of_definition(
      const tree::Statement& /*statement*/) const {
    return {KeyPath()};
  }
  /// The answer to who asks what the statement's answer looks like; nothing where that is not
  /// known.
  [[nodiscard]] virtual std::optional<std::string> description_of(const Plan& /*plan*/) {
    return std::nullopt;
  }
  /// What follows is about a request of that session.
  virtual void use_session(const SqlRequest& /*request*/) {}
  /// The time at which the connection's request is computed; nothing: it is not.
  virtual void set_moment(std::uint64_t /*connection*/, Moment /*now*/) {}
  /// The same of a request that is followed.
  virtual void set_unseen(std::uint64_t /*connection*/, Moment /*now*/) {}
  virtual void add_paths(const std::string& key, std::vector<KeyPath>& paths) const = 0;
  [[nodiscard]] virtual std::shared_ptr<const Start> make_start(const Held& held,
                                                                std::vector<HeldState>& states) = 0;
  [[nodiscard]] virtual std::shared_ptr<const Start> read_start(const Document& document,
                                                                Bytes octets) = 0;
  /// From here on it begins with `start`.
  virtual void note_start(const Start& /*start*/) {}
  /// Everything is as at its beginning; null: nothing is known.
  virtual void note_cleared(const Start* /*start*/) {}
  /// The statement, whose pattern this is, has taken effect: it may define something.
  virtual void note_defined(const tree::Statement& /*statement*/, std::string_view /*pattern*/) {}
  /// Something was followed that was computed or not.
  virtual void note_followed(const SqlRequest& /*request*/, Bytes /*image*/) {}

  void read_knowledge(const Document& knowledge);
  void clear(const Start* start);
  [[nodiscard]] bool is_recording() const noexcept { return recording_; }
  [[nodiscard]] sql::contents::Contents& held() noexcept { return *contents_; }
  /// A transaction that tells no isolation is READ COMMITTED.
  [[nodiscard]] bool reads_committed() const noexcept { return start_ && start_->reads_committed; }
  [[nodiscard]] const Depended& depended() const noexcept { return depended_; }
  [[nodiscard]] Statements& statements() noexcept { return *statements_; }
  [[nodiscard]] const Statements& statements() const noexcept { return *statements_; }

 private:
  void begin_with(std::shared_ptr<const Start> start);
  [[nodiscard]] MayWrite may_write(const SqlRequest& request) {
    return statements_->may_write(request.pattern, contents_->book());
  }
  [[nodiscard]] const Plan& plan_of(const SqlRequest& request, bool took_effect) {
    return statements_->plan_of(request.pattern, *contents_, took_effect,
                                request.other_session ? request.session : std::string_view());
  }
  [[nodiscard]] std::string why_not_asked(const SqlRequest& request);
  [[nodiscard]] bool computes(const SqlRequest& request) { return why_not_asked(request).empty(); }
  [[nodiscard]] bool sees(const SqlRequest& request, std::uint64_t connection) const;
  [[nodiscard]] std::optional<Computed> compute_data(const SqlRequest& request,
                                                     std::uint64_t connection);
  [[nodiscard]] std::optional<Computed> compute_definition(const SqlRequest& request,
                                                           std::uint64_t connection);
  [[nodiscard]] std::optional<Computed> compute_once(const Plan& plan, const SqlRequest& request,
                                                     std::uint64_t connection,
                                                     const std::vector<std::string>& revealed);
  [[nodiscard]] std::optional<Computed> recall(const SqlRequest& request);
  void note_known(const SqlRequest& request, Bytes image);
  void follow_read(const SqlRequest& request, Bytes image);
  void follow_write(const SqlRequest& request, Bytes image, const Answered& answer,
                    std::uint64_t connection, bool sure);
  [[nodiscard]] bool follow_computed(const SqlRequest& request, Bytes image);
  [[nodiscard]] bool follow_shown(const SqlRequest& request, Bytes image);
  [[nodiscard]] bool run(Execution& execution, const Plan& plan, const SqlRequest& request);
  void note_words(bool same);
  void note_numbers(const SqlRequest& request, bool computed);
  void note_denied(const SqlRequest& request);
  void note_failure(const SqlRequest& request, std::string_view code);
  void note_coverage(const tree::Statement& statement, const SqlRequest& request);
  [[nodiscard]] bool changed_nothing(const SqlRequest& request, const Answered& answer);
  void forget_written(const SqlRequest& request, std::uint64_t connection);
  void forget_numbers(const MayWrite& written);
  void doubt(const MayWrite& written, std::uint64_t connection);
  void pin(const SqlRequest& request);

  std::unique_ptr<sql::contents::Contents> contents_;
  std::optional<Statements> statements_;
  Depended depended_;  ///< keys of tables that views and such are made of
  bool recording_ = false;
  /// How the server words its errors is known: by the snapshot, or because a recorded one was
  /// computed.
  bool knows_errors_ = false, other_words_ = false;
  bool locks_ = false;  ///< some read takes locks of which nobody is told
  std::set<std::string, std::less<>> pinned_;
  /// Tables with inserts that got numbers: whether all of them were computed.
  std::map<std::string, bool> numbered_;
  /// Tables that the recorded clients may not use as they like: nothing is computed of them.
  std::set<std::string> denied_;
  const Document* start_document_ = nullptr;
  std::shared_ptr<const Start> start_;  ///< null where it is not known what there was first
  std::set<std::uint64_t> unsure_;      ///< connections of whose transaction not all is known
  KnownAnswers known_answers_;
  CoverageBook covered_;
  bool disagrees_ = false;  ///< it would have answered otherwise what was followed last
  std::string why_not_;     ///< of the request that was followed last
};

}  // namespace understudy::sql::emulator
