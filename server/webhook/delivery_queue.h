// What one webhook has to send, and when: order, attempts and progress, without any input or
// output. Time and chance are arguments.
//
// Events are taken in the order of their sequence. Those of one *lane* (a ticket; else an agent;
// else the workspace) are sent one after the other; lanes don't wait for each other. An event that
// is not kept is *fresh*: until it is dealt with, the position can't move past it, and after a
// restart it is taken again. An event that fails is *kept*: it goes into the store, with everything
// that waits behind it in its lane, and the position moves on without it.
//
// After a dead letter its lane rests until that is saved: else, after a restart in between, the
// event would be sent behind those that follow it.
//
// When too many attempts fail in a row the queue is *paused*: one event at a time, after a pause
// that doubles, until one is taken. So a receiver that is away costs one request a minute.
//
// Not safe for several threads; the dispatcher's thread has it.
#ifndef TANDEM_SERVER_WEBHOOK_DELIVERY_QUEUE_H_
#define TANDEM_SERVER_WEBHOOK_DELIVERY_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "router/rows.h"
#include "router/time.h"
#include "server/store/webhook_store.h"

namespace tandem::webhook {

// Attempts that fail in a row until a webhook is paused.
inline constexpr int32_t kFailuresToPause = 5;

struct QueueLimits {
  size_t in_flight = 8;  // requests at once
  size_t fresh = 512;    // events that are held and not kept
  size_t kept = 5'000;   // deliveries that wait; beyond, nothing more is taken
  router::Duration first_pause = router::Seconds(1);
  router::Duration longest_pause = router::Minutes(1);
};

// Waits after the first, second … attempt that failed. After as many and one more, the event is a
// dead letter.
using Schedule = std::vector<router::Duration>;
Schedule DefaultSchedule();

// A number that says where between nine and eleven tenths of a planned wait the real one is.
inline constexpr uint32_t kJitterSteps = 1'000;

class DeliveryQueue {
 public:
  // `kept`: what the store has of the webhook, in order: everything that waits, and what is dead
  // behind the position. `schedule` must outlive the queue.
  DeliveryQueue(const store::WebhookProgress& progress, std::vector<store::WebhookDelivery> kept,
                const Schedule& schedule, const QueueLimits& limits);

  // The sequence behind which the next events are to be taken.
  int64_t taken_up_to() const { return taken_up_to_; }
  // How many more may be taken. 0 until there is room for a good many, so that they are read in few
  // steps.
  size_t Room() const;
  // The next event. Requires a sequence above taken_up_to().
  void Take(router::EventRow event, router::Time now);
  // Nothing up to this sequence is to be sent.
  void SkipTo(int64_t sequence);

  // The sequence of an event to send now, or nothing. It counts as in flight from then on.
  std::optional<int64_t> Next(router::Time now);
  // When Next has something again, if nothing else happens: kEndOfTime when never.
  router::Time NextAt(router::Time now) const;
  size_t in_flight() const { return in_flight_.size(); }
  // An event in flight; null when it was kept, and has to be read again.
  const router::EventRow* Event(int64_t sequence) const;

  // It was not sent after all, and is due again at once.
  void PutBack(int64_t sequence);

  // How an event in flight ended. Taken by the receiver:
  void Succeeded(int64_t sequence, router::Time now);
  // Not taken. `jitter` is below kJitterSteps. `not_before`: the receiver asked to be left alone.
  void Failed(int64_t sequence, router::Time now, const std::string& error, uint32_t jitter,
              router::Time not_before = {});
  // It can't be sent at all.
  void GiveUp(int64_t sequence, router::Time now, const std::string& error);

  size_t kept() const { return kept_; }
  // Events that wait or are in flight.
  size_t size() const { return entries_.size(); }
  const store::WebhookProgress& progress() const { return progress_; }
  // Requests that ended since the changes were taken last.
  size_t unsaved() const { return unsaved_; }
  // What the store does not know yet, or nothing.
  std::optional<store::WebhookChanges> TakeChanges();

 private:
  struct Entry {
    store::WebhookDelivery delivery;
    std::optional<router::EventRow> event;  // of a fresh one
    bool kept = false;
  };
  struct Lane {
    std::deque<int64_t> waiting;  // front: the one whose turn it is
    bool busy = false;            // the front is in flight
  };
  using LaneKey = std::pair<router::TicketId, std::string>;

  static LaneKey LaneOf(const store::WebhookDelivery& delivery);
  Entry& At(int64_t sequence) { return entries_.at(sequence); }
  size_t MostInFlight() const;
  void Add(Entry entry);
  void Await(const LaneKey& key);
  void Keep(Entry& entry);
  void OnFailure(router::Time now, const std::string& error);
  void Leave(int64_t sequence);
  void EndFlight(int64_t sequence);

  const Schedule* schedule_;
  QueueLimits limits_;
  int64_t taken_up_to_;
  std::map<int64_t, Entry> entries_;  // waiting or in flight
  std::set<int64_t> fresh_;           // of these, those that are not kept
  std::set<int64_t> dead_ahead_;      // dead letters behind taken_up_to_
  std::map<LaneKey, Lane> lanes_;
  std::set<LaneKey> resting_;                       // lanes, until TakeChanges
  std::set<std::pair<router::Time, int64_t>> due_;  // fronts of lanes that are not in flight
  std::set<int64_t> in_flight_;
  size_t kept_ = 0;
  router::Time paused_until_;  // after failures; a success ends it
  router::Time asked_until_;   // the receiver wants nothing before

  store::WebhookProgress progress_;
  store::WebhookProgress told_;  // as the store has it
  size_t unsaved_ = 0;
  std::map<int64_t, store::WebhookDelivery> to_keep_;
  std::set<int64_t> to_forget_;
};

}  // namespace tandem::webhook

#endif  // TANDEM_SERVER_WEBHOOK_DELIVERY_QUEUE_H_
