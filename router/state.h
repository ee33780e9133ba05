// The state of one workspace as the router keeps it: compact, by index. Internal to router/.
//
// Plain data. Only the Applier changes it (ARCHITECTURE.md, "decide, then apply"); deciders read
// it.
#ifndef TANDEM_ROUTER_STATE_H_
#define TANDEM_ROUTER_STATE_H_

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"

#include "router/contact.h"
#include "router/estimate.h"
#include "router/fair_shares.h"
#include "router/fresh_tickets.h"
#include "router/huge_pages.h"
#include "router/ids.h"
#include "router/limits.h"
#include "router/matching.h"
#include "router/model.h"
#include "router/plan.h"
#include "router/plan_pool.h"
#include "router/queue_state.h"
#include "router/ranked_keys.h"
#include "router/ready_agents.h"
#include "router/registry.h"
#include "router/rows.h"
#include "router/ticket_parts.h"
#include "router/time.h"
#include "router/timers.h"
#include "router/wait_key.h"
#include "router/working_capacity.h"

namespace tandem::router {

struct CoolDownState {
  AgentIndex agent;
  Time until;
};

// Who of a team is signed in, and who of them pauses.
struct TeamState {
  const Team* configured = nullptr;
  uint32_t signed_in = 0;
  absl::btree_set<std::pair<uint64_t, AgentIndex>> paused;  // by ordinal
};

// One open ticket. Fields are those of TicketRow and TicketStateRow that decisions and rows need.
struct alignas(64) Ticket {
  // First, in one line of the cache, what is read wherever it waits: with a million of them, each
  // line counts.
  uint64_t arrival = 0;
  Time key;
  Time queued_at, target;
  bool in_use = false;
  bool dirty = false;        // has a row to write, of these two
  bool state_dirty = false;  // its state row
  bool ringing = false;      // further rings are looked for: see FollowRings
  TicketState state = TicketState::kQueued;
  bool leased = false;
  bool unroutable = false;
  bool detail_dirty = false;  // its detail row
  ClassIndex ticket_class;
  uint32_t group = 0;  // within the class
  QueueIndex queue;
  uint16_t priority = 0;
  RankedKeys::Slot age_slot = RankedKeys::kNone;  // among its queue's ages, while it is there
  ClientIndex client;
  ChannelIndex channel;
  AgentIndex agent;
  uint32_t held_position = 0;  // in the agent's list

  TicketId id;
  Time timer_at = kEndOfTime;  // when it is in the workspace's timers
  Time until;
  Duration expected_handling_time;
  // Who parked it, while it is parked and then kept; or whose work is reviewed, the same; or to
  // whom it was transferred, while it is kept.
  AgentIndex last_agent;
  uint32_t offer_number = 0;
  Time kept_until;  // only the last agent may take it until then; unset: anybody

  PlanIndex plan;  // unset: none
  uint32_t plan_step = 0;
  uint32_t plan_skipped = 0;
  ProcessTypeIndex process_type;
  Time plan_since;
  Duration plan_waited;
  absl::InlinedVector<CoolDownState, 1> cool_downs;

  std::string language;
  std::string entry_point, conversation_key;
  std::vector<std::string> excluded_agents;
  Time created_at;
  Time due_at;
  Duration answer_target, wrap_up_limit;
  // Null: nothing was said or added since it came in, as of most.
  std::unique_ptr<TicketDetail> detail;

  Time answered_at;
  uint32_t contact_count = 1;
  uint32_t reopen_count = 0;
  Time silent_until, reply_by;

  uint32_t visit_number = 1;
  EntryReason visit_entry_reason = EntryReason::kCreated;
  Time visit_entered_at;
  std::optional<Duration> visit_estimate;  // of its wait, made when the visit began

  uint32_t segment_number = 0;
  Party disconnected_by = Party::kUnknown;
  Time segment_began_at, accepted_at, connected_at, held_since, disconnected_at, finished_at;
  Duration held;
  // Since when it waits for others of its agent that interrupt it, and how long it did before.
  Time interrupted_since;
  Duration interrupted;

