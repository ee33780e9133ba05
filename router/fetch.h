// Asking memory ahead. Internal to router/.
#ifndef TANDEM_ROUTER_FETCH_H_
#define TANDEM_ROUTER_FETCH_H_

#include <cstddef>

namespace tandem::router {

inline constexpr size_t kCacheLine = 64;

// Brings all lines of the objects near, at once and without waiting for them. To find each of them
// far away when it is needed, one after the other, takes a multiple of that.
template <typename T>
void FetchAhead(const T* objects, size_t count) {
  const char* const begin = static_cast<const char*>(static_cast<const void*>(objects));
  const size_t bytes = count * sizeof(T);
  for (size_t at = 0; at < bytes; at += kCacheLine) __builtin_prefetch(begin + at);
  if (bytes != 0) __builtin_prefetch(begin + bytes - 1);  // where the first does not begin a line
}

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_FETCH_H_
