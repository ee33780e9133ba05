// SIGTERM and SIGINT as a stop token: the first asks for an orderly end, the second ends the
// process at once.
#ifndef TANDEM_SERVER_SIGNALS_H_
#define TANDEM_SERVER_SIGNALS_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace tandem {

// Make one before any other thread starts: the signals are blocked in this thread and in all that
// it starts.
class Signals {
 public:
  Signals();
  ~Signals();

  // Stop is requested by the first signal.
  std::stop_token token() const { return stop_.get_token(); }
  // Waits until stop is requested, at most so long. True when it is.
  bool WaitFor(std::chrono::milliseconds limit);
  void Wait();

 private:
  void Watch(std::stop_token end);

  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;  // waited for together with a stop token
  std::jthread thread_;
};

}  // namespace tandem

#endif  // TANDEM_SERVER_SIGNALS_H_