  std::unique_ptr<Parking> parking;  // while PARKED
  // Null: nobody ever took part besides its owner or was asked for, and it never rang two at once,
  // as of most.
  // Somebody takes part while it is ACTIVE only, and is rung while it is OFFERED only.
  std::unique_ptr<Participants> participants;
  std::unique_ptr<Reviewing> reviewing;  // null: it never had to do with a review, as most
  // Null: as a Callback of which nothing is known, as that of most.
  std::unique_ptr<Callback> callback;
  // Null: it belongs to no other, and neither waits for one nor is waited for, as most.
  std::unique_ptr<Links> links;
  ChannelIndex came_over;  // the channel of its contact
  // Those that filled something in when it came in; null: none did, as of most.
  std::unique_ptr<std::vector<std::string>> rules;
  std::unique_ptr<std::string> trace_parent;  // null: none
};

// One agent, configured now or still owning work.
struct alignas(64) AgentState {
  // First what is read wherever it is looked for, as of tickets.
  bool configured = false;
  bool dirty = false;
  AgentStatus status = AgentStatus::kOffline;
  AgentStatus next_status = AgentStatus::kOffline;  // what follows DRAINING
  bool session_open = false;
  bool idle = false;  // IsIdle()
  bool gained = false;
  bool ring_gained = false;
  ProfileIndex profile;
  RoutingProfileIndex routing_profile;
  // Where Matching has it.
  // Bit per kind of work of which it can take a ticket now (KindBit); 0: not ready. And those of
  // them of which a ticket would interrupt others that it has.
  uint32_t open_kinds = 0, interrupting_kinds = 0;
  uint32_t idle_position = 0;
  uint32_t ready_groups = 0;  // AVAILABLE: for these alone; 0: for all
  Time idle_since;
  uint64_t ordinal = 0;
  Time shift_ends_at;  // may have passed; unset: not known
  // Tickets that have a cool-down for this agent; 0 spares the search.
  uint32_t cooling = 0;
  WorkingCapacity capacity;  // what the ready lists ask of it is in the same line still

  int64_t turn = 0;
  int64_t cost_per_hour_milli = 0;
  uint32_t assisted = 0;  // see `joined`
  // As whose it is counted among those with BACK-office work; unset: of no routing profile that has
  // a floor.
  RoutingProfileIndex on_back_of;
  uint32_t misses = 0;
  Time session_lost_at;
  // Tickets offered to it or owned by it, in no particular order, and what they take.
  std::vector<TicketIndex> held;
  uint64_t units_used = 0;
  std::array<uint32_t, kCapacityGroups> held_in_group{};
  // Of these, the DEFERRABLE ones; counted only of groups whose LIVE tickets interrupt them.
  std::array<uint32_t, kCapacityGroups> deferrable_in_group{};

  // Those that others own in which it takes part, or is invited to; of them, `assisted` take
  // capacity as if they were held.
  std::vector<TicketIndex> joined;
  TeamIndex team;  // unset: none
  // As what it is counted in its team.
  struct InTeam {
    bool signed_in = false;
    bool pauses = false;
  } in_team;
  uint8_t available_groups = 0;  // as bits: see AvailableGroups
  bool automated = false;
  std::string reason;
  std::string next_reason;
  Time status_since;
  std::string session_id;
  int64_t generation = 0;
  Time grace_until;
  Time away_since;  // set while there is no session, or a lost one
  Time interval_since;
  Time timer_at = kEndOfTime;

