#include "server/ctl/load_world.h"

#include <algorithm>

namespace tandem::ctl {
namespace {

// A connection's streams are limited.
constexpr size_t kAgentsOfConnection = 200;

std::vector<std::unique_ptr<Client>> ConnectAll(const Target& target, size_t connections) {
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < std::max<size_t>(connections, 1); ++i) {
    clients.push_back(std::make_unique<Client>(Connect(target.address, target.security)));
  }
  return clients;
}

}  // namespace

LoadWorld::LoadWorld(const Target& target, size_t agents, size_t connections)
    : target_(target),
      adapters_(ConnectAll(target, connections)),
      desks_(ConnectAll(target, (agents + kAgentsOfConnection - 1) / kAgentsOfConnection)),
      calls_(loop_) {}

void LoadWorld::NoteAcknowledged(const std::string& ticket_id, const PlannedContact& plan,
                                 absl::Time intended_at, bool is_backlog) {
  LoadTicket& ticket = tickets_[ticket_id];
  if (ticket.acknowledged) return;
  ticket.acknowledged = true;
  ticket.is_backlog = is_backlog;
  ticket.plan = plan;
  ticket.intended_at = intended_at;
  if (!ticket.over) ++open_;
  MeasureOffer(ticket);
}

void LoadWorld::NoteOffered(const std::string& ticket_id) {
  LoadTicket& ticket = tickets_[ticket_id];
  if (ticket.offered_at != absl::InfinitePast()) return;
  ticket.offered_at = PlayerLoop::RealNow();
  MeasureOffer(ticket);
}

void LoadWorld::MeasureOffer(const LoadTicket& ticket) {
  // A backlog waits for the agents, not for the server.
  if (!ticket.acknowledged || ticket.is_backlog) return;
  if (ticket.offered_at == absl::InfinitePast()) return;
  figures_.Took(LoadStage::kOffer, ticket.intended_at, ticket.offered_at);
}

void LoadWorld::NoteOver(const std::string& ticket_id) {
  LoadTicket& ticket = tickets_[ticket_id];
  if (ticket.over) return;
  ticket.over = true;
  if (ticket.acknowledged) --open_;
}

}  // namespace tandem::ctl
