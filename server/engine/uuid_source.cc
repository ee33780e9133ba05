#include "server/engine/uuid_source.h"

#include <algorithm>
#include <utility>

namespace tandem::engine {

UuidSource::UuidSource(std::function<uint64_t()> random) : random_(std::move(random)) {}

void UuidSource::Advance(router::Time now) {
  const auto us = static_cast<uint64_t>(std::max<int64_t>(0, now.us));
  const uint64_t fraction = (us % 1000) * 4096 / 1000;
  stamp_ = std::max((us / 1000) << 12 | fraction, stamp_ + 1);
}

uint64_t UuidSource::High() const {
  constexpr uint64_t kVersion = 7;
  return (stamp_ >> 12) << 16 | kVersion << 12 | (stamp_ & 0xfff);
}

uint64_t UuidSource::Low() const {
  constexpr uint64_t kVariant = 2;
  return kVariant << 62 | (random_() >> 2);
}

}  // namespace tandem::engine
