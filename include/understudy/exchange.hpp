// One logical request with its whole answer, and the session that it was part of.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "understudy/document.hpp"

namespace understudy {

/// A point of a recording. `tick` is a logical clock: it counts what the recorder saw, over all
/// connections, so that it orders exchanges and shows overlap without any wall-clock noise.
struct Moment {
  std::uint64_t tick = 0;
  std::chrono::microseconds time{0};  ///< since the recording began
};

/// Request and answer are spelled as the protocol's README says. They hold meaning, never wire
/// artefacts, and are self-contained: whatever of the connection's state matters to the request
/// (a selected database that is not the session's first, say) is part of it.
struct Exchange {
  Document request;
  Document answer;
  Moment began;  ///< when the first octet of the request was seen
  Moment ended;  ///< when the last octet of the answer was seen
};

/// What the recorder could not keep: from `since` until `noticed` a connection may have said
/// anything.
struct Gap {
  std::string reason;  ///< one line, for a person
  Moment since, noticed;
};

/// What is known of a recorded connection as a whole.
struct SessionHeader {
  std::string service;
  std::string protocol;
  std::string recording;         ///< name of the recording run, "r1", "r2", …
  std::uint32_t connection = 0;  ///< 1 for the service's first connection of that recording
  std::string started;           ///< RFC 3339, UTC
  Document facts;                ///< user, database, server version and parameters, …; no secrets
};

}  // namespace understudy
