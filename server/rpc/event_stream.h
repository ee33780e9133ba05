// One stream of EventService.StreamEvents.
//
// It keeps a position among the workspace's events and reads on from there when the client took the
// message before: from the ring while that reaches back far enough, else from the database, a page
// at a time.
#ifndef TANDEM_SERVER_RPC_EVENT_STREAM_H_
#define TANDEM_SERVER_RPC_EVENT_STREAM_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "router/rows.h"
#include "server/live/event_ring.h"
#include "server/query/events.h"
#include "server/rpc/out_stream.h"
#include "tandem/v1/event_service.pb.h"

namespace tandem::rpc {

// What a caller asks for, checked.
struct EventsAsked {
  std::string workspace;
  std::string token;
  query::EventStart start = query::EventStart::kNow;
  live::EventFilter filter;
  router::Duration heartbeat;
};
std::variant<EventsAsked, router::Rejection> ToEventsAsked(const v1::StreamEventsRequest& request);

class EventStream final : public ServerStream {
 public:
  using Request = v1::StreamEventsRequest;

  static constexpr size_t kMostEvents = 500;  // in one message

  EventStream(Backend& backend, grpc::CallbackServerContext* context,
              const grpc::ByteBuffer* request);

  int64_t Behind() override;

 private:
  void Begin() override;
  std::optional<grpc::ByteBuffer> Next() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnTurn() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void OnPosition(const query::Result<int64_t>& position);
  void Fetch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnFetched(query::Result<std::vector<router::EventRow>> page);
  std::shared_ptr<EventStream> Self();
  grpc::ByteBuffer Message(const std::vector<router::EventRow>& events, bool at_end)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const grpc::ByteBuffer* const request_;  // gRPC's; until Begin returned
  EventsAsked asked_;                      // constant from Begin on
  std::shared_ptr<live::EventRing> ring_;  // constant from Begin on

  bool started_ ABSL_GUARDED_BY(mutex_) = false;   // the position is known
  int64_t position_ ABSL_GUARDED_BY(mutex_) = 0;   // behind what was sent, or left out
  bool told_ ABSL_GUARDED_BY(mutex_) = false;      // the first message went out
  bool told_end_ ABSL_GUARDED_BY(mutex_) = false;  // as its last message says
  bool fetching_ ABSL_GUARDED_BY(mutex_) = false;  // a read of the database is under way
  // False when the database had nothing after the position: it is asked again in the round in which
  // the ring has something, or has lost something since.
  bool may_fetch_ ABSL_GUARDED_BY(mutex_) = true;
  // The ring's losses before the last read of the database; none: that was refused.
  std::optional<int64_t> losses_ ABSL_GUARDED_BY(mutex_);
  bool database_ended_ ABSL_GUARDED_BY(mutex_) = false;  // so the last read says
  // Read from the database and not sent yet: those that pass the filter, then the position behind.
  std::vector<router::EventRow> page_ ABSL_GUARDED_BY(mutex_);
  size_t page_at_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t page_end_ ABSL_GUARDED_BY(mutex_) = 0;
  engine::SteadyTime told_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_EVENT_STREAM_H_
