// One stream of MediaService.MediaSession.
//
// What is wanted comes from the workspace's board, by versions: the stream remembers which
// connections it has told, and tells what came and what is gone. Reports go the way of the unary
// call and are acknowledged in order.
#ifndef TANDEM_SERVER_RPC_MEDIA_STREAM_H_
#define TANDEM_SERVER_RPC_MEDIA_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "router/ids.h"
#include "router/rejection.h"
#include "server/live/board.h"
#include "server/rpc/board_stream.h"
#include "server/rpc/media_report.h"
#include "server/rpc/media_sessions.h"
#include "server/rpc/up_stream.h"
#include "tandem/v1/media_service.pb.h"

namespace tandem::rpc {

// What an adapter asks for, checked as far as it can be without the configuration.
struct MediaAsked {
  std::string workspace;
  std::string adapter;
  std::vector<std::string> channels;
};
std::variant<MediaAsked, router::Rejection> ToMediaAsked(const v1::OpenMediaSession& open);

class MediaStream final : public BoardStream<UpStream<v1::MediaAcknowledgement>> {
 public:
  using Request = v1::MediaSessionRequest;

  static constexpr size_t kWindow = 256;
  // For the first message.
  static constexpr std::chrono::seconds kOpenPatience{10};

  MediaStream(Backend& backend, grpc::CallbackServerContext* context);

 private:
  using Pointer = std::shared_ptr<const live::ConnectionEntry>;

  void Begin() override;
  void OnMessage(const grpc::ByteBuffer& message) override;
  bool MayRead() const override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  StreamEnd AtHalfClose() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<grpc::ByteBuffer> Next() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnTurn() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnGone() override;

  // ---- beginning
  void Open(const v1::OpenMediaSession& open);
  bool HasShown() const override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return phase_ == Phase::kOpen;
  }
  void OnBoard() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { OpenOnBoard(); }
  // Goes from opening to open when the board is there.
  void OpenOnBoard() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<router::Rejection> CheckChannels(const std::map<std::string, bool>& channels) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // ---- what goes up
  void Report(v1::MediaReport& report);
  std::optional<router::Rejection> FillIn(v1::ReportMediaEventRequest& event) const;
  void Acknowledge(uint64_t place, int64_t tag, const ReportOutcome& outcome);
  // The adapter ended what it was told of the ticket.
  void EndedByAdapter(router::TicketId ticket);

  // ---- what goes down
  void LookAtBoard() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Want(const Pointer& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Cancel(const router::OfferId& offer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::shared_ptr<MediaStream> Self();

  enum class Phase { kAwaitingOpen, kOpening, kOpen };
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kAwaitingOpen;
  const engine::SteadyTime began_ = std::chrono::steady_clock::now();

  // Set before the phase is kOpening, and only read afterwards.
  MediaAsked asked_;

  std::shared_ptr<MediaLease> lease_ ABSL_GUARDED_BY(mutex_);
  int64_t version_ ABSL_GUARDED_BY(mutex_) = 0;  // of the board
  // Connections that were told, or are in commands_, and that the board has. True: the adapter
  // itself ended it, and need not be told when the board lets go of it.
  std::map<router::OfferId, bool> told_ ABSL_GUARDED_BY(mutex_);
  std::deque<v1::MediaSessionResponse> commands_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_MEDIA_STREAM_H_
