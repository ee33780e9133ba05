#include "server/signals.h"

#include <signal.h>
#include <unistd.h>

#include "spdlog/spdlog.h"

namespace tandem {
namespace {

// How often the watching thread looks whether it should end.
constexpr timespec kLook{.tv_sec = 0, .tv_nsec = 200'000'000};

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

Signals::Signals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A client that goes away while we write to it is no reason to die.
  signal(SIGPIPE, SIG_IGN);
  thread_ = std::jthread([this](std::stop_token end) { Watch(end); });
}

Signals::~Signals() {
  thread_.request_stop();
  thread_.join();
}

void Signals::Watch(std::stop_token end) {
  const sigset_t signals = StopSignals();
  while (!end.stop_requested()) {
    const int signal_number = sigtimedwait(&signals, nullptr, &kLook);
    if (signal_number <= 0) {
      continue;
    }
    if (!stop_.request_stop()) {
      spdlog::warn("ending at once after a second signal; what was committed is kept");
      _exit(128 + signal_number);
    }
    spdlog::info("stopping after {}; a second signal ends at once",
                 signal_number == SIGTERM ? "SIGTERM" : "SIGINT");
  }
}

bool Signals::WaitFor(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop_.get_token(), limit, [] { return false; });
  return stop_.stop_requested();
}

void Signals::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop_.get_token(), [] { return false; });
}

}  // namespace tandem
