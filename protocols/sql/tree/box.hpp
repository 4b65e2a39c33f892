// A child of a tree that may be absent: an owning pointer that copies what it owns, so that trees
// are values although their types contain each other.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace understudy::sql::tree {

template <class T>
class Box {
 public:
  Box() noexcept = default;
  template <class U>
    requires std::is_same_v<std::remove_cvref_t<U>, T>
  Box(U&& value) : value_(std::make_unique<T>(std::forward<U>(value))) {}  // NOLINT: a value is one
  Box(const Box& other)
      : value_(other.value_ == nullptr ? nullptr : std::make_unique<T>(*other.value_)) {}
  Box(Box&& other) noexcept = default;
  Box& operator=(const Box& other) {
    if (this != &other) *this = Box(other);
    return *this;
  }
  Box& operator=(Box&& other) noexcept = default;
  ~Box() = default;

  [[nodiscard]] explicit operator bool() const noexcept { return value_ != nullptr; }
  [[nodiscard]] const T& operator*() const noexcept { return *value_; }
  [[nodiscard]] T& operator*() noexcept { return *value_; }
  [[nodiscard]] const T* operator->() const noexcept { return value_.get(); }
  [[nodiscard]] T* operator->() noexcept { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace understudy::sql::tree
