// Ctrl-C and SIGTERM as a call, for commands that have something to say before they end.
#ifndef TANDEM_SERVER_CTL_INTERRUPT_H_
#define TANDEM_SERVER_CTL_INTERRUPT_H_

#include <atomic>
#include <functional>
#include <thread>

namespace tandem::ctl {

// While it lives, the first SIGINT or SIGTERM calls `on_signal` on a thread of its own, instead of
// ending the process; a second one ends it. Make it before anything that starts threads.
class OnInterrupt {
 public:
  explicit OnInterrupt(std::function<void()> on_signal);
  OnInterrupt(const OnInterrupt&) = delete;
  OnInterrupt& operator=(const OnInterrupt&) = delete;

  // Thread-safe.
  [[nodiscard]] bool came() const { return came_; }

 private:
  void Wait(const std::stop_token& stop);

  const std::function<void()> on_signal_;
  std::atomic<bool> came_ = false;
  std::jthread thread_;
};

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_INTERRUPT_H_
