#include "server/ctl/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

namespace tandem::ctl {
namespace {

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

OnInterrupt::OnInterrupt(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  const sigset_t signals = Signals();
  // Threads made from here on inherit the mask, so that only ours takes these signals.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::jthread([this](const std::stop_token& stop) { Wait(stop); });
}

void OnInterrupt::Wait(const std::stop_token& stop) {
  const sigset_t signals = Signals();
  constexpr timespec kTick = {0, 100'000'000};
  while (!stop.stop_requested()) {
    const int signal_number = sigtimedwait(&signals, nullptr, &kTick);
    if (signal_number < 0) continue;
    if (came_.exchange(true)) _exit(128 + signal_number);
    on_signal_();
  }
}

}  // namespace tandem::ctl
