// A vector for what comes mostly at the end and goes mostly at the beginning. Internal to router/.
//
// What goes at the beginning leaves its room there, so it costs nothing; the room is used again
// when there is no other. Anywhere else the shorter part moves.
#ifndef TANDEM_ROUTER_SLIDING_VECTOR_H_
#define TANDEM_ROUTER_SLIDING_VECTOR_H_

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"

namespace tandem::router {

// While it has no more than `kInline` they are where it is.
template <typename T, size_t kInline = 0>
class SlidingVector {
  using All = std::conditional_t<kInline == 0, std::vector<T>,
                                 absl::InlinedVector<T, std::max<size_t>(kInline, 1)>>;

 public:
  using iterator = typename All::iterator;
  using const_iterator = typename All::const_iterator;

  SlidingVector() = default;
  SlidingVector(const_iterator first, const_iterator last) : all_(first, last) {}
  SlidingVector(const SlidingVector&) = default;
  SlidingVector& operator=(const SlidingVector&) = default;
  SlidingVector(SlidingVector&& other) noexcept
      : begin_(std::exchange(other.begin_, 0)), all_(std::exchange(other.all_, {})) {}
  SlidingVector& operator=(SlidingVector&& other) noexcept {
    all_ = std::exchange(other.all_, {});
    begin_ = std::exchange(other.begin_, 0);
    return *this;
  }
  ~SlidingVector() = default;

  bool empty() const { return begin_ == all_.size(); }
  size_t size() const { return all_.size() - begin_; }
  size_t capacity() const { return all_.capacity(); }
  iterator begin() { return At(0); }
  iterator end() { return all_.end(); }
  const_iterator begin() const { return all_.begin() + static_cast<std::ptrdiff_t>(begin_); }
  const_iterator end() const { return all_.end(); }
  T& operator[](size_t place) { return all_[begin_ + place]; }
  const T& operator[](size_t place) const { return all_[begin_ + place]; }
  T& front() { return all_[begin_]; }
  const T& front() const { return all_[begin_]; }
  T& back() { return all_.back(); }
  const T& back() const { return all_.back(); }

  void push_back(T value) {
    MakeRoom();
    all_.push_back(std::move(value));
  }
  // Before the one that is at the place.
  void insert(size_t place, T value) {
    if (place == size()) return push_back(std::move(value));
    if (begin_ == 0 || place >= size() - place) {
      MakeRoom();
      all_.insert(At(place), std::move(value));
      return;
    }
    std::move(begin(), At(place), std::prev(begin()));
    --begin_;
    (*this)[place] = std::move(value);
  }
  void erase(size_t place) {
    if (place >= size() - place) {
      all_.erase(At(place));
    } else {
      std::move_backward(begin(), At(place), At(place + 1));
      front() = T();
      ++begin_;
    }
    if (empty()) clear();
  }
  // All from the place on.
  void truncate(size_t place) { all_.erase(At(place), all_.end()); }
  void clear() {
    all_.clear();
    begin_ = 0;
  }

 private:
  // For one more at the end: by what left at the beginning, if that was a quarter, and so pays for
  // it.
  void MakeRoom() {
    if (all_.size() < all_.capacity() || begin_ <= all_.size() / 4) return;
    all_.erase(all_.begin(), begin());
    begin_ = 0;
  }
  iterator At(size_t place) { return all_.begin() + static_cast<std::ptrdiff_t>(begin_ + place); }

  size_t begin_ = 0;
  All all_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_SLIDING_VECTOR_H_
