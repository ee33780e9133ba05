// Sends the events of all workspaces to their webhooks.
//
// One thread: it reads events behind each webhook's position as they become durable, sends what is
// due (delivery_queue.h) with what its tickets are, read together, and saves what changed some
// times a second. It sends while the engine has the shard. Which server saves is settled by the
// engine's epoch, so what a former writer still does can't spoil what the next one knows; it can
// send an event twice.
//
// Thread rule: every function is safe from any thread.
#ifndef TANDEM_SERVER_WEBHOOK_DISPATCHER_H_
#define TANDEM_SERVER_WEBHOOK_DISPATCHER_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "router/rows.h"
#include "server/engine/engine.h"
#include "server/live/event_ring.h"
#include "server/live/hub.h"
#include "server/metrics/counters.h"
#include "server/store/store.h"
#include "server/store/webhook_store.h"
#include "server/webhook/delivery_queue.h"
#include "server/webhook/sender.h"

namespace tandem::webhook {

struct DispatcherOptions {
  SenderOptions sender;
  QueueLimits queue;
  Schedule schedule = DefaultSchedule();
  size_t in_flight = 64;  // requests at once, of all webhooks
  // How long requests that are under way may take to end when the dispatcher stops.
  std::chrono::milliseconds stop_patience{5'000};
};

// What is known of messages only where they are: the form of a filter and of a body.
struct Rendering {
  std::function<live::EventFilter(const std::string& filter_json)> filter;
  // `ticket`: the event's, as it is when it is sent; null when the event is of none.
  std::function<std::string(const router::EventRow& event, const store::TicketView* ticket)> body;
};

// What the dispatcher counted since it began. By its thread; read by any.
struct Figures {
  metrics::Tally delivered, failed, dead_letters;
  metrics::Tally waiting, in_flight;  // levels
};

class Dispatcher {
 public:
  // All must outlive the dispatcher. Starts its thread.
  Dispatcher(DispatcherOptions options, Rendering rendering, engine::Engine& engine, live::Hub& hub,
             store::Reader& reader, store::WebhookStore& webhooks);
  // Stops, if that has not been done.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Webhooks were changed in the store, or dead letters put back. Without it that is noticed within
  // some seconds.
  void Reload();
  // Nothing more is sent from now on.
  void BeginStop();
  // Waits for what is under way, saves, and joins the thread. What did not end is sent again by
  // whoever has the shard next.
  void Stop();

  const Figures& figures() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // the hub calls it back
};

}  // namespace tandem::webhook

#endif  // TANDEM_SERVER_WEBHOOK_DISPATCHER_H_
