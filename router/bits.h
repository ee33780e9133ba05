// Sets of small numbers: 64 to a word, so that sets can be intersected a word at a time, or listed
// while they are few.
#ifndef TANDEM_ROUTER_BITS_H_
#define TANDEM_ROUTER_BITS_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tandem::router {

class Bits {
 public:
  bool Has(uint32_t number) const { return ((Word(number / 64) >> (number % 64)) & 1U) != 0; }
  void Add(uint32_t number) { At(number / 64) |= uint64_t{1} << (number % 64); }
  void Remove(uint32_t number) {
    if (number / 64 < words_.size()) words_[number / 64] &= ~(uint64_t{1} << (number % 64));
  }
  void Clear() { words_ = std::vector<uint64_t>(); }

  size_t words() const { return words_.size(); }
  size_t bytes() const { return words_.capacity() * sizeof(uint64_t); }
  // The numbers from 64 * index on; 0 beyond the end.
  uint64_t Word(size_t index) const { return index < words_.size() ? words_[index] : 0; }
  uint64_t& At(size_t index) {
    if (index >= words_.size()) words_.resize(index + 1);
    return words_[index];
  }

  // Whether both have the same members, whatever room they have for more.
  friend bool operator==(const Bits& a, const Bits& b) {
    for (size_t i = 0; i < std::max(a.words(), b.words()); ++i) {
      if (a.Word(i) != b.Word(i)) return false;
    }
    return true;
  }

  // Whether `holds` is true of any member; asks none behind the first.
  template <typename Predicate>
  bool Any(Predicate holds) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t left = words_[i]; left != 0; left &= left - 1) {
        if (holds(static_cast<uint32_t>(i * 64 + static_cast<size_t>(std::countr_zero(left))))) {
          return true;
        }
      }
    }
    return false;
  }

  void Unite(const Bits& other) {
    if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
    for (size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void Intersect(const Bits& other) {
    if (words_.size() > other.words_.size()) words_.resize(other.words_.size());
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }

 private:
  std::vector<uint64_t> words_;
};

// Calls `function` with each number of a word of a set.
template <typename Function>
void ForEachBit(uint64_t word, size_t index, Function function) {
  for (; word != 0; word &= word - 1) {
    function(static_cast<uint32_t>(index * 64 + static_cast<size_t>(std::countr_zero(word))));
  }
}

// A set that takes little room, and few cache lines, while it has few members.
class Subset {
 public:
  // So many are listed, unless Assign says otherwise.
  static constexpr uint32_t kListed = 256;

  // It must not be in it.
  void Add(uint32_t number) {
    if (++size_ <= most_listed_) {
      listed_.insert(std::lower_bound(listed_.begin(), listed_.end(), number), number);
      return;
    }
    if (size_ == most_listed_ + 1) {
      for (const uint32_t member : listed_) bits_.Add(member);
      listed_ = std::vector<uint32_t>();
    }
    bits_.Add(number);
  }
  void Assign(Bits bits, uint32_t most_listed = kListed) {
    *this = Subset();
    most_listed_ = most_listed;
    for (size_t i = 0; i < bits.words(); ++i) {
      size_ += static_cast<uint32_t>(std::popcount(bits.Word(i)));
    }
    if (size_ > most_listed_) {
      bits_ = std::move(bits);
      return;
    }
    listed_.reserve(size_);
    for (size_t i = 0; i < bits.words(); ++i) {
      ForEachBit(bits.Word(i), i, [&](uint32_t number) { listed_.push_back(number); });
    }
  }

  size_t size() const { return size_; }
  bool is_listed() const { return size_ <= most_listed_; }
  // All of them, in order. It must be listed.
  const std::vector<uint32_t>& listed() const { return listed_; }
  bool Has(uint32_t number) const {
    if (!is_listed()) return bits_.Has(number);
    return std::binary_search(listed_.begin(), listed_.end(), number);
  }
  size_t bytes() const { return listed_.capacity() * sizeof(uint32_t) + bits_.bytes(); }

  // Whether `holds` is true of any member.
  template <typename Predicate>
  bool Any(Predicate holds) const {
    if (is_listed()) return std::any_of(listed_.begin(), listed_.end(), holds);
    for (size_t i = 0; i < bits_.words(); ++i) {
      for (uint64_t left = bits_.Word(i); left != 0; left &= left - 1) {
        if (holds(static_cast<uint32_t>(i * 64 + static_cast<size_t>(std::countr_zero(left))))) {
          return true;
        }
      }
    }
    return false;
  }
  // Whether `holds` is true of any member of both sets.
  template <typename Predicate>
  bool AnyIn(const Bits& others, Predicate holds) const {
    if (is_listed()) {
      return std::any_of(listed_.begin(), listed_.end(),
                         [&](uint32_t member) { return others.Has(member) && holds(member); });
    }
    const size_t words = std::min(bits_.words(), others.words());
    for (size_t i = 0; i < words; ++i) {
      for (uint64_t left = bits_.Word(i) & others.Word(i); left != 0; left &= left - 1) {
        if (holds(static_cast<uint32_t>(i * 64 + static_cast<size_t>(std::countr_zero(left))))) {
          return true;
        }
      }
    }
    return false;
  }
  // Calls `function` with each member of both sets.
  template <typename Function>
  void ForEachIn(const Bits& others, Function function) const {
    if (is_listed()) {
      for (const uint32_t member : listed_) {
        if (others.Has(member)) function(member);
      }
      return;
    }
    const size_t words = std::min(bits_.words(), others.words());
    for (size_t i = 0; i < words; ++i) ForEachBit(bits_.Word(i) & others.Word(i), i, function);
  }

 private:
  uint32_t size_ = 0;
  uint32_t most_listed_ = kListed;
  std::vector<uint32_t> listed_;
  Bits bits_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_BITS_H_