  bool Ready() const {
    return configured && status == AgentStatus::kAvailable && session_open &&
           !session_lost_at.IsSet();
  }
  // Whether nothing keeps it from LIVE work, so that the live reserve counts it.
  bool IsIdle() const { return Ready() && !HasWork() && ready_groups == 0; }
  bool HasWork() const { return !held.empty() || assisted != 0; }
  bool IsReadyFor(CapacityGroup group) const {
    return ready_groups == 0 || (ready_groups & BitOf(group)) != 0;
  }
  // Whether work that waits for this agent alone may be taken before long.
  bool IsPresent() const {
    return configured && session_open && status != AgentStatus::kOffline &&
           status != AgentStatus::kDraining;
  }
  // Whether the last work of one who goes when it ends has ended.
  bool IsDrained() const { return status == AgentStatus::kDraining && !HasWork(); }
  // Whether one more ticket of the kind fits, ready or not.
  bool HasRoom(CapacityGroup group, Urgency urgency) const {
    const WorkingCapacity::Group& of_group = capacity.groups[static_cast<size_t>(group)];
    uint32_t in_group = held_in_group[static_cast<size_t>(group)];
    uint64_t units = units_used + of_group.units_per_ticket;
    if ((capacity.live_interrupts & BitOf(group)) != 0) {
      const uint32_t deferrable = deferrable_in_group[static_cast<size_t>(group)];
      if (urgency == Urgency::kDeferrable && in_group != deferrable) return false;
      if (urgency == Urgency::kLive) {
        in_group -= deferrable;
        units -= uint64_t{deferrable} * of_group.units_per_ticket;
      }
    }
    if (in_group >= of_group.max) return false;
    if (of_group.shut_by != 0 && (HeldGroups() & of_group.shut_by) != 0) return false;
    for (uint32_t left = of_group.interrupts; left != 0; left &= left - 1) {
      const auto other = static_cast<size_t>(std::countr_zero(left));
      units -= uint64_t{held_in_group[other]} * capacity.groups[other].units_per_ticket;
    }
    return units <= capacity.total_units;
  }
  // The groups of the tickets that it has, as bits.
  uint32_t HeldGroups() const {
    uint32_t held_groups = 0;
    for (size_t group = 0; group < kCapacityGroups; ++group) {
      if (held_in_group[group] != 0) held_groups |= 1U << group;
    }
    return held_groups;
  }
  // The part of its capacity that is used, in millionths. Its capacity: what its total units and
  // its groups' maxima let it reach.
  int64_t Load() const {
    uint64_t reachable = 0;
    for (const WorkingCapacity::Group& group : capacity.groups) {
      reachable += uint64_t{group.max} * group.units_per_ticket;
    }
    reachable = std::min<uint64_t>(reachable, capacity.total_units);
    return reachable == 0 ? 0 : static_cast<int64_t>(units_used * 1'000'000 / reachable);
  }
  // Whether a ticket of the kind, which is open, would interrupt others that it has.
  bool WouldInterruptFor(CapacityGroup group, Urgency urgency) const {
    return (interrupting_kinds & KindBit(group, urgency)) != 0;
  }
  // Whether work that ends then does so within its shift.
  bool FitsShift(Time ends_at) const { return !shift_ends_at.IsSet() || ends_at <= shift_ends_at; }
  // Whether it goes when its work ends, or went.
  bool Leaves() const {
    return status == AgentStatus::kOffline ||
           (status == AgentStatus::kDraining && next_status == AgentStatus::kOffline);
  }
  bool HasOpen(CapacityGroup group, Urgency urgency) const {
    return (open_kinds & KindBit(group, urgency)) != 0;
  }
};

struct RoutingProfileState {
  const RoutingProfile* configured = nullptr;
  std::vector<AgentIndex> idle_agents;  // in no particular order
  // With a BACK floor: how many of its agents have BACK-office work; else not counted.
  uint32_t on_back = 0;

  // Whether BACK-office work goes first to those who have none.
  bool IsBelowFloor() const { return on_back < configured->back_floor; }
};

// A ticket that was reopened, and closed again.
struct ClosedAgain {
  TicketId ticket;
  uint32_t reopen_count = 0;
  Time at;
};

struct Workspace {
  std::string id;
  // But for its agents, which are in `agent_resources`: there are so many that one is changed where
  // it is.
  Configuration configuration;
  int64_t revision = 0;
  bool dirty = false;  // the workspace's own row
  int64_t last_event = 0;
  uint64_t next_agent_ordinal = 1;
  int64_t last_turn = 0;  // greatest of its agents', or of one that went away
  Duration session_grace, cool_down;
  // By capacity group; 0: work does not return for this alone.
  std::array<Duration, kCapacityGroups> return_after{};
  Time now;  // of the command that is executed

