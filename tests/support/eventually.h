// Waiting for what becomes true in its own time.
#ifndef TANDEM_TESTS_SUPPORT_EVENTUALLY_H_
#define TANDEM_TESTS_SUPPORT_EVENTUALLY_H_

#include <chrono>
#include <thread>

namespace tandem::test {

// Asks every few milliseconds until `condition()` holds. False: it did not within half a minute,
// which is longer than a busy machine makes anything take.
template <typename Condition>
bool Eventually(Condition condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_SUPPORT_EVENTUALLY_H_
