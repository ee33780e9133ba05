#include "server/store/store.h"

#include <algorithm>
#include <cstdlib>

namespace tandem::store {

const char* ToString(CommitResult result) {
  switch (result) {
    case CommitResult::kCommitted:
      return "COMMITTED";
    case CommitResult::kFenced:
      return "FENCED";
    case CommitResult::kDataRefused:
      return "DATA_REFUSED";
    case CommitResult::kNotCommitted:
      return "NOT_COMMITTED";
    case CommitResult::kInDoubt:
      return "IN_DOUBT";
  }
  std::abort();
}

void Overlay(const router::TicketDetail& detail, TicketView& view) {
  const auto lay = [](const std::string& later, std::string& text) {
    if (!later.empty()) text = later;
  };
  lay(detail.customer_id, view.ticket.customer_id);
  lay(detail.customer_segment, view.ticket.customer_segment);
  lay(detail.subject, view.subject);
  if (detail.due_at.IsSet()) view.ticket.due_at = detail.due_at;
  for (const auto& [key, value] : detail.attributes) {
    const auto has_key = [&name = key](const auto& attribute) { return attribute.first == name; };
    std::erase_if(view.attributes, has_key);
    if (value) view.attributes.emplace_back(key, *value);
  }
  std::sort(view.attributes.begin(), view.attributes.end());
  view.revision = detail.revision;
  view.references = detail.references;
  view.requirement = detail.requirement;
  view.hand_off = detail.hand_off;
  if (!detail.reclassified) return;
  view.ticket.rules = detail.reclassified->rules;
  if (!detail.reclassified->plan) return;
  view.ticket.requirement = detail.reclassified->begins_with;
  view.ticket.plan = *detail.reclassified->plan;
}

LiveTicket ToLiveTicket(const router::TicketRow& ticket, const router::TicketStateRow& state) {
  return {.ticket = state.ticket.IsSet() ? state.ticket : ticket.ticket,
          .state = state.state,
          .queue = state.queue,
          .agent = state.agent,
          .leased = state.leased,
          .offer_number = state.offer_number,
          .queued_at = state.queued_at,
          .until = state.until,
          .segment_began_at = state.segment_began_at,
          .accepted_at = state.accepted_at,
          .connected_at = state.connected_at,
          .held_since = state.held_since,
          .disconnected_at = state.disconnected_at,
          .finished_at = state.finished_at,
          .channel = ticket.channel,
          .client = ticket.client,
          .entry_point = ticket.entry_point,
          .external_id = ticket.external_id,
          .channel_now = state.channel,
          .participants = state.participants};
}

}  // namespace tandem::store