  Registry<QueueIndex> queue_ids;
  Registry<ChannelIndex> channel_ids;
  Registry<ClientIndex> client_ids;
  Registry<ProcessTypeIndex> process_type_ids;
  Registry<SkillIndex> skill_ids;
  Registry<SiteIndex> site_ids;
  Registry<TeamIndex> team_ids;
  Registry<RoutingProfileIndex> routing_profile_ids;
  Registry<AgentIndex> agent_ids;

  // By index. Client and process type: number of open tickets, and whether configured.
  std::vector<QueueState> queues;
  std::vector<ChannelState> channels;
  struct Used {
    bool configured = false;
    uint32_t open = 0;
  };
  std::vector<Used> clients;
  FairShares shares;
  std::vector<const ProcessType*> process_types;  // null: not configured
  std::vector<uint32_t> open_of_process_type;
  std::vector<bool> skills, sites;  // configured
  std::vector<TeamState> teams;
  std::vector<RoutingProfileState> routing_profiles;
  bool back_floors = false;                                          // any of them has one
  absl::flat_hash_map<std::string, bool> dispositions;               // id → resolved
  absl::flat_hash_map<std::string, bool> not_ready_reasons;          // id → whether it is a pause
  absl::flat_hash_map<std::string, bool> parking_reasons;            // id → stops the clock
  absl::flat_hash_map<std::string, const EntryPoint*> entry_points;  // by ContactKey
  absl::flat_hash_map<std::string, const Language*> languages;       // by tag
  // Places in configuration.classification_rules, in the order in which they are tried.
  std::vector<uint32_t> rules;
  bool rules_drawn = false;      // credits of some are to be written
  bool reviews_counted = false;  // review_credit of some process types is to be written
  bool picks_counted = false;    // late_picks of some queues are to be written
  absl::btree_map<std::string, Calendar*> calendars;  // by id, those configured

  std::vector<AgentState, HugePageAllocator<AgentState>> agents;
  // By index; empty, and unset, when not configured. Profiles for those who go through all of them.
  std::vector<Agent> agent_resources;
  std::vector<ProfileIndex> agent_profiles;
  size_t configured_agents = 0;
  std::vector<Ticket, HugePageAllocator<Ticket>> tickets;
  std::vector<TicketIndex> free_tickets;
  absl::flat_hash_map<TicketId, TicketIndex> ticket_by_id;
  // The one that came in last of those that are open.
  absl::flat_hash_map<std::string, TicketIndex> ticket_by_conversation;
  // How many open tickets belong to one, which may be closed; no entry with 0.
  absl::flat_hash_map<TicketId, uint32_t> open_children;
  // The others, by arrival: a customer who writes while the ticket is IN_REVIEW makes another one.
  absl::flat_hash_map<std::string, std::vector<TicketIndex>> earlier_of_conversation;
  PlanPool plans;
  size_t open_tickets = 0;

  Matching matching;
  absl::btree_set<ReadyKey> gained_agents;
  FreshTickets fresh_tickets;
  // The same of further rings: for agents whom nothing that waits was for, and of tickets that want
  // one. Looked at when nothing is left of the others.
  absl::btree_set<ReadyKey> ring_gained_agents;
  FreshTickets fresh_rings;
  Timers timers;
  // When calendars open or close next.
  absl::btree_set<std::pair<Time, std::string>> calendar_timers;
  // Closed queues whose tickets may have somewhere to overflow to, which routing must look at.
  absl::btree_set<std::string> overflowing_queues;
  std::vector<QueueIndex> closed_with_overflow;  // that are closed, and whose tickets overflow
  // Came back to their queue with a step of their plan due, which is seen to before they are
  // routed. Empty between two commands.
  std::vector<TicketIndex> overdue_tickets;
  // Whose last work ended while they were DRAINING, in the order in which it did. Empty between two
  // commands.
  std::vector<AgentIndex> drained_agents;
  // What they waited for was closed in this command: BLOCKED tickets that wait for nothing more,
  // and PARKED ones without open children. Seen to with the steps of plans that are due. Empty
  // between two commands.
  std::vector<TicketIndex> woken_tickets;
  // Began a visit in this command, whose wait is to be estimated once routing is done. Empty
  // between two commands.
  std::vector<TicketIndex> entered_tickets;

