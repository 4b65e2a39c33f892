// Which writes leave which answers alone.
//
// A write to one resource may change what is answered at any other one, and nothing in a request
// says that it does not. So a request depends on every recorded write, but for those that the
// recording shows to leave its answer as it was: the same answer before and after a write that came
// alone and for the first time, the representation that a write was
// answered with and that was read again. What was shown of two different resources each is taken to
// hold for all that are called alike, and so is what was shown of two different contents.
//
// What a write does may follow from what nobody sees: which stock an order takes, from the cart. In
// a state that was not recorded it leaves an answer alone only where it was shown to leave alone
// all that lies below the same resource.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "understudy/analyser.hpp"

namespace understudy::http {

class Independence {
 public:
  using Id = std::uint32_t;
  using Words = std::vector<Id>;  ///< sorted

  /// What all exchanges of one request have in common.
  struct Request {
    Id read_as = 0;  ///< equal for requests of one kind, by whom: of what is shown of one of them
    Id written_as = 0;  ///< the same of a write
    Id who = 0;
    KeyPath path{};
    /// Equal where the question is: what may choose what it is about or what it does, see `words`.
    Id said = 0;
    Words words{};         ///< that may name something
    Words credentials{};   ///< the secrets that it is asked with, sorted
    bool reads = true;     ///< changes nothing
    bool sets = false;     ///< says what is to be there, so it may find just that: PUT, PATCH
    bool removes = false;  ///< says that nothing is to be there, which may be so: DELETE
    /// Signs in or out: changes only what is asked with the secrets that it is answered with, and
    /// what is asked by the same one.
    bool signs_in = false;
    bool constant = false;  ///< its answer is no matter of data
  };
  struct Said {
    Id recording = 0;
    std::uint32_t request = 0;  ///< see add()
    std::uint64_t began = 0, ended = 0;
    /// What is compared of answers: of a read all of it, of a write what does not follow from its
    /// own request.
    Id content = 0;
    Id body = 0;
    std::vector<KeyPath> writes{};
    KeyPath collection{};  ///< see Dependencies
    Words gives{};         ///< secrets in its answer, sorted
    bool changed = false;
    bool made = false;  ///< it was answered that this was not there before
  };

  /// A person's word: nothing below one of the paths changes what is below another.
  void pin(std::vector<KeyPath> paths) { pins_.push_back(std::move(paths)); }
  /// Gives its number.
  std::uint32_t add(Request request);
  void add(Said said) { said_.push_back(std::move(said)); }
  void conclude();

  /// Numbers of sets of writes: those that a request depends on, those that it is part of, and
  /// those that it is part of as well where it is made in a state that was not recorded.
  [[nodiscard]] const std::vector<std::uint32_t>& depends_on(std::uint32_t request) const {
    return depends_on_[request];
  }
  [[nodiscard]] const std::vector<std::uint32_t>& is_part_of(std::uint32_t request) const {
    return is_part_of_[request];
  }
  [[nodiscard]] const std::vector<std::uint32_t>& may_be_part_of(std::uint32_t request) const {
    return may_be_part_of_[request];
  }

 private:
  /// What is the same of a read and a write for which something was shown.
  struct Kind {
    Id read_as, written_as;
    bool same_who, related;  ///< asked by the same one; a word of the one is in the other
    friend auto operator<=>(const Kind&, const Kind&) = default;
  };
  /// Of which requests it was shown.
  struct Place {
    KeyPath path;
    Id said = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Places {
    std::set<KeyPath> paths;
    std::set<Id> said;
    void add(const Place& place);
    /// Whether two that were shown, one of which is `shown`, tell of `place` as well.
    [[nodiscard]] bool tell_of(const Place& place, const Place& shown) const;
  };
  struct Shown {
    std::set<std::pair<Place, Place>> pairs;
    Places read, written;
    std::set<std::uint32_t> writers;  ///< the very ones
  };
  struct Writer {
    std::uint32_t request = 0;
    bool idle = false;  ///< it may have found all done
  };
  /// From one answer to the next that it is compared with.
  struct Interval {
    std::uint32_t reader = 0;
    std::vector<Writer> writers;  ///< those to the reader's own path left out
    bool same = false;
  };

  /// Sets of writers.
  using Numbers = std::map<std::vector<std::uint32_t>, std::uint32_t>;

  void find_idle();
  void find_families();
  void find_intervals();
  void add_interval(std::size_t from, std::size_t to, bool same, bool own_too);
  void weigh();
  void find_culprits();
  void find_shown();
  bool find_suspects();
  /// False where it is disproved.
  bool show(std::uint32_t reader, std::uint32_t writer);
  [[nodiscard]] std::vector<std::uint32_t> writers_of(std::uint32_t reader) const;
  [[nodiscard]] std::vector<std::uint32_t> writers_in_any_state(
      std::uint32_t reader, const std::vector<std::uint32_t>& family) const;
  [[nodiscard]] std::uint32_t number_of(std::vector<std::uint32_t> set, Numbers& known);
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> parts_of(const Numbers& numbers) const;
  void find_sets();
  void depend_on_all();
  [[nodiscard]] Kind kind_of(std::uint32_t reader, std::uint32_t writer) const;
  [[nodiscard]] bool is_own(std::uint32_t reader, const Said& write) const;
  [[nodiscard]] bool is_of_another_session(std::uint32_t reader, std::uint32_t writer) const;
  [[nodiscard]] bool is_always_own(std::uint32_t reader, std::uint32_t writer) const;
  [[nodiscard]] bool is_apart(std::uint32_t reader, std::uint32_t writer) const;
  [[nodiscard]] bool is_shown(std::uint32_t reader, std::uint32_t writer) const;
  [[nodiscard]] bool is_pinned(const KeyPath& read, const KeyPath& written) const;
  [[nodiscard]] bool is_independent(std::uint32_t reader, std::uint32_t writer) const;

  std::vector<Request> requests_;
  std::vector<Said> said_;
  std::vector<std::size_t> writes_;                 // numbers in said_, in order
  std::set<std::size_t> idle_;                      // those of writes_ that may have done nothing
  std::vector<std::vector<std::size_t>> outcomes_;  // of each request: its writes in said_
  std::vector<Interval> intervals_;
  std::map<Kind, Shown> shown_;
  std::set<Kind> disproved_;
  std::set<Kind> culprits_;  // those that came alone where an answer changed
  /// Writes that may have changed such an answer, whatever was shown of others of their kind.
  std::set<std::pair<Kind, std::uint32_t>> suspects_;
  std::vector<std::vector<KeyPath>> pins_;
  std::vector<std::uint32_t> families_;  // of each request: the resource below which it is
  std::vector<std::uint32_t> all_writers_;
  std::uint32_t sets_ = 0;
  std::vector<std::vector<std::uint32_t>> depends_on_, is_part_of_, may_be_part_of_;
};

}  // namespace understudy::http
