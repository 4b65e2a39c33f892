// The toy protocol with an emulator: GET says what the last SET put there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "support/toy_protocol.hpp"

namespace toy {

class ToyEmulator final : public Emulator {
 public:
  explicit ToyEmulator(const Document& knowledge) : knowledge_(knowledge) {
    if (!knowledge_.contains("seeds"))
      knowledge_ = {{"seeds", Document::object()}, {"wrong", false}};
    ToyEmulator::reset();
  }

  void begin_recording() override {
    values_.clear();
    written_.clear();
  }
  Document knowledge() const override { return knowledge_; }
  void reset() override {
    values_.clear();
    for (const auto& [key, value] : knowledge_["seeds"].items())
      values_[key] = value.get<std::string>();
  }

  std::optional<Computed> compute(const EmulatedRequest& asked, Moment) override {
    if (knowledge_["wrong"].get<bool>()) return std::nullopt;
    const Parsed line = parsed(asked.canonical);
    if (line.verb == "SET") {
      values_[line.key] = line.value;
      return Computed{"ok", {path_of(line.key)}};
    }
    const auto found = values_.find(line.key);
    if (line.verb != "GET" || found == values_.end()) return std::nullopt;
    return Computed{found->second, {}};
  }

  void follow(const EmulatedRequest& asked, Bytes image, Moment now, bool in_order) override {
    const Parsed line = parsed(asked.canonical);
    const std::string answer(as_text(image));
    if (line.verb == "SET") {
      values_[line.key] = line.value;
      written_.insert(line.key);
    } else if (line.verb == "GET") {
      const auto found = values_.find(line.key);
      if (found != values_.end() && found->second != answer) {
        if (in_order && !now) knowledge_["wrong"] = true;
        values_.erase(found);
      } else {
        values_[line.key] = answer;
        if (!written_.contains(line.key) && !now) knowledge_["seeds"][line.key] = answer;
      }
    }
  }
  void forget(const EmulatedRequest& asked) override { values_.erase(parsed(asked.canonical).key); }

 private:
  static Parsed parsed(std::string_view canonical) {
    std::string line(canonical);
    for (char& octet : line)
      if (octet == '\0') octet = ' ';
    return parse(line);
  }
  Document knowledge_;
  std::map<std::string, std::string> values_;
  std::set<std::string> written_;
};

class EmulatedProtocol final : public ToyProtocol {
 public:
  std::unique_ptr<Emulator> new_emulator(const Document& knowledge) const override {
    return std::make_unique<ToyEmulator>(knowledge);
  }
};

inline const Protocol& emulated() {
  static const EmulatedProtocol instance;
  return instance;
}

}  // namespace toy
