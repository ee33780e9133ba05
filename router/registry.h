// Names of one kind, numbered from 0 in the order of their first appearance.
//
// A name keeps its number for as long as the registry lives, also when what it named is removed
// from the configuration and comes back: numbers can be held by tickets and agents.
#ifndef TANDEM_ROUTER_REGISTRY_H_
#define TANDEM_ROUTER_REGISTRY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace tandem::router {

template <typename IndexType>
class Registry {
 public:
  // The name's number, given now if it has none.
  IndexType Intern(std::string_view name) {
    const auto it = numbers_.find(name);
    if (it != numbers_.end()) return IndexType{it->second};
    names_.emplace_back(name);
    const auto number = static_cast<uint32_t>(names_.size() - 1);
    numbers_.emplace(names_.back(), number);
    return IndexType{number};
  }

  // The name's number, or an unset index.
  IndexType Find(std::string_view name) const {
    const auto it = numbers_.find(name);
    return it == numbers_.end() ? IndexType{} : IndexType{it->second};
  }

  // Empty for an unset index.
  const std::string& Name(IndexType index) const {
    static const std::string empty;
    return index.IsSet() ? names_[index.value] : empty;
  }

  size_t size() const { return names_.size(); }

 private:
  std::deque<std::string> names_;  // a deque, so that the map's views stay valid
  absl::flat_hash_map<std::string_view, uint32_t> numbers_;
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_REGISTRY_H_