  // Reviews whose tickets are to be sent back. Empty between two commands.
  std::vector<EndedReview> ended_reviews;

  // Whose work, or capacity, changed in a way that may interrupt tickets or end it. Empty between
  // two commands.
  std::vector<AgentIndex> rearranged_agents;

  // Of which too few agents were left with BACK-office work by this command. Empty between two
  // commands.
  std::vector<RoutingProfileIndex> lowered_profiles;

  std::vector<TicketIndex> dirty_tickets;
  std::vector<AgentIndex> dirty_agents;

  // Of the last kClosedAgainWindow, by time. What a command says of a closed ticket may have been
  // read before it was reopened: here is what tells. Not loaded: who asked before a load is
  // refused by the store, which has the numbers of its visits.
  std::deque<ClosedAgain> closed_again;

  // --- reading aids ---

  const Ticket& ticket(TicketIndex index) const { return tickets[index.value]; }
  const AgentState& agent(AgentIndex index) const { return agents[index.value]; }
  const QueueState& queue(QueueIndex index) const { return queues[index.value]; }
  const Channel& channel_of(const Ticket& ticket) const {
    return *channels[ticket.channel.value].configured;
  }
  Urgency UrgencyOf(const Ticket& ticket) const { return queue(ticket.queue).configured->urgency; }
  // Whether its customer is to be called.
  bool IsCallback(const Ticket& ticket) const {
    return channel_ids.Name(ticket.channel) == kCallbackChannel;
  }
  // Whether its customer waited for an answer first.
  static bool BecameCallback(const Ticket& ticket) { return ticket.channel != ticket.came_over; }
  // When the call-back that waits in its queue is not attempted any more.
  static Time CallbackEndsAt(const Ticket& ticket) {
    const bool ends = ticket.callback != nullptr && ticket.callback->not_after.IsSet() &&
                      ticket.state == TicketState::kQueued;
    return ends ? ticket.callback->not_after : kEndOfTime;
  }
  // Whether tickets of the channel that wait in the queue are offered now.
  bool Offers(QueueIndex index, ChannelIndex channel) const {
    const QueueState& of = queue(index);
    return of.offers && (!of.closed || channel_ids.Name(channel) != kCallbackChannel);
  }
  // As what the agent takes part in the ticket, or is invited to; null: it does not.
  static const Participant* FindParticipant(const Ticket& ticket, AgentIndex agent) {
    if (ticket.participants == nullptr) return nullptr;
    for (const Participant& participant : ticket.participants->all) {
      if (participant.agent == agent) return &participant;
    }
    return nullptr;
  }
  // Whether it is a request for somebody to consult.
  static bool IsConsultation(const Ticket& ticket) {
    return ticket.participants != nullptr && ticket.participants->consults.IsSet();
  }
  // That of the ticket which is open; unset: none is.
  static TicketIndex ConsultationOf(const Ticket& ticket) {
    return ticket.participants == nullptr ? TicketIndex{} : ticket.participants->consultation;
  }
  // The ticket that it belongs to; unset: none.
  static TicketId ParentOf(const Ticket& ticket) {
    return ticket.links == nullptr ? TicketId{} : ticket.links->parent;
  }
  // How many open tickets belong to it.
  uint32_t OpenChildrenOf(const TicketId& id) const {
    const auto it = open_children.find(id);
    return it == open_children.end() ? 0 : it->second;
  }
  // The tickets that it waits for, as it is BLOCKED, in the order in which they were named.
  std::vector<TicketId> WaitsFor(const Ticket& ticket) const {
    std::vector<TicketId> ids;
    if (ticket.links == nullptr) return ids;
    for (const TicketIndex other : ticket.links->waits_for) ids.push_back(tickets[other.value].id);
    return ids;
  }
  // Whether it is a review of another one's work.
  static bool IsReview(const Ticket& ticket) {
    return ticket.reviewing != nullptr && ticket.reviewing->reviews.IsSet();
  }
  // The ticket whose work the review judges; unset: it was judged, or ends with what it is about.
  TicketIndex ReviewedBy(const Ticket& review) const {
    const TicketIndex reviewed = FindTicket(review.reviewing->reviews);
    if (!reviewed.IsSet() || ticket(reviewed).reviewing == nullptr) return {};
    return ticket(reviewed).reviewing->reviewed.review == review.id ? reviewed : TicketIndex{};
  }
  // Whether the ticket is offered to the agent, as one of however many.
  static bool IsOfferedTo(const Ticket& ticket, AgentIndex agent) {
    return ticket.state == TicketState::kOffered &&
           (ticket.agent == agent || FindParticipant(ticket, agent) != nullptr);
  }
  // To how many agents the ticket, which is OFFERED, is offered.
  static size_t OffersOf(const Ticket& ticket) {
    return 1 + (ticket.participants == nullptr ? 0 : ticket.participants->all.size());
  }
  // Whether it may ring further agents, as far as its offer policy says.
  bool WantsRings(const Ticket& ticket) const {
    return ticket.state == TicketState::kOffered &&
           OffersOf(ticket) < OfferPolicyOf(ticket).concurrent;
  }
  // How it is offered: as its queue says, or as its plan does instead.
  OfferPolicy OfferPolicyOf(const Ticket& ticket) const;
  // From when on something waits for the end of all of its offers: a step of its plan, or the end
  // of a call-back's window. Then nobody else is rung, or their end might never come.
  Time OffersAwaitedAt(const Ticket& ticket) const {
    const Time at = NextStepWaits(ticket) ? NextStepAt(ticket) : kEndOfTime;
    const bool ends = ticket.callback != nullptr && ticket.callback->not_after.IsSet();
    return ends ? std::min(at, ticket.callback->not_after) : at;
  }
  // When it rings nobody else any more; the end of time when it does not now.
  Time RingsEndAt(const Ticket& ticket) const {
    return ticket.ringing ? OffersAwaitedAt(ticket) : kEndOfTime;
  }
  TicketIndex FindTicket(const TicketId& id) const {
    const auto it = ticket_by_id.find(id);
    return it == ticket_by_id.end() ? TicketIndex{} : it->second;
  }
  // Whether one who goes to the status, or then to the next, is away from work by choice.
  bool IsPause(AgentStatus status, const std::string& reason, AgentStatus next_status,
               const std::string& next_reason) const {
    const bool draining = status == AgentStatus::kDraining;
    if ((draining ? next_status : status) != AgentStatus::kNotReady) return false;
    const auto known = not_ready_reasons.find(draining ? next_reason : reason);
    return known != not_ready_reasons.end() && known->second;
  }
  const std::string& AgentName(AgentIndex index) const { return agent_ids.Name(index); }

