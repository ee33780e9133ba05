// A stream that shows what is on its workspace's board.
//
// The first stream that finds the board empty has it loaded, on the pool; the others see it at
// their next turn. One that has shown something of it goes on when a load fails: the next turn
// tries again.
#ifndef TANDEM_SERVER_RPC_BOARD_STREAM_H_
#define TANDEM_SERVER_RPC_BOARD_STREAM_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

#include "server/live/board.h"
#include "server/query/workspaces.h"
#include "server/rpc/call.h"
#include "server/rpc/status.h"

namespace tandem::rpc {

// Base: an OutStream.
template <typename Base>
class BoardStream : public Base {
 protected:
  using Base::Base;

  // From now on there is a board. Requires that the stream listens already: what becomes durable
  // from then on is told to the board, the rest it reads.
  void ShowBoardOf(const std::string& workspace) ABSL_EXCLUSIVE_LOCKS_REQUIRED(this->mutex_) {
    workspace_ = workspace;
    board_ = this->backend_.hub.BoardOf(workspace);
    LoadBoard();
  }
  live::Board& board() const { return *board_; }

  // Has the board loaded when it must be and nobody is at it; to be asked in every turn.
  void LoadBoard() ABSL_EXCLUSIVE_LOCKS_REQUIRED(this->mutex_) {
    if (this->ending() || !board_->BeginLoad()) return;
    ReaderPool::Job job = [self = std::static_pointer_cast<BoardStream>(this->shared_from_this()),
                           &reader = this->backend_.reader] {
      self->OnLoaded(self->board_->Load(reader));
    };
    if (this->backend_.pool.TryRun(job)) return;
    board_->GiveUp();
    if (!HasShown()) this->End(TooManyReads());
  }

  // Whether the stream has shown something of the board.
  virtual bool HasShown() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(this->mutex_) = 0;
  // There is something to show, or it is as it was.
  virtual void OnBoard() ABSL_EXCLUSIVE_LOCKS_REQUIRED(this->mutex_) = 0;

 private:
  void OnLoaded(const absl::Status& status) {
    const absl::MutexLock lock(&this->mutex_);
    if (!status.ok() && (absl::IsNotFound(status) || !HasShown())) {
      return this->End(query::StoreFaultIn(workspace_, status));
    }
    OnBoard();
  }

  // Constant once they are set.
  std::string workspace_;
  std::shared_ptr<live::Board> board_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_BOARD_STREAM_H_
