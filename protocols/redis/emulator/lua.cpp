#include "protocols/redis/emulator/lua.hpp"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "protocols/redis/emulator/script_cache.hpp"

namespace understudy::redis::emulation {
namespace {

constexpr int most_instructions = 5'000'000;
constexpr std::size_t most_memory = std::size_t{64} << 20;
constexpr int deepest = 100;
constexpr double largest_whole = 0x1p53;

struct Run {
  const ScriptCommand& command;
  std::size_t memory = 0;
  bool is_sure = true;  ///< once false, whatever the script makes of it
};

Run& run_of(lua_State* lua) {
  void* run = nullptr;
  static_cast<void>(lua_getallocf(lua, &run));
  return *static_cast<Run*>(run);
}

int give_up(lua_State* lua) {
  run_of(lua).is_sure = false;
  return luaL_error(lua, "not computed");
}

void* allocate(void* data, void* block, std::size_t old_size, std::size_t new_size) {
  Run& run = *static_cast<Run*>(data);
  if (new_size == 0) {
    run.memory -= old_size;
    std::free(block);
    return nullptr;
  }
  if (run.memory - old_size + new_size > most_memory) return nullptr;
  void* const moved = std::realloc(block, new_size);
  if (moved != nullptr) run.memory += new_size - old_size;
  return moved;
}

// -- from replies

void push(lua_State* lua, const Value& value);

void push_field(lua_State* lua, const char* name, const std::string& text) {
  lua_createtable(lua, 0, 1);
  lua_pushlstring(lua, text.data(), text.size());
  lua_setfield(lua, -2, name);
}

void push_items(lua_State* lua, const std::vector<Value>& items) {
  lua_createtable(lua, static_cast<int>(items.size()), 0);
  for (std::size_t i = 0; i < items.size(); ++i) {
    push(lua, items[i]);
    lua_rawseti(lua, -2, static_cast<int>(i + 1));
  }
}

void push(lua_State* lua, const Value& value) {
  luaL_checkstack(lua, 4, "nested too deep");
  if (is_null(value.kind)) return lua_pushboolean(lua, 0);
  switch (value.kind) {
    case Kind::integer:
      return lua_pushnumber(lua, static_cast<lua_Number>(value.integer));
    case Kind::bulk_string:
      return lua_pushlstring(lua, value.text.data(), value.text.size());
    case Kind::simple_string:
      return push_field(lua, "ok", value.text);
    case Kind::array:
      return push_items(lua, value.items);
    default:  // an error, or nothing that RESP2 has
      static_cast<void>(give_up(lua));
  }
}

// -- to replies

Value pop_value(lua_State* lua, int depth);

/// Of the table on top: up to its first nil.
Value items_of(lua_State* lua, int depth) {
  Value list = Value::aggregate(Kind::array, {});
  for (int i = 1;; ++i) {
    lua_rawgeti(lua, -1, i);
    if (lua_isnil(lua, -1)) break;
    list.items.push_back(pop_value(lua, depth + 1));
  }
  lua_pop(lua, 1);
  return list;
}

Value table_value(lua_State* lua, int depth) {
  for (const char* const special :
       {"err", "double", "map", "set", "big_number", "verbatim_string"}) {
    lua_getfield(lua, -1, special);
    if (!lua_isnil(lua, -1)) static_cast<void>(give_up(lua));
    lua_pop(lua, 1);
  }
  lua_getfield(lua, -1, "ok");
  const bool is_status = lua_type(lua, -1) == LUA_TSTRING;
  std::size_t size = 0;
  const char* const text = is_status ? lua_tolstring(lua, -1, &size) : nullptr;
  const std::string status = is_status ? std::string(text, size) : std::string();
  lua_pop(lua, 1);
  if (is_status && status.find_first_of("\r\n") != std::string::npos)
    static_cast<void>(give_up(lua));
  return is_status ? Value::of(Kind::simple_string, status) : items_of(lua, depth);
}

/// Takes the value on top.
Value pop_value(lua_State* lua, int depth) {
  luaL_checkstack(lua, 4, "nested too deep");
  if (depth > deepest) static_cast<void>(give_up(lua));
  Value value = Value::of(Kind::null);
  switch (lua_type(lua, -1)) {
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* const text = lua_tolstring(lua, -1, &size);
      value = Value::of(Kind::bulk_string, std::string_view(text, size));
      break;
    }
    case LUA_TNUMBER: {
      const double number = lua_tonumber(lua, -1);
      if (!(std::fabs(number) < largest_whole)) static_cast<void>(give_up(lua));
      value = Value::number(static_cast<std::int64_t>(number));
      break;
    }
    case LUA_TBOOLEAN:
      if (lua_toboolean(lua, -1) != 0) value = Value::number(1);
      break;
    case LUA_TTABLE:
      value = table_value(lua, depth);
      break;
    default:
      break;
  }
  lua_pop(lua, 1);
  return value;
}

// -- redis.…

std::string word_at(lua_State* lua, int index) {
  std::size_t size = 0;
  if (lua_type(lua, index) == LUA_TNUMBER) {
    const double number = lua_tonumber(lua, index);
    if (!std::isfinite(number)) static_cast<void>(give_up(lua));
    std::string digits = format_double(number, DoubleStyle::seventeen_digits);
    // Which of them depends on the version.
    if (digits != format_double(number, DoubleStyle::shortest)) static_cast<void>(give_up(lua));
    return digits;
  }
  if (lua_type(lua, index) != LUA_TSTRING) static_cast<void>(give_up(lua));
  const char* const text = lua_tolstring(lua, index, &size);
  return {text, size};
}

int redis_call(lua_State* lua) {
  std::vector<std::string> words;
  for (int i = 1; i <= lua_gettop(lua); ++i) words.push_back(word_at(lua, i));
  if (words.empty()) return give_up(lua);
  const std::vector<std::string_view> views(words.begin(), words.end());
  const Answer answer = run_of(lua).command(views);
  if (!answer) return give_up(lua);
  push(lua, *answer);
  return 1;
}

int redis_status_reply(lua_State* lua) {
  const std::string text = word_at(lua, 1);
  push_field(lua, "ok", text);
  return 1;
}

int redis_sha1hex(lua_State* lua) {
  const std::string digest = digest_of(word_at(lua, 1));
  lua_pushlstring(lua, digest.data(), digest.size());
  return 1;
}

int redis_log(lua_State*) {
  return 0;
}

int redis_replicate_commands(lua_State* lua) {
  lua_pushboolean(lua, 1);
  return 1;
}

constexpr luaL_Reg redis_functions[] = {{"call", redis_call},
                                        {"pcall", redis_call},
                                        {"status_reply", redis_status_reply},
                                        {"sha1hex", redis_sha1hex},
                                        {"log", redis_log},
                                        {"replicate_commands", redis_replicate_commands}};

// -- the script's world

/// What is not there, or may not be made, is a matter of versions and of Redis' own libraries.
void guard(lua_State* lua, int table) {
  lua_createtable(lua, 0, 2);
  lua_pushcfunction(lua, give_up);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, give_up);
  lua_setfield(lua, -2, "__newindex");
  lua_setmetatable(lua, table);
}

