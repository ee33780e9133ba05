// A value that few have: one pointer, null without it. Copies are deep.
#ifndef TANDEM_ROUTER_RARE_H_
#define TANDEM_ROUTER_RARE_H_

#include <memory>
#include <utility>

namespace tandem::router {

template <typename T>
class Rare {
 public:
  Rare() = default;
  Rare(const Rare& other) : value_(other.Clone()) {}
  Rare(Rare&&) noexcept = default;
  Rare& operator=(const Rare& other) {
    if (this != &other) value_ = other.Clone();
    return *this;
  }
  Rare& operator=(Rare&&) noexcept = default;
  Rare& operator=(T value) {
    value_ = std::make_unique<T>(std::move(value));
    return *this;
  }
  ~Rare() = default;

  // A value in place of what was there.
  T& emplace() { return *(value_ = std::make_unique<T>()); }

  explicit operator bool() const { return value_ != nullptr; }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> Clone() const {
    return value_ == nullptr ? nullptr : std::make_unique<T>(*value_);
  }

  std::unique_ptr<T> value_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_RARE_H_
