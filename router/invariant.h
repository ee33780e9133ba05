// Checks that stay on in production: a state that can't be is worse than a restart, which loads the
// last good one.
#ifndef TANDEM_ROUTER_INVARIANT_H_
#define TANDEM_ROUTER_INVARIANT_H_

#include <cstdio>
#include <cstdlib>
#include <string>

namespace tandem::router {

[[noreturn]] inline void InvariantBroken(const char* condition, const std::string& message,
                                         const char* file, int line) {
  std::fprintf(stderr, "%s:%d: invariant broken: %s (%s)\n", file, line, message.c_str(),
               condition);
  std::abort();
}

}  // namespace tandem::router

// Aborts with the message, a sentence that says what holds, when `condition` is false.
#define TANDEM_INVARIANT(condition, message)                                        \
  do {                                                                              \
    if (!(condition)) [[unlikely]]                                                  \
      ::tandem::router::InvariantBroken(#condition, (message), __FILE__, __LINE__); \
  } while (false)

#endif  // TANDEM_ROUTER_INVARIANT_H_
