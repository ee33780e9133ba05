#include "server/rpc/convert_ticket.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "router/ids.h"
#include "router/limits.h"
#include "router/requirement.h"
#include "server/rpc/convert_hand_off.h"
#include "server/rpc/convert_settings.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/status.h"
#include "server/rpc/verbs.h"

namespace tandem::rpc {
namespace {

static_assert(static_cast<int>(router::Obstacle::kExcluded) == v1::OBSTACLE_KIND_EXCLUDED);
static_assert(static_cast<int>(router::Obstacle::kBusy) == v1::OBSTACLE_KIND_BUSY);
static_assert(static_cast<int>(router::Obstacle::kNone) == v1::OBSTACLE_KIND_NONE);
static_assert(static_cast<int>(router::Obstacle::kKeptForLastAgent) ==
              v1::OBSTACLE_KIND_KEPT_FOR_LAST_AGENT);
static_assert(static_cast<int>(router::Obstacle::kShift) == v1::OBSTACLE_KIND_SHIFT);
static_assert(static_cast<int>(router::kLastObstacle) == v1::OBSTACLE_KIND_IN_REVIEW);
static_assert(static_cast<int>(router::NoEstimate::kQueueClosed) ==
              v1::NO_ESTIMATE_REASON_QUEUE_CLOSED);
static_assert(static_cast<int>(router::NoEstimate::kTooFewAnswers) ==
              v1::NO_ESTIMATE_REASON_TOO_FEW_ANSWERS);
static_assert(static_cast<int>(router::ClientTier::kOverShare) == v1::CLIENT_TIER_OVER_SHARE);
static_assert(static_cast<int>(router::CallbackOutcome::kConnected) ==
              v1::CALLBACK_OUTCOME_CONNECTED);
static_assert(static_cast<int>(router::CallbackOutcome::kDoNotCall) ==
              v1::CALLBACK_OUTCOME_DO_NOT_CALL);

// What never changes.
void FillIdentity(const router::TicketRow& ticket, v1::Ticket& to) {
  to.set_id(router::ToString(ticket.ticket));
  to.set_channel(ticket.channel);
  to.set_client(ticket.client);
  to.set_process_type(ticket.process_type);
  to.set_language(ticket.language);
  if (!ticket.plan.empty()) Fill(ticket.plan, *to.mutable_plan());
  *to.mutable_created_at() = ToTimestamp(ticket.created_at);
  if (ticket.due_at.IsSet()) *to.mutable_due_at() = ToTimestamp(ticket.due_at);
  to.set_unroutable(ticket.unroutable);
  to.set_customer_id(ticket.customer_id);
  to.set_customer_segment(ticket.customer_segment);
  to.set_trace_parent(ticket.trace_parent);
  if (ticket.consults.IsSet()) to.set_consulted_ticket_id(router::ToString(ticket.consults));
  if (ticket.parent.IsSet()) to.set_parent_ticket_id(router::ToString(ticket.parent));
  if (ticket.reviews.IsSet()) to.set_reviewed_ticket_id(router::ToString(ticket.reviews));
  to.set_entry_point(ticket.entry_point);
  to.set_external_id(ticket.external_id);
  to.set_conversation_key(ticket.conversation_key);
  to.mutable_excluded_agents()->Assign(ticket.excluded_agents.begin(),
                                       ticket.excluded_agents.end());
  to.mutable_classification_rules()->Assign(ticket.rules.begin(), ticket.rules.end());
  *to.mutable_expected_handling_time() = ToProtoDuration(ticket.expected_handling_time);
}

void FillCallback(const router::Callback& callback, v1::Callback& to) {
  to.set_attempts(callback.attempts);
  to.set_last_outcome(static_cast<v1::CallbackOutcome>(callback.last_outcome));
  if (callback.not_after.IsSet()) *to.mutable_not_after() = ToTimestamp(callback.not_after);
}

void FillParticipant(const router::ParticipantRow& participant, v1::Participant& to) {
  to.set_agent(participant.agent);
  to.set_role(ToProto(participant.role));
  to.set_invited(participant.until.IsSet());
  if (participant.until.IsSet()) {
    *to.mutable_invitation_expires_at() = ToTimestamp(participant.until);
  }
  *to.mutable_since() =
      ToTimestamp(participant.accepted_at.IsSet() ? participant.accepted_at : participant.began_at);
}

// The channel that it has now.
void FillChannel(const router::TicketRow& ticket, const router::TicketStateRow& state,
                 v1::Ticket& to) {
  if (!state.channel.empty()) to.set_channel(state.channel);
  if (to.channel() != router::kCallbackChannel) return;
  FillCallback(state.callback, *to.mutable_callback());
  if (!state.channel.empty()) to.mutable_callback()->set_requested_on(ticket.channel);
}

void AddOpenOffer(const router::OfferId& offer, const std::string& agent, router::Time made_at,
                  router::Time until, v1::Ticket& to) {
  v1::OpenOffer& open = *to.add_open_offers();
  open.set_offer_id(router::ToString(offer));
  open.set_agent(agent);
  *open.mutable_made_at() = ToTimestamp(made_at);
  *open.mutable_expires_at() = ToTimestamp(until);
}

// Who takes part in it, or, while it is OFFERED, to whom it is offered.
void FillOthers(const router::TicketStateRow& state, v1::Ticket& to) {
  const bool offered = state.state == router::TicketState::kOffered;
  if (offered) {
    AddOpenOffer({state.ticket, state.offer_number}, state.agent, state.segment_began_at,
                 state.until, to);
  }
  if (!state.participants) return;
  for (const router::ParticipantRow& other : state.participants->all) {
    if (offered) {
      AddOpenOffer({state.ticket, other.offer_number}, other.agent, other.began_at, other.until,
                   to);
    } else {
      FillParticipant(other, *to.add_participants());
    }
  }
}

// Whether `offer_number` is about what the ticket is doing now.
bool HasCurrentOffer(const router::TicketStateRow& state) {
  switch (state.state) {
    case router::TicketState::kOffered:
    case router::TicketState::kConnecting:
      return true;
    case router::TicketState::kActive:
      return !state.leased && state.offer_number != 0;
    case router::TicketState::kQueued:
    case router::TicketState::kAssigned:
    case router::TicketState::kWrapUp:
    case router::TicketState::kScheduled:
    case router::TicketState::kParked:
    case router::TicketState::kBlocked:
    case router::TicketState::kInReview:
    case router::TicketState::kCompleted:
    case router::TicketState::kCanceled:
    case router::TicketState::kAbandoned:
    case router::TicketState::kExpired:
      return false;
  }
  return false;
}

void FillState(const router::TicketStateRow& state, v1::Ticket& to) {
  to.set_state(ToProto(state.state));
  to.set_queue(state.queue);
  to.set_priority(state.priority);
  if (state.queued_at.IsSet()) *to.mutable_queued_at() = ToTimestamp(state.queued_at);
  if (state.target.IsSet()) *to.mutable_target() = ToTimestamp(state.target);
  to.set_agent(state.agent);
  if (state.interrupted_since.IsSet()) {
    *to.mutable_interrupted_since() = ToTimestamp(state.interrupted_since);
  }
  if (HasCurrentOffer(state)) {
    to.set_offer_id(
        router::ToString(router::OfferId{.ticket = state.ticket, .number = state.offer_number}));
  }
  if (state.state == router::TicketState::kOffered && state.until.IsSet()) {
    *to.mutable_offer_expires_at() = ToTimestamp(state.until);
  }
  const bool under_lease = state.leased && (state.state == router::TicketState::kAssigned ||
                                            state.state == router::TicketState::kActive);
  if (under_lease && state.until.IsSet()) {
    *to.mutable_lease_expires_at() = ToTimestamp(state.until);
  }
  if (router::IsSetAside(state.state) && state.until.IsSet()) {
    *to.mutable_enters_at() = ToTimestamp(state.until);
  }
  if (state.parked_at.IsSet()) *to.mutable_parked_at() = ToTimestamp(state.parked_at);
  to.set_parking_reason(state.parking_reason);
  for (const router::TicketId& id : state.blocked_by) to.add_blocked_by(router::ToString(id));
  to.set_last_agent(state.last_agent);
  if (state.kept_until.IsSet()) *to.mutable_kept_until() = ToTimestamp(state.kept_until);
  if (state.answered_at.IsSet()) *to.mutable_answered_at() = ToTimestamp(state.answered_at);
  if (state.closed_at.IsSet()) *to.mutable_closed_at() = ToTimestamp(state.closed_at);
  to.set_disposition(state.disposition);
  to.set_contact_count(state.contact_count);
  if (state.visit_estimate) *to.mutable_estimated_wait() = ToProtoDuration(*state.visit_estimate);
  to.set_reopen_count(state.reopen_count);
  if (state.reviewed) {
    to.set_rework_count(state.reviewed->rework_count);
    const router::TicketId review = state.reviewed->review;
    if (review.IsSet()) to.set_review_ticket_id(router::ToString(review));
  }
  if (state.silent_until.IsSet()) *to.mutable_silent_until() = ToTimestamp(state.silent_until);
  if (state.reply_by.IsSet()) *to.mutable_reply_by() = ToTimestamp(state.reply_by);
  FillOthers(state, to);
}

void FillRequirement(const store::TicketView& view, v1::Ticket& to) {
  const bool changed = view.requirement.has_value();
  const router::Requirement asked = router::AskedAfter(
      changed ? view.requirement->asked : view.ticket.requirement, view.ticket.plan,
      changed ? view.requirement->plan_step : 0, view.state.plan_step, view.state.plan_skipped);
  Fill(view.hand_off ? router::OfPeople(asked) : asked, *to.mutable_requirement());
  if (changed) Fill(view.requirement->own, *to.mutable_changed_requirement());
}

void FillPlan(const router::TicketRow& ticket, const router::TicketStateRow& state,
              v1::Ticket& to) {
  to.set_plan_steps_taken(state.plan_step);
  for (uint32_t step = 0; step < state.plan_step; ++step) {
    if ((state.plan_skipped >> step & 1U) != 0) to.add_plan_steps_skipped(step + 1);
  }
  if (state.plan_step == ticket.plan.size() || !state.plan_since.IsSet()) return;
  *to.mutable_next_step_at() =
      ToTimestamp(state.plan_since + (ticket.plan[state.plan_step].after - state.plan_waited));
}

}  // namespace

void Fill(const store::TicketView& view, v1::Ticket& to) {
  FillIdentity(view.ticket, to);
  FillState(view.state, to);
  FillChannel(view.ticket, view.state, to);
  to.set_open_children(view.open_children);
  FillRequirement(view, to);
  FillPlan(view.ticket, view.state, to);
  to.set_subject(view.subject);
  to.set_payload_json(view.payload_json);
  for (const auto& [key, value] : view.attributes) (*to.mutable_attributes())[key] = value;
  to.set_revision(view.revision);
  for (const router::ExternalReference& reference : view.references) {
    Fill(reference, *to.add_external_references());
  }
  if (view.hand_off) Fill(*view.hand_off, *to.mutable_hand_off());
}

void Fill(const router::ExternalReference& reference, v1::ExternalReference& to) {
  to.set_system(reference.system);
  to.set_id(reference.id);
}

void Fill(const router::NoteRow& note, v1::Note& to) {
  to.set_sequence(note.sequence);
  *to.mutable_at() = ToTimestamp(note.at);
  to.set_agent(note.agent);
  to.set_text(note.text);
}

void Fill(const router::MessageRow& row, v1::Message& to) {
  to.set_sequence(row.sequence);
  to.set_author(static_cast<v1::Party>(row.author));
  to.set_agent(row.agent);
  to.set_direction(static_cast<v1::Direction>(row.direction));
  *to.mutable_sent_at() = ToTimestamp(row.at);
  to.set_text(row.text);
  to.set_external_id(row.external_id);
  if (row.contact.IsSet()) to.set_contact_id(router::ToString(row.contact));
}

void Fill(const router::SurveyRow& row, v1::RecordedScore& to) {
  to.set_sequence(row.sequence);
  to.set_measure(row.score.measure);
  to.set_score(row.score.score);
  to.set_lowest(row.score.lowest);
  to.set_highest(row.score.highest);
  *to.mutable_answered_at() = ToTimestamp(row.at);
  to.set_agent(row.agent);
  to.set_queue(row.queue);
}

void Fill(const store::ContactOfTicket& said, v1::TicketContact& to) {
  const router::NewContact& content = said.contact.content;
  to.set_sequence(said.sequence);
  to.set_contact_id(router::ToString(said.contact.contact));
  to.set_channel(content.channel);
  to.set_entry_point(content.entry_point);
  to.set_external_id(content.external_id);
  to.set_conversation_key(content.conversation_key);
  to.set_direction(static_cast<v1::Direction>(content.direction));
  to.set_initiated_by(static_cast<v1::Party>(content.initiated_by));
  to.set_language(content.language);
  to.set_customer_id(content.customer_id);
  to.set_customer_segment(content.customer_segment);
  to.set_subject(content.subject);
  to.set_payload_json(content.payload_json);
  for (const auto& [key, value] : content.attributes) (*to.mutable_attributes())[key] = value;
  *to.mutable_received_at() = ToTimestamp(said.contact.received_at);
  *to.mutable_queued_at() = ToTimestamp(said.contact.queued_at);
}

void Fill(const query::TransferAgent& agent, v1::TransferAgent& to) {
  const store::Colleague& colleague = agent.colleague;
  to.set_agent(colleague.now.agent);
  to.set_display_name(colleague.configured.display_name);
  to.set_team(colleague.configured.team);
  to.set_status(ToProto(colleague.now.status));
  to.set_reason(colleague.now.reason);
  *to.mutable_since() = ToTimestamp(colleague.now.status_since);
  to.set_held(static_cast<int32_t>(agent.held));
  to.set_free(static_cast<int32_t>(agent.free));
}

void Fill(const query::TransferTarget& target, v1::TransferTarget& to) {
  const router::Queue& configured = target.queue.configured;
  to.set_queue(target.queue.queue);
  to.set_display_name(configured.display_name);
  to.set_office(static_cast<v1::Office>(configured.office));
  to.set_urgency(static_cast<v1::Urgency>(configured.urgency));
  to.set_client(configured.client);
  to.set_signed_in_agents(target.queue.agents);
  to.set_ready_agents(target.queue.available_agents);
  to.set_waiting(target.queue.waiting);
  to.set_full(target.full);
  if (target.estimated_wait) {
    *to.mutable_estimated_wait() = ToProtoDuration(*target.estimated_wait);
  }
}

router::ExternalReference ToReference(const v1::ExternalReference& message, const std::string& path,
                                      Faults& faults) {
  faults.RequireId(message.system(), path + ".system");
  if (message.id().empty()) {
    faults.Add(router::Reason::kFieldRequired, path + ".id",
               "expected the id in the other system, but it is empty");
  }
  faults.Text(message.id(), router::kMaxExternalIdBytes, path + ".id");
  return {message.system(), message.id()};
}

namespace {

void FillClauses(const std::vector<router::Explanation::ClauseCount>& clauses,
                 google::protobuf::RepeatedPtrField<v1::ClauseExplanation>& to) {
  for (const auto& clause : clauses) {
    v1::ClauseExplanation* message = to.Add();
    message->set_clause(clause.clause);
    message->set_passing_agents(static_cast<int32_t>(clause.passing_agents));
  }
}

void FillPolicy(const router::OfferPolicy& policy, v1::OfferPolicy& to) {
  *to.mutable_offer_timeout() = ToProtoDuration(policy.timeout);
  to.set_offer_timeout_of_step(policy.timeout_of_step);
  to.set_concurrent_offers(policy.concurrent);
  to.set_concurrent_offers_of_step(policy.concurrent_of_step);
}

static_assert(static_cast<int>(router::DistributionMode::kLongestIdle) ==
              v1::DISTRIBUTION_MODE_LONGEST_IDLE);
static_assert(static_cast<int>(router::DistributionMode::kLowestCost) ==
              v1::DISTRIBUTION_MODE_LOWEST_COST);

void FillChoice(const router::Explanation::Choice& choice, v1::Choice& to) {
  to.set_agent(choice.agent);
  to.set_offered(choice.offered);
  to.set_kept(choice.kept);
  to.set_named(choice.named);
  if (choice.claimed) return;
  to.set_distribution_mode(static_cast<v1::DistributionMode>(choice.mode));
  if (choice.idle_since.IsSet()) *to.mutable_idle_since() = ToTimestamp(choice.idle_since);
  to.set_load_millionths(choice.load);
  to.set_score(choice.score);
  to.set_cost_per_hour_milli(choice.cost_per_hour_milli);
}

// Nobody compared agents for it.
void ForgetComparison(v1::Choice& choice) {
  choice.clear_distribution_mode();
  choice.clear_idle_since();
  choice.clear_load_millionths();
  choice.clear_score();
  choice.clear_cost_per_hour_milli();
}

v1::ChoiceKind KindOf(const router::EventRow& handing) {
  using Type = router::EventType;
  if (handing.type == Type::kTicketOffered) return v1::CHOICE_KIND_OFFERED;
  if (handing.type == Type::kTicketAssigned) return v1::CHOICE_KIND_ASSIGNED;
  if (handing.type == Type::kOwnerChanged) return v1::CHOICE_KIND_HANDED_OVER;
  if (handing.type != Type::kTicketClaimed) return v1::CHOICE_KIND_BEGUN;
  return handing.reason.empty() ? v1::CHOICE_KIND_CLAIMED : v1::CHOICE_KIND_PICKED;
}

void FillHanding(const router::EventRow& handing, v1::Choice& to) {
  to.set_kind(KindOf(handing));
  *to.mutable_at() = ToTimestamp(handing.at);
  if (to.kind() == v1::CHOICE_KIND_OFFERED) return to.set_occasion(handing.reason);
  ForgetComparison(to);
  const bool by_somebody =
      to.kind() == v1::CHOICE_KIND_ASSIGNED || to.kind() == v1::CHOICE_KIND_HANDED_OVER;
  if (by_somebody) to.set_by(handing.reason);
}

}  // namespace

void FillHandings(const std::vector<router::EventRow>& handings, v1::ExplainTicketResponse& to) {
  for (v1::Choice& choice : *to.mutable_choices()) {
    const auto last = std::find_if(
        handings.rbegin(), handings.rend(),
        [&](const router::EventRow& handing) { return handing.agent == choice.agent(); });
    if (last != handings.rend()) FillHanding(*last, choice);
  }
}

void Fill(const router::ContactClassified& classified, v1::ClassifyContactResponse& to) {
  for (const router::ContactClassified::TriedRule& tried : classified.rules) {
    v1::TriedRule& message = *to.add_rules();
    message.set_rule(tried.rule);
    message.set_matches(tried.matches);
    message.set_unmet(tried.unmet);
    message.mutable_filled_in()->Assign(tried.filled_in.begin(), tried.filled_in.end());
  }
  if (classified.refusal) return Fill(*classified.refusal, *to.mutable_refusal());
  if (classified.joined.IsSet()) {
    to.set_joined_ticket_id(router::ToString(classified.joined));
    return;
  }
  v1::ProspectiveTicket& ticket = *to.mutable_ticket();
  ticket.set_client(classified.client);
  ticket.set_process_type(classified.process_type);
  ticket.set_queue(classified.queue);
  ticket.set_language(classified.language);
  ticket.set_priority(classified.priority);
  Fill(classified.requirement, *ticket.mutable_requirement());
  if (!classified.plan.empty()) Fill(classified.plan, *ticket.mutable_plan());
  *ticket.mutable_target() = ToTimestamp(classified.target);
  FillClauses(classified.clauses, *ticket.mutable_clauses());
  ticket.set_qualified_agents(static_cast<int32_t>(classified.qualified_agents));
  ticket.set_unroutable(classified.unroutable);
  ticket.mutable_classification_rules()->Assign(classified.ticket_rules.begin(),
                                                classified.ticket_rules.end());
}

void Fill(const router::Explanation& explanation, v1::ExplainTicketResponse& to) {
  to.set_ticket_id(router::ToString(explanation.ticket));
  to.set_state(ToProto(explanation.state));
  to.set_queue(explanation.queue);
  if (explanation.queued_at.IsSet()) *to.mutable_queued_at() = ToTimestamp(explanation.queued_at);
  if (explanation.target.IsSet()) *to.mutable_target() = ToTimestamp(explanation.target);
  to.set_ahead(static_cast<int64_t>(explanation.ahead));
  to.set_agents(static_cast<int32_t>(explanation.agents));
  FillClauses(explanation.clauses, *to.mutable_clauses());
  to.set_qualified_agents(static_cast<int32_t>(explanation.qualified_agents));
  for (const auto& [kind, agents] : explanation.obstacles) {
    v1::Obstacle* message = to.add_obstacles();
    message->set_kind(static_cast<v1::ObstacleKind>(kind));
    message->set_agents(static_cast<int32_t>(agents));
    if (kind == router::Obstacle::kDelayed) {
      *message->mutable_until() = ToTimestamp(explanation.delayed_until);
    }
  }
  if (explanation.enters_at.IsSet()) *to.mutable_enters_at() = ToTimestamp(explanation.enters_at);
  to.set_parking_reason(explanation.parking_reason);
  to.set_last_agent(explanation.last_agent);
  if (explanation.kept_until.IsSet()) {
    *to.mutable_kept_until() = ToTimestamp(explanation.kept_until);
  }
  if (explanation.silent_until.IsSet()) {
    *to.mutable_silent_until() = ToTimestamp(explanation.silent_until);
  }
  if (explanation.reply_by.IsSet()) *to.mutable_reply_by() = ToTimestamp(explanation.reply_by);
  if (explanation.returns_at.IsSet()) {
    *to.mutable_returns_at() = ToTimestamp(explanation.returns_at);
  }
  for (const router::TicketId& id : explanation.blocked_by) {
    to.add_blocked_by(router::ToString(id));
  }
  to.set_open_children(explanation.open_children);
  to.set_until_children_closed(explanation.until_children_closed);
  to.set_after_punctual(explanation.after_punctual);
  for (const router::ParticipantRow& participant : explanation.participants) {
    FillParticipant(participant, *to.add_participants());
  }
  for (const auto& choice : explanation.choices) FillChoice(choice, *to.add_choices());
  if (explanation.consults.IsSet()) {
    to.set_consulted_ticket_id(router::ToString(explanation.consults));
  }
  if (explanation.consultation.IsSet()) {
    to.mutable_consultation()->set_id(router::ToString(explanation.consultation));
    to.mutable_consultation()->set_queue(explanation.consulted_queue);
  }
  to.mutable_classification_rules()->Assign(explanation.rules.begin(), explanation.rules.end());
  if (explanation.is_callback) FillCallback(explanation.callback, *to.mutable_callback());
  to.set_queue_closed(explanation.queue_closed);
  if (explanation.opens_at.IsSet()) *to.mutable_opens_at() = ToTimestamp(explanation.opens_at);
  to.set_position(static_cast<int64_t>(explanation.position));
  if (explanation.estimated_wait) {
    *to.mutable_estimated_wait() = ToProtoDuration(*explanation.estimated_wait);
  }
  to.set_no_estimate(static_cast<v1::NoEstimateReason>(explanation.no_estimate));
  to.set_available_agents(static_cast<int32_t>(explanation.available_agents));
  if (explanation.offer_policy) FillPolicy(*explanation.offer_policy, *to.mutable_offer_policy());
  if (explanation.client_share) {
    const router::Explanation::Share& share = *explanation.client_share;
    v1::ClientShare& message = *to.mutable_client_share();
    message.set_tier(static_cast<v1::ClientTier>(share.tier));
    message.set_in_hand(static_cast<int64_t>(share.in_hand));
    *message.mutable_fair_share() = ToProto(share.configured);
    message.set_shared(static_cast<int64_t>(share.shared));
    message.set_weights(static_cast<int64_t>(share.weights));
  }
  to.set_unroutable(explanation.qualified_agents == 0 &&
                    (!explanation.next_step || explanation.next_step->qualified_agents == 0));
  if (!explanation.next_step) return;
  const router::Explanation::NextStep& next = *explanation.next_step;
  v1::NextStep& message = *to.mutable_next_step();
  message.set_number(next.number);
  if (next.at.IsSet()) *message.mutable_at() = ToTimestamp(next.at);
  message.set_min_priority(next.min_priority);
  FillClauses(next.clauses, *message.mutable_clauses());
  message.set_qualified_agents(static_cast<int32_t>(next.qualified_agents));
  message.set_queue(next.queue);
  if (next.expire) message.mutable_expire()->set_reason(next.expire->reason);
  message.set_callback(next.callback);
  if (next.condition) Fill(*next.condition, *message.mutable_condition());
  message.set_skipped(next.skipped);
  if (next.offer_timeout.us != 0) {
    *message.mutable_offer_timeout() = ToProtoDuration(next.offer_timeout);
  }
  message.set_concurrent_offers(next.concurrent_offers);
}

store::TicketFilter ToFilter(const v1::TicketFilter& message, Faults& faults) {
  store::TicketFilter filter;
  for (int i = 0; i < message.states_size() && faults.empty(); ++i) {
    const int state = message.states(i);
    if (!CheckEnum(state, v1::TicketState_MAX, At("filter.states", i), faults)) continue;
    if (v1::TicketState_IsValid(state)) {
      filter.states.push_back(static_cast<router::TicketState>(state));
    } else {
      faults.Add(router::Reason::kFieldOutOfRange, At("filter.states", i),
                 "expected a state of a ticket, but no state has the number");
    }
  }
  filter.queue = message.queue();
  filter.client = message.client();
  filter.process_type = message.process_type();
  filter.agent = message.agent();
  filter.last_agent = message.last_agent();
  filter.customer_id = message.customer_id();
  filter.external_id = message.external_id();
  if (!message.parent_ticket_id().empty()) {
    filter.parent = ToTicketId(message.parent_ticket_id(), "filter.parent_ticket_id", faults);
  }
  faults.OptionalId(filter.queue, "filter.queue");
  faults.OptionalId(filter.client, "filter.client");
  faults.OptionalId(filter.process_type, "filter.process_type");
  faults.OptionalId(filter.agent, "filter.agent");
  faults.OptionalId(filter.last_agent, "filter.last_agent");
  faults.Text(filter.customer_id, router::kMaxCustomerIdBytes, "filter.customer_id");
  faults.Text(filter.external_id, router::kMaxExternalIdBytes, "filter.external_id");
  if (message.has_external_reference()) {
    filter.reference =
        ToReference(message.external_reference(), "filter.external_reference", faults);
  }
  return filter;
}

}  // namespace tandem::rpc
