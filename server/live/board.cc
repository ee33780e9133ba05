#include "server/live/board.h"

#include <utility>

namespace tandem::live {

// ----------------------------------------------------------------------------------------
// loading

bool Board::BeginLoad() {
  const sync::MutexLock lock(mutex_);
  if (state_ != State::kEmpty) return false;
  state_ = State::kLoading;
  lost_ = false;
  waiting_.clear();
  waiting_rows_ = 0;
  return true;
}

void Board::GiveUp() {
  const sync::MutexLock lock(mutex_);
  state_ = State::kEmpty;
  waiting_.clear();
}

absl::Status Board::Load(store::Reader& reader) {
  const auto live = reader.GetLiveState(workspace_);
  auto tables = std::make_unique<BoardTables>(queue_numbers_, agent_numbers_);
  if (live.ok()) tables->Load(*live);
  const sync::MutexLock lock(mutex_);
  const std::vector<BatchPtr> waiting = std::exchange(waiting_, {});
  state_ = State::kEmpty;
  if (!live.ok()) return live.status();
  if (lost_) return absl::OkStatus();  // to be loaded again
  state_ = State::kReady;
  tables_ = std::move(tables);
  sequence_ = live->sequence;
  for (const auto& known : connections_.Since(0).entries) {
    if (tables_->HasConnection(known->key)) continue;
    ConnectionEntry gone;
    gone.key = known->key;
    gone.gone = true;
    connections_.Put(std::move(gone));
  }
  PutConnections();
  for (const BatchPtr& batch : waiting) {
    if (state_ == State::kReady) Apply(*batch);
  }
  return absl::OkStatus();
}

void Board::Take(const BatchPtr& batch) {
  const sync::MutexLock lock(mutex_);
  if (state_ == State::kReady) Apply(*batch);
  if (state_ != State::kLoading) return;
  // One that changes nothing takes room as well.
  waiting_rows_ += batch->changes.rows() + 1;
  if (waiting_rows_ > kMaxWaitingRows) lost_ = true;
  if (lost_) {
    waiting_.clear();
  } else {
    waiting_.push_back(batch);
  }
}

void Board::Apply(const store::Batch& batch) {
  if (batch.sequence <= sequence_) return;
  if (batch.sequence != sequence_ + 1 || !tables_->Apply(workspace_, batch.changes)) {
    state_ = State::kEmpty;
    return;
  }
  sequence_ = batch.sequence;
  PutConnections();
}

void Board::PutConnections() {
  for (ConnectionEntry& entry : tables_->TakeConnections()) connections_.Put(std::move(entry));
}

void Board::Lose() {
  const sync::MutexLock lock(mutex_);
  if (state_ == State::kReady) state_ = State::kEmpty;
  lost_ = true;
}

// ----------------------------------------------------------------------------------------
// showing

Board::Changes<QueueEntry> Board::QueuesSince(int64_t version) {
  const sync::MutexLock lock(mutex_);
  if (state_ != State::kReady) return {};
  for (QueueEntry& entry : tables_->TakeQueues()) queues_.Put(std::move(entry));
  return {.changes = queues_.Since(version), .commit = sequence_};
}

Board::Changes<AgentEntry> Board::AgentsSince(int64_t version) {
  const sync::MutexLock lock(mutex_);
  if (state_ != State::kReady) return {};
  for (AgentEntry& entry : tables_->TakeAgents()) agents_.Put(std::move(entry));
  return {.changes = agents_.Since(version), .commit = sequence_};
}

Board::Changes<ConnectionEntry> Board::ConnectionsSince(int64_t version) {
  const sync::MutexLock lock(mutex_);
  if (state_ != State::kReady) return {};
  return {.changes = connections_.Since(version), .commit = sequence_};
}

std::optional<std::map<std::string, bool>> Board::Channels() const {
  const sync::MutexLock lock(mutex_);
  if (state_ != State::kReady) return std::nullopt;
  return tables_->channels();
}

}  // namespace tandem::live