void open_redis(lua_State* lua) {
  lua_createtable(lua, 0, 12);
  for (const luaL_Reg& function : redis_functions) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
  int level = 0;
  for (const char* const name : {"LOG_DEBUG", "LOG_VERBOSE", "LOG_NOTICE", "LOG_WARNING"}) {
    lua_pushnumber(lua, level++);
    lua_setfield(lua, -2, name);
  }
  guard(lua, lua_gettop(lua));
  lua_setglobal(lua, "redis");
}

void open_library(lua_State* lua, lua_CFunction open, const char* name) {
  lua_pushcfunction(lua, open);
  lua_pushstring(lua, name);
  lua_call(lua, 1, 0);
}

void remove_from(lua_State* lua, const char* library, std::initializer_list<const char*> names) {
  lua_getglobal(lua, library);
  for (const char* const name : names) {
    lua_pushnil(lua);
    lua_setfield(lua, -2, name);
  }
  guard(lua, lua_gettop(lua));
  lua_pop(lua, 1);
}

void open_world(lua_State* lua) {
  open_library(lua, luaopen_base, "");
  open_library(lua, luaopen_string, LUA_STRLIBNAME);
  open_library(lua, luaopen_table, LUA_TABLIBNAME);
  open_library(lua, luaopen_math, LUA_MATHLIBNAME);
  remove_from(lua, LUA_MATHLIBNAME, {"random", "randomseed"});
  remove_from(lua, LUA_STRLIBNAME, {"dump"});
  open_redis(lua);
}

void set_words(lua_State* lua, const char* name, Arguments words) {
  lua_createtable(lua, static_cast<int>(words.size()), 0);
  for (std::size_t i = 0; i < words.size(); ++i) {
    lua_pushlstring(lua, words[i].data(), words[i].size());
    lua_rawseti(lua, -2, static_cast<int>(i + 1));
  }
  lua_setglobal(lua, name);
}

void stop_counting(lua_State* lua, lua_Debug*) {
  static_cast<void>(give_up(lua));
}

struct Script {
  std::string_view body;
  Arguments keys, arguments;
  Answer reply;
};

/// Below lua_cpcall, which catches what Lua throws.
int play(lua_State* lua) {
  Script& script = *static_cast<Script*>(lua_touserdata(lua, 1));
  open_world(lua);
  set_words(lua, "KEYS", script.keys);
  set_words(lua, "ARGV", script.arguments);
  remove_from(lua, "_G",
              {"dofile", "loadfile", "load", "loadstring", "collectgarbage", "print", "newproxy",
               "getfenv", "setfenv", "gcinfo", "module", "require"});
  if (luaL_loadbuffer(lua, script.body.data(), script.body.size(), "@user_script") != 0)
    return give_up(lua);
  lua_sethook(lua, stop_counting, LUA_MASKCOUNT, most_instructions);
  lua_call(lua, 0, 1);
  script.reply = pop_value(lua, 0);
  return 0;
}

}  // namespace

Answer run_script(std::string_view body, Arguments keys, Arguments arguments,
                  const ScriptCommand& command) {
  if (body.starts_with("#!") || body.starts_with("\x1bLua")) return std::nullopt;
  Run run{command};
  const std::unique_ptr<lua_State, void (*)(lua_State*)> lua(lua_newstate(allocate, &run),
                                                             lua_close);
  if (!lua) return std::nullopt;
  Script script{body, keys, arguments, {}};
  const bool ended = lua_cpcall(lua.get(), play, &script) == 0;
  return ended && run.is_sure ? script.reply : std::nullopt;
}

}  // namespace understudy::redis::emulation