  // When the queue is open; null when it always is, or when it is not known yet.
  const OpenHours* HoursOf(QueueIndex index) const {
    const Calendar* calendar = queue(index).calendar;
    return calendar != nullptr && calendar->hours.of_revision != 0 ? &calendar->hours : nullptr;
  }

  // The next step of the ticket's plan; null when there is none. Valid as an entry of PlanPool is.
  const PlanStep* NextStep(const Ticket& ticket) const {
    if (!ticket.plan.IsSet()) return nullptr;
    const Plan& steps = plans[ticket.plan].steps;
    return ticket.plan_step < steps.size() ? &steps[ticket.plan_step] : nullptr;
  }
  // When it is due; the end of time when there is none, or the plan's clock stands.
  Time NextStepAt(const Ticket& ticket) const {
    const PlanStep* step = NextStep(ticket);
    if (step == nullptr || !ticket.plan_since.IsSet()) return kEndOfTime;
    return ticket.plan_since + (step->after - ticket.plan_waited);
  }
  // What it is ordered by while it waits in its queue.
  WaitKey WaitKeyOf(const Ticket& ticket) const {
    const QueueState& in = queue(ticket.queue);
    Time key = ticket.key;
    if (in.priority_first) {
      const int64_t below = int64_t{kMaxPriority} - ticket.priority;
      key = std::max(ticket.target, ticket.queued_at) + kPrioritySpan * below;
    }
    if (in.late_last && IsInLateClass(ticket)) key = key + kLateSpan;
    return {key, ticket.arrival};
  }
  bool IsInLateClass(const Ticket& ticket) const {
    return matching.ClassOf(ticket.ticket_class).spec.late;
  }
  // Whether a ticket that waits in its queue goes after punctual work: from its target on.
  bool IsLate(const Ticket& ticket, Time at) const {
    return queue(ticket.queue).late_last && ticket.target <= at;
  }
  // The longest of its queue's delays that has passed for a ticket that waits in it.
  Duration WaitedFor(const Ticket& ticket, Time now) const {
    const std::vector<Duration>& delays = queue(ticket.queue).delays;
    if (delays.empty()) return Duration{};
    if (ticket.kept_until.IsSet()) return kNoDelay;
    Duration passed;
    for (const Duration delay : delays) {
      if (ticket.queued_at + delay > now) break;
      passed = delay;
    }
    return passed;
  }
  // When the next one passes, after the one that makes its class; the end of time when it looks for
  // no agent, or waits for no more of them.
  Time NextDelayAt(const Ticket& ticket) const {
    const std::vector<Duration>& delays = queue(ticket.queue).delays;
    if (delays.empty()) return kEndOfTime;
    if (ticket.state != TicketState::kQueued && !ticket.ringing) return kEndOfTime;
    const auto next = std::upper_bound(delays.begin(), delays.end(),
                                       matching.ClassOf(ticket.ticket_class).spec.waited);
    return next == delays.end() ? kEndOfTime : ticket.queued_at + *next;
  }
  // When it does so, after its class said that it does not; the end of time when it does not wait.
  Time LateAt(const Ticket& ticket) const {
    const bool waits = ticket.state == TicketState::kQueued || ticket.ringing;
    const bool ages = queue(ticket.queue).late_last && waits;
    return ages && !IsInLateClass(ticket) ? ticket.target : kEndOfTime;
  }
  // When its age changes its class: the next delay passes, or it is late.
  Time AgesAt(const Ticket& ticket) const { return std::min(NextDelayAt(ticket), LateAt(ticket)); }
  // Whether it waits for the end of the offer that is out.
  bool NextStepWaits(const Ticket& ticket) const {
    const PlanStep* step = NextStep(ticket);
    return step != nullptr && ticket.state == TicketState::kOffered && WaitsForOffer(*step);
  }
  // Whether the agent has BACK-office work in hand, or is rung for it, and is there for it.
  bool IsOnBack(const AgentState& agent) const {
    return agent.status != AgentStatus::kOffline &&
           (std::any_of(agent.held.begin(), agent.held.end(),
                        [&](TicketIndex held) { return queue(ticket(held).queue).IsBack(); }) ||
            std::any_of(agent.joined.begin(), agent.joined.end(), [&](TicketIndex rung) {
              const Ticket& one = ticket(rung);
              return one.state == TicketState::kOffered && queue(one.queue).IsBack();
            }));
  }
  // Whether the agent takes BACK-office work before all else, as too few of its routing profile
  // have any.
  bool BackGoesFirst(const AgentState& agent) const {
    return back_floors && !agent.on_back_of.IsSet() &&
           routing_profiles[agent.routing_profile.value].IsBelowFloor();
  }
  // Whether the live reserve lets the agent take DEFERRABLE work, whatever its group.
  bool ReserveAllows(const AgentState& agent) const {
    if (!agent.idle) return true;
    const RoutingProfileState& profile = routing_profiles[agent.routing_profile.value];
    return profile.idle_agents.size() > profile.configured->live_reserve;
  }
  // The kinds of work of which the agent may take a ticket, as the live reserve allows.
  uint32_t KindsOpenTo(const AgentState& agent) const {
    if (ReserveAllows(agent)) return agent.open_kinds;
    const uint32_t yielding = KindsOf(Urgency::kDeferrable, agent.capacity.yielding);
    return agent.open_kinds & (KindsOf(Urgency::kLive) | yielding);
  }
  // The same of work of this group in this queue, which is DEFERRABLE.
  bool ReserveAllows(const AgentState& agent, QueueIndex from, CapacityGroup group) const {
    return ReserveAllows(agent) || (agent.capacity.yielding & BitOf(group)) != 0 ||
           (BackGoesFirst(agent) && queue(from).IsBack());
  }
  // Whether a cool-down keeps the agent from the ticket.
  static bool IsCooling(const Ticket& ticket, AgentIndex agent) {
    for (const CoolDownState& cool_down : ticket.cool_downs) {
      if (cool_down.agent == agent) return true;
    }
    return false;
  }
  // Whether customer and agent are connected over media that only the adapter ends.
  bool MediaConnected(const Ticket& ticket) const {
    return ticket.state == TicketState::kActive && !ticket.leased && channel_of(ticket).has_media;
  }
  // Whether the ticket leaves an agent who stays away. What the adapter has connected does not, nor
  // what is being connected or wrapped up, which has a limit of its own.
  bool LeavesWhoIsAway(const Ticket& ticket) const {
    const bool owned =
        ticket.state == TicketState::kAssigned || ticket.state == TicketState::kActive;
    return owned && !MediaConnected(ticket);
  }
  // When tickets of the group leave the agent, who is away: after the group's limit, or when the
  // shift ends, but not while a session may come back. The end of time: they stay.
  Time ReturnsAt(const AgentState& agent, CapacityGroup group) const {
    if (!agent.away_since.IsSet()) return kEndOfTime;
    Time at = kEndOfTime;
    const Duration limit = return_after[static_cast<size_t>(group)];
    if (limit.us > 0) at = agent.away_since + limit;
    if (!agent.shift_ends_at.IsSet()) return at;
    return std::min(at, std::max({agent.shift_ends_at, agent.away_since, agent.grace_until}));
  }
  // The first of these instants, of tickets that the agent has.
  Time NextReturnOf(const AgentState& agent) const;
  // When the agent is to go because the shift ends; the end of time: not known, or seen to.
  static Time ShiftEndOf(const AgentState& agent) {
    return agent.shift_ends_at.IsSet() && !agent.Leaves() ? agent.shift_ends_at : kEndOfTime;
  }
  // Whether an agent began it by hand and it was in no queue since.
  static bool BegunByHand(const Ticket& ticket) {
    return ticket.visit_number == 0 && ticket.state != TicketState::kScheduled &&
           ticket.state != TicketState::kBlocked;
  }
  // Whether a lease runs on the ticket.
  static bool UnderLease(const Ticket& ticket) {
    return ticket.leased && ticket.until.IsSet() &&
           (ticket.state == TicketState::kAssigned || ticket.state == TicketState::kActive);
  }
};

// What is configured of the workspace's clients, by index.
std::vector<std::optional<FairShare>> FairSharesOf(const Workspace& workspace);
// Counts every ticket of the workspace. Requires that none is counted.
void CountShares(const Workspace& workspace, FairShares& shares);

// The key of a conversation within its workspace; empty when the contact has none.
std::string ConversationKey(const std::string& client, const std::string& channel,
                            const std::string& entry_point, const std::string& conversation_key);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_STATE_H_
