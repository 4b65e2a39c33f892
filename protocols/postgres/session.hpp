// What of a session may matter to a statement: its database, its role, settings that change what is
// found, computed or printed. All of it that differs from the first recorded session is part of the
// question, for the statements that can depend on it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/postgres/settings.hpp"
#include "protocols/postgres/shape.hpp"
#include "protocols/postgres/temporary_tables.hpp"
#include "protocols/postgres/transaction.hpp"
#include "understudy/document.hpp"
#include "understudy/exchange.hpp"
#include "understudy/request.hpp"

namespace understudy::postgres {

/// A session at one moment.
struct SessionView {
  std::string_view user, database;  ///< of the login
  const Settings& settings;
  bool in_block = false;  ///< BEGIN was executed
};

/// The name of the fact that a transaction sees one state of the database throughout.
inline constexpr std::string_view isolation_fact = "transaction_isolation";

/// What such a statement sees of what others committed since its block began. In one that sees one
/// state throughout it is that of its first query, which may have been one that the mock answered by
/// itself.
[[nodiscard]] Sight sight_of(const SessionView& session, sql::Kind kind);

/// What a session is compared with.
struct SessionDefaults {
  /// The facts of the first recorded session, by name, as far as it tells them.
  std::map<std::string, std::string, std::less<>> facts;
  /// Settings that an application makes up (`app.request_id`) and never gave the same value twice.
  std::set<std::string, std::less<>> noise;
  /// Several roles logged in: what one of them was told may not be what another one is told.
  bool several_roles = false;
};
[[nodiscard]] SessionDefaults session_defaults(const SessionView& session);

/// `name=value` of each fact that `needs` holds and whose value is not the default one; empty where
/// there is none. With `database`, which stands for every use of tables, the role counts where it
/// was set or several logged in, and so do the application's own settings: views, policies and
/// functions may read them.
[[nodiscard]] std::string session_part(const SessionNeeds& needs, const SessionView& session,
                                       const SessionDefaults& defaults);

/// All facts that differ from the first recorded session's: `name=value` and a 0 each. Settings
/// that the application makes up are among them where it ever set them, empty ones included.
[[nodiscard]] std::string session_facts(const SessionView& session,
                                        const SessionDefaults& defaults);

/// The bits of `SessionNeeds` for which session_part is not empty.
[[nodiscard]] std::uint16_t differing_facts(const SessionView& session,
                                            const SessionDefaults& defaults);

/// What the execution of a statement may depend on, by its text, its values and its types. `keys`
/// are its dependencies.
[[nodiscard]] SessionNeeds needs_of(const StatementRequest& request, const StatementAnswer& answer,
                                    const sql::Dependencies& keys);

/// What the definition of a view, a function, a rule or a policy makes statements depend on that go
/// through it; nothing of other definitions.
[[nodiscard]] SessionNeeds needs_of_definition(std::string_view sql);

/// The settings and the block of a recorded session, followed from exchange to exchange as the
/// serving role follows those of a live one.
class RecordedSession {
 public:
  explicit RecordedSession(const SessionHeader& header);

  [[nodiscard]] SessionView view() const noexcept {
    return {user_, database_, settings_, !block_.idle()};
  }
  void follow(const StatementRequest& request, const StatementAnswer& answer);
  /// The same, of what a statement that was answered without error did with temporary tables.
  void follow(const TemporaryUse& use, std::string_view canonical) {
    postgres::follow(use, canonical, true, !block_.idle(), settings_);
  }

 private:
  void control(const StatementRequest& request, const StatementAnswer& answer,
               const sql::Verb& verb);

  std::string user_, database_;
  Settings settings_;
  TransactionBlock block_;
};

}  // namespace understudy::postgres
