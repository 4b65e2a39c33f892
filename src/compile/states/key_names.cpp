#include "compile/states/key_names.hpp"

#include <algorithm>
#include <iterator>

#include "compile/model/full_step.hpp"
#include "match/chains.hpp"
#include "table/hash.hpp"

namespace understudy::compile {
namespace {

namespace format = table::format;

// Each is one look-up more for every read of the whole.
constexpr std::size_t most_narrower = 64;

/// Below which everything narrower than a joined path is sorted.
std::string below(std::string_view joined) {
  return joined.empty() ? std::string() : std::string(joined) + '\x1f';
}

}  // namespace

void add_read_keys(Names& names, const std::vector<KeyPath>& paths) {
  for (const KeyPath& path : paths)
    for (std::string& name : match::read_keys(path)) names.insert(std::move(name));
}

NarrowerPaths::NarrowerPaths(const std::vector<Step>& steps) {
  bool asked = false;
  for (const Step& packed : steps) {
    const FullStep step(packed);
    asked |= !step.contents.empty();
    for (const KeyPath& path : step.writes) written_.insert(join(path));
  }
  if (!asked) written_.clear();
}

void NarrowerPaths::add_content_keys(Names& names, const KeyPath& path) const {
  const std::string joined = join(path), prefix = below(joined);
  Names found = {match::content_key(joined)};
  for (auto each = written_.lower_bound(prefix); each != written_.end(); ++each) {
    if (!each->starts_with(prefix)) break;
    if (found.size() > most_narrower) return add_read_keys(names, {path});
    found.insert(match::content_key(*each));
  }
  names.merge(found);
}

void WrittenPaths::add(const std::vector<KeyPath>& paths, const std::vector<Determined>& determined,
                       bool answered) {
  for (const KeyPath& path : paths) {
    Content content;
    const auto found = std::ranges::find(determined, path, &Determined::path);
    if (found != determined.end() && (answered || found->whatever_answered))
      content = {match::determined_version(table::hash_of(found->content)),
                 {},
                 found->whatever_answered ? std::uint32_t{format::advance_always} : 0U};
    const auto [known, added] = paths_.emplace(path, content);
    if (!added && known->second != content) known->second = {};
  }
}

/// A write to a path is one to all that is there below. Where several paths of one write cover a
/// key, nobody knows in which order they were written.
std::map<table::KeyId, WrittenPaths::Content> WrittenPaths::contents(
    const KeyNumberByName& tracked) const {
  std::map<table::KeyId, Content> contents;
  const auto cover = [&](table::KeyId key, const Content& content) {
    const auto [found, added] = contents.emplace(key, content);
    if (!added && found->second != content) found->second = {};
  };
  for (const auto& [path, content] : paths_) {
    const std::string own = match::content_key(join(path));
    if (const auto found = tracked.find(own); found != tracked.end()) cover(found->second, content);
    const std::string prefix = path.empty() ? own : below(own);
    for (auto each = tracked.lower_bound(prefix);
         each != tracked.end() && each->first.starts_with(prefix); ++each)
      cover(each->second, content);
  }
  return contents;
}

std::uint64_t WrittenPaths::hash() const {
  match::Version hash = 0;
  for (const auto& [path, content] : paths_) {
    for (const std::string& segment : path) hash = match::extend(hash, table::hash_of(segment));
    hash = match::extend(match::extend(hash, content.content), path.size() << 8U | content.flags);
  }
  return hash;
}

std::vector<format::AdvanceRecord> WrittenPaths::advances(const KeyNumberByName& tracked) const {
  Names names;
  for (const auto& [path, content] : paths_)
    for (std::string& name : match::write_keys(path)) names.insert(std::move(name));
  std::vector<format::AdvanceRecord> advances;
  for (const std::string& name : names)
    if (const auto found = tracked.find(name); found != tracked.end())
      advances.push_back({0, found->second, 0});
  for (const auto& [key, content] : contents(tracked))
    advances.push_back({content.content, key, content.flags});
  return advances;
}

}  // namespace understudy::compile
