#include "server/rpc/convert_agent.h"

#include "router/ids.h"
#include "server/rpc/convert_hand_off.h"
#include "server/rpc/convert_types.h"

namespace tandem::rpc {
namespace {

void FillOffer(const router::OfferView& offer, v1::Offer& to) {
  to.set_offer_id(router::ToString(offer.offer));
  to.set_ticket_id(router::ToString(offer.offer.ticket));
  to.set_channel(offer.channel);
  to.set_client(offer.client);
  to.set_process_type(offer.process_type);
  to.set_queue(offer.queue);
  to.set_language(offer.language);
  to.set_priority(offer.priority);
  *to.mutable_queued_at() = ToTimestamp(offer.queued_at);
  *to.mutable_target() = ToTimestamp(offer.target);
  *to.mutable_expires_at() = ToTimestamp(offer.expires_at);
  to.set_role(ToProto(offer.role));
  to.set_invited_by(offer.invited_by);
  if (offer.hand_off) Fill(*offer.hand_off, *to.mutable_hand_off());
  if (offer.consults.IsSet()) to.set_consulted_ticket_id(router::ToString(offer.consults));
  if (offer.reviews.IsSet()) to.set_reviewed_ticket_id(router::ToString(offer.reviews));
}

void FillWork(const router::WorkView& work, v1::Work& to) {
  to.set_ticket_id(router::ToString(work.ticket));
  to.set_state(ToProto(work.state));
  to.set_channel(work.channel);
  to.set_client(work.client);
  to.set_process_type(work.process_type);
  to.set_queue(work.queue);
  if (work.offer.IsSet()) to.set_offer_id(router::ToString(work.offer));
  if (work.until.IsSet()) *to.mutable_until() = ToTimestamp(work.until);
  to.set_interrupted(work.interrupted);
  to.set_role(ToProto(work.role));
  for (const router::ParticipantView& participant : work.participants) {
    v1::Participant& other = *to.add_participants();
    other.set_agent(participant.agent);
    other.set_role(ToProto(participant.role));
    other.set_invited(participant.invited);
  }
  if (work.hand_off) Fill(*work.hand_off, *to.mutable_hand_off());
  if (work.consultation.IsSet()) {
    to.mutable_consultation()->set_id(router::ToString(work.consultation));
    to.mutable_consultation()->set_queue(work.consulted_queue);
  }
  if (work.reviews.IsSet()) to.set_reviewed_ticket_id(router::ToString(work.reviews));
}

void FillState(const router::AgentStateView& state, v1::AgentState& to) {
  to.set_status(ToProto(state.status));
  to.set_reason(state.reason);
  if (state.since.IsSet()) *to.mutable_since() = ToTimestamp(state.since);
  if (state.status == router::AgentStatus::kDraining) {
    to.set_next_status(ToProto(state.next_status));
    to.set_next_reason(state.next_reason);
  }
  for (uint32_t left = state.groups; left != 0; left &= left - 1) {
    to.add_groups(static_cast<v1::CapacityGroup>(std::countr_zero(left) + 1));
  }
  if (state.shift_ends_at.IsSet()) *to.mutable_shift_ends_at() = ToTimestamp(state.shift_ends_at);
}

}  // namespace

void Fill(const router::AgentSnapshot& snapshot, v1::AgentSnapshot& to) {
  to.set_generation(snapshot.generation);
  *to.mutable_server_time() = ToTimestamp(snapshot.now);
  FillState(snapshot.state, *to.mutable_state());
  for (const auto& offer : snapshot.offers) FillOffer(offer, *to.add_offers());
  for (const auto& work : snapshot.work) FillWork(work, *to.add_work());
  to.mutable_not_ready_reasons()->Assign(snapshot.not_ready_reasons.begin(),
                                         snapshot.not_ready_reasons.end());
  to.mutable_dispositions()->Assign(snapshot.dispositions.begin(), snapshot.dispositions.end());
  to.mutable_parking_reasons()->Assign(snapshot.parking_reasons.begin(),
                                       snapshot.parking_reasons.end());
}

void Fill(const router::OfferMade& notice, v1::StreamAgentSessionResponse& to) {
  FillOffer(notice.offer, *to.mutable_offer());
}

void Fill(const router::OfferEnded& notice, v1::StreamAgentSessionResponse& to) {
  v1::OfferEnded& ended = *to.mutable_offer_ended();
  ended.set_offer_id(router::ToString(notice.offer));
  ended.set_ticket_id(router::ToString(notice.offer.ticket));
  ended.set_reason(notice.reason);
}

void Fill(const router::WorkChanged& notice, v1::StreamAgentSessionResponse& to) {
  FillWork(notice.work, *to.mutable_work_changed()->mutable_work());
  to.mutable_work_changed()->set_gone(notice.gone);
}

void Fill(const router::StateChanged& notice, v1::StreamAgentSessionResponse& to) {
  FillState(notice.state, *to.mutable_state_changed());
}

}  // namespace tandem::rpc
