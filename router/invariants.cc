// Every invariant of the router, checked by brute force.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "router/applier_change_agent.h"
#include "router/commands.h"
#include "router/core.h"
#include "router/invariant.h"
#include "router/snapshot.h"

namespace tandem::router {
namespace {

void CheckAgent(const Workspace& workspace, AgentIndex index) {
  const AgentState& agent = workspace.agent(index);
  const std::string who = "agent " + workspace.AgentName(index) + " of " + workspace.id;
  std::array<uint32_t, kCapacityGroups> in_group{}, deferrable{};
  uint64_t units = 0;
  const auto count = [&](const Ticket& ticket) {
    const CapacityGroup of = workspace.channel_of(ticket).group;
    const auto group = static_cast<size_t>(of);
    ++in_group[group];
    units += agent.capacity.groups[group].units_per_ticket;
    if ((agent.capacity.live_interrupts & BitOf(of)) == 0) return;
    if (workspace.UrgencyOf(ticket) == Urgency::kDeferrable) ++deferrable[group];
  };
  for (size_t i = 0; i < agent.held.size(); ++i) {
    const Ticket& ticket = workspace.ticket(agent.held[i]);
    TANDEM_INVARIANT(ticket.in_use && ticket.agent == index, who + " holds tickets that name it");
    TANDEM_INVARIANT(ticket.held_position == i, who + " holds tickets where they say");
    count(ticket);
  }
  uint32_t assisted = 0;
  for (const TicketIndex joined : agent.joined) {
    const Ticket& ticket = workspace.ticket(joined);
    const Participant* participant =
        ticket.in_use ? Workspace::FindParticipant(ticket, index) : nullptr;
    TANDEM_INVARIANT(participant != nullptr, who + " takes part in tickets that name it");
    if (!TakesCapacity(participant->role)) continue;
    ++assisted;
    count(ticket);
  }
  TANDEM_INVARIANT(assisted == agent.assisted, who + " counts in how many it takes part");
  TANDEM_INVARIANT(agent.session_open || agent.joined.empty(),
                   who + " takes part in tickets only while its session is open");
  TANDEM_INVARIANT(in_group == agent.held_in_group, who + " counts its tickets per group");
  TANDEM_INVARIANT(deferrable == agent.deferrable_in_group,
                   who + " counts what LIVE tickets of the same group interrupt");
  TANDEM_INVARIANT(units == agent.units_used, who + " counts its units: " + std::to_string(units) +
                                                  " against " + std::to_string(agent.units_used));
  TANDEM_INVARIANT(agent.open_kinds == OpenKinds(agent), who + " knows what is open to it");
  TANDEM_INVARIANT(agent.interrupting_kinds == InterruptingKinds(agent, agent.open_kinds),
                   who + " knows of which kind a ticket would interrupt others");
  TANDEM_INVARIANT(agent.available_groups == AvailableGroups(agent),
                   who + " knows for which groups it is there");
  TANDEM_INVARIANT(agent.idle == agent.IsIdle(), who + " knows that it is idle");
  TANDEM_INVARIANT(agent.configured || (agent.held.empty() && agent.joined.empty()),
                   who + " is configured while it has work");
  TANDEM_INVARIANT(agent.session_open || !agent.session_lost_at.IsSet(),
                   who + " can lose an open session only");
  TANDEM_INVARIANT(
      !agent.away_since.IsSet() || !agent.session_open || agent.session_lost_at.IsSet(),
      who + " is away only without a session, or with a lost one");
  const Time grace_ends = agent.grace_until.IsSet() ? agent.grace_until : kEndOfTime;
  TANDEM_INVARIANT(agent.timer_at == std::min({grace_ends, Workspace::ShiftEndOf(agent),
                                               workspace.NextReturnOf(agent)}),
                   who + " is looked at when its grace or its shift ends, or its work returns");
}

// At most one owner, and nobody twice. While it is OFFERED all of them are rung.
void CheckParticipants(const Workspace& workspace, TicketIndex index, const std::string& which) {
  const Ticket& ticket = workspace.ticket(index);
  const std::vector<Participant>& all = ticket.participants->all;
  const bool offered = ticket.state == TicketState::kOffered;
  TANDEM_INVARIANT(all.empty() || offered || ticket.state == TicketState::kActive,
                   which + " has others take part only while it is ACTIVE, or rings them");
  TANDEM_INVARIANT(all.size() <= kMaxParticipants, which + " has no more of them than it may");
  for (const Participant& participant : all) {
    TANDEM_INVARIANT(participant.IsRing() == offered, which + " has one owner");
    TANDEM_INVARIANT(participant.agent != ticket.agent, which + " has its owner once");
    TANDEM_INVARIANT(std::count_if(all.begin(), all.end(),
                                   [&](const Participant& other) {
                                     return other.agent == participant.agent;
                                   }) == 1,
                     which + " has each who takes part once");
    TANDEM_INVARIANT(participant.IsInvited() != participant.accepted_at.IsSet(),
                     which + " has others invited, or taking part");
    TANDEM_INVARIANT(participant.segment_number != ticket.segment_number &&
                         participant.segment_number <= ticket.participants->last_segment,
                     which + " has a segment for each");
    const auto& joined = workspace.agent(participant.agent).joined;
    TANDEM_INVARIANT(std::count(joined.begin(), joined.end(), index) == 1,
                     which + " is known to who takes part");
  }
}

// A request and its ticket know of each other, as long as both are open.
void CheckConsultation(const Workspace& workspace, TicketIndex index, const std::string& which) {
  const Ticket& ticket = workspace.ticket(index);
  if (const TicketIndex request = Workspace::ConsultationOf(ticket); request.IsSet()) {
    TANDEM_INVARIANT(ticket.state == TicketState::kActive,
                     which + " asks for somebody to consult only while it is ACTIVE");
    const Ticket& asked = workspace.ticket(request);
    TANDEM_INVARIANT(Workspace::IsConsultation(asked) && asked.participants->consults == ticket.id,
                     which + " is what its request is about");
  }
  if (!Workspace::IsConsultation(ticket)) return;
  TANDEM_INVARIANT(ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered,
                   which + " asks for somebody to consult, and is owned by nobody");
  const TicketIndex about = workspace.FindTicket(ticket.participants->consults);
  TANDEM_INVARIANT(about.IsSet() && Workspace::ConsultationOf(workspace.ticket(about)) == index,
                   which + " is known to the ticket that it is about");
}

// Those that wait and those that are waited for know of each other.
void CheckLinks(const Workspace& workspace, TicketIndex index, const std::string& which) {
  const Ticket& ticket = workspace.ticket(index);
  const bool blocked = ticket.state == TicketState::kBlocked;
  TANDEM_INVARIANT(blocked == (ticket.links != nullptr && !ticket.links->waits_for.empty()),
                   which + " is BLOCKED while it waits for another ticket");
  if (ticket.parking != nullptr && ticket.parking->until_children_closed) {
    TANDEM_INVARIANT(workspace.OpenChildrenOf(ticket.id) != 0,
                     which + " is parked for its children while one is open");
    const auto rejection = CheckWaitForChildren(workspace, index);
    TANDEM_INVARIANT(!rejection || rejection->reason == Reason::kTooManyDependents,
                     which + " is parked for none that waits for it");
  }
  if (ticket.links == nullptr) return;
  const auto knows = [&](const std::vector<TicketIndex>& of) {
    return std::count(of.begin(), of.end(), index) == 1;
  };
  for (const TicketIndex other : ticket.links->waits_for) {
    const Ticket& waited = workspace.ticket(other);
    TANDEM_INVARIANT(waited.in_use && waited.links != nullptr && knows(waited.links->dependents),
                     which + " is known to what it waits for");
  }
  TANDEM_INVARIANT(ticket.links->dependents.size() <= kMaxDependents,
                   which + " is waited for by no more than may");
  for (const TicketIndex other : ticket.links->dependents) {
    const Ticket& waiting = workspace.ticket(other);
    TANDEM_INVARIANT(waiting.in_use && waiting.links != nullptr && knows(waiting.links->waits_for),
                     which + " is waited for by those that it knows");
  }
}

// A ticket that is IN_REVIEW and its review know of each other.
void CheckReview(const Workspace& workspace, const Ticket& ticket, const std::string& which) {
  const bool in_review = ticket.state == TicketState::kInReview;
  const Reviewing* reviewing = ticket.reviewing.get();
  TANDEM_INVARIANT(in_review == (reviewing != nullptr && reviewing->reviewed.review.IsSet()),
                   which + " has a review while it is IN_REVIEW");
  if (reviewing == nullptr) return;
  TANDEM_INVARIANT(in_review != reviewing->disposition.empty(),
                   which + " remembers what its maker said while it is IN_REVIEW");
  if (in_review) {
    const TicketIndex review = workspace.FindTicket(reviewing->reviewed.review);
    TANDEM_INVARIANT(review.IsSet() && Workspace::IsReview(workspace.ticket(review)) &&
                         workspace.ticket(review).reviewing->reviews == ticket.id,
                     which + " is what its review judges");
    TANDEM_INVARIANT(ticket.last_agent.IsSet(), which + " knows its maker while it is IN_REVIEW");
  }
  if (!reviewing->reviews.IsSet()) return;
  TANDEM_INVARIANT(workspace.ReviewedBy(ticket).IsSet(), which + " judges a ticket IN_REVIEW");
  const TicketIndex reviewed = workspace.ReviewedBy(ticket);
  for (const std::string& maker : workspace.ticket(reviewed).reviewing->reviewed.makers) {
    TANDEM_INVARIANT(!ticket.agent.IsSet() || workspace.AgentName(ticket.agent) != maker,
                     which + " is not with an agent whose work it judges: " + maker);
  }
}

// It asks what its plan, its change by hand and its hand-off make of what it came in with.
void CheckDemand(const Workspace& workspace, const Ticket& ticket, const std::string& which) {
  if (!ticket.plan.IsSet()) return;
  Requirement asked = AskedByPlan(workspace, ticket);
  if (ticket.kept_until.IsSet()) asked.agents.clear();
  TANDEM_INVARIANT(RequirementOf(workspace, ticket) == asked,
                   which + " asks what the steps behind it left");
}

void CheckTicket(const Workspace& workspace, TicketIndex index) {
  const Ticket& ticket = workspace.ticket(index);
  const std::string which = "ticket " + ToString(ticket.id) + " of " + workspace.id;
  TANDEM_INVARIANT(!IsClosed(ticket.state), which + " is open while it is kept");
  TANDEM_INVARIANT(workspace.FindTicket(ticket.id) == index, which + " is found by its id");
  const bool held = ticket.state != TicketState::kQueued && !IsSetAside(ticket.state);
  TANDEM_INVARIANT(held == ticket.agent.IsSet(),
                   which + " names an agent unless it is queued or set aside");
  TANDEM_INVARIANT(held == ticket.segment_began_at.IsSet(),
                   which + " has a segment while it is held");
  TANDEM_INVARIANT(workspace.queue(ticket.queue).configured != nullptr,
                   which + " is in a configured queue");
  if (held) {
    const auto& tickets = workspace.agent(ticket.agent).held;
    TANDEM_INVARIANT(std::count(tickets.begin(), tickets.end(), index) == 1,
                     which + " is held once, by the agent it names");
  }
  const bool waits = ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered;
  TANDEM_INVARIANT(waits == (ticket.age_slot != RankedKeys::kNone),
                   which + " is among its queue's ages while it waits");
  TANDEM_INVARIANT(!waits || ticket.visit_entered_at.IsSet(),
                   which + " is on a visit while it waits");
  TANDEM_INVARIANT(!IsSetAside(ticket.state) || !ticket.visit_entered_at.IsSet(),
                   which + " is on no visit while it is set aside");
  TANDEM_INVARIANT(!IsSetAside(ticket.state) || !ticket.plan_since.IsSet(),
                   which + " has its plan's clock stand while it is set aside");
  TANDEM_INVARIANT((ticket.state == TicketState::kParked) == (ticket.parking != nullptr),
                   which + " says how it is parked while it is");
  TANDEM_INVARIANT(!Workspace::BecameCallback(ticket) || workspace.IsCallback(ticket),
                   which + " has another channel than it came over as a call-back only");
  TANDEM_INVARIANT(!ticket.silent_until.IsSet() || ticket.state == TicketState::kActive ||
                       ticket.state == TicketState::kParked,
                   which + " ends by silence only while the customer could break it");
  const ClassSpec& spec = workspace.matching.ClassOf(ticket.ticket_class).spec;
  TANDEM_INVARIANT(spec.queue == ticket.queue && spec.channel == ticket.channel &&
                       spec.client == ticket.client && spec.process_type == ticket.process_type &&
                       spec.handling_time == ticket.expected_handling_time,
                   which + " is of a class that is as it is");
  const TicketClass::Agents& agents =
      workspace.matching.ClassOf(ticket.ticket_class).groups[ticket.group].agents;
  TANDEM_INVARIANT(agents.excluded.empty() == ticket.excluded_agents.empty(),
                   which + " is of a group that excludes whom it excludes");
  TANDEM_INVARIANT(!ticket.kept_until.IsSet() || agents.named == std::vector{ticket.last_agent},
                   which + " is of a group that names for whom it is kept");
  TANDEM_INVARIANT(!waits || ticket.last_agent.IsSet() == ticket.kept_until.IsSet(),
                   which + " has somebody for whom it is kept only while it is");
  const std::vector<Duration>& delays = workspace.queue(ticket.queue).delays;
  const Duration waited = spec.waited;
  TANDEM_INVARIANT(waited.us == 0 || (!delays.empty() && waited == kNoDelay) ||
                       std::binary_search(delays.begin(), delays.end(), waited),
                   which + " has waited for delays of its queue: " + std::to_string(waited.us));
  TANDEM_INVARIANT(!workspace.IsInLateClass(ticket) || workspace.queue(ticket.queue).late_last,
                   which + " goes after punctual work only where late work does");
  TANDEM_INVARIANT(ticket.timer_at <= workspace.AgesAt(ticket),
                   which + " is looked at when the next delay passes, and when it is late");
  TANDEM_INVARIANT(!ticket.kept_until.IsSet() || (waits && ticket.last_agent.IsSet()),
                   which + " is kept for an agent only while it waits");
  CheckDemand(workspace, ticket, which);
  CheckReview(workspace, ticket, which);
  if (ticket.participants != nullptr) {
    CheckParticipants(workspace, index, which);
    CheckConsultation(workspace, index, which);
  }
  CheckLinks(workspace, index, which);
  const bool wants = workspace.WantsRings(ticket);
  TANDEM_INVARIANT(wants || !ticket.ringing,
                   which + " is looked at for further rings while it may have them");
  TANDEM_INVARIANT(!wants || ticket.ringing || workspace.OffersAwaitedAt(ticket) <= workspace.now,
                   which + " rings until something waits for the end of its offers");
}

void CheckClasses(const Workspace& workspace) {
  absl::flat_hash_map<ClassIndex, uint32_t> of_class;
  absl::flat_hash_map<std::pair<ClassIndex, uint32_t>, uint32_t> of_group;
  for (const Ticket& ticket : workspace.tickets) {
    if (!ticket.in_use) continue;
    ++of_class[ticket.ticket_class];
    ++of_group[{ticket.ticket_class, ticket.group}];
  }
  const Matching& matching = workspace.matching;
  TANDEM_INVARIANT(matching.CountClassesInUse() == of_class.size(),
                   "classes without tickets are counted");
  for (const auto& [ticket_class, tickets] : of_class) {
    TANDEM_INVARIANT(matching.ClassOf(ticket_class).open_tickets == tickets,
                     "a class counts its tickets");
  }
  for (const auto& [group, tickets] : of_group) {
    const TicketClass& ticket_class = matching.ClassOf(group.first);
    TANDEM_INVARIANT(ticket_class.groups[group.second].open_tickets == tickets,
                     "a group counts its tickets");
  }
}

// What is counted by profile is what its agents are.
void CheckProfiles(const Workspace& workspace) {
  struct Counted {
    uint32_t members = 0;
    std::array<uint32_t, kCapacityGroups> available{};
  };
  absl::flat_hash_map<ProfileIndex, Counted> counted;
  for (uint32_t i = 0; i < workspace.agents.size(); ++i) {
    const AgentState& agent = workspace.agents[i];
    const auto& known = workspace.agent_profiles;
    TANDEM_INVARIANT((i < known.size() ? known[i] : ProfileIndex{}) ==
                         (agent.configured ? agent.profile : ProfileIndex{}),
                     "profiles of agents are known: " + workspace.AgentName(AgentIndex{i}));
    if (!agent.configured) continue;
    Counted& of = counted[agent.profile];
    ++of.members;
    for (size_t group = 0; group < kCapacityGroups; ++group) {
      of.available[group] += AvailableGroups(agent) >> group & 1U;
    }
  }
  workspace.matching.ForEachProfile([&](ProfileIndex profile, uint32_t members) {
    const Counted of = counted[profile];
    TANDEM_INVARIANT(of.members == members, "members of profiles are counted");
    TANDEM_INVARIANT(of.available == workspace.matching.AvailableOf(profile),
                     "members of profiles who are there are counted");
    counted.erase(profile);
  });
  TANDEM_INVARIANT(counted.empty(), "every profile that somebody has is known");
}

void CheckTeams(const Workspace& workspace) {
  std::vector<uint32_t> signed_in(workspace.teams.size());
  std::vector<size_t> paused(workspace.teams.size());
  for (const AgentState& agent : workspace.agents) {
    if (!agent.configured || !agent.team.IsSet()) continue;
    if (agent.status != AgentStatus::kOffline) ++signed_in[agent.team.value];
    if (workspace.IsPause(agent.status, agent.reason, agent.next_status, agent.next_reason)) {
      ++paused[agent.team.value];
    }
  }
  for (size_t i = 0; i < workspace.teams.size(); ++i) {
    TANDEM_INVARIANT(signed_in[i] == workspace.teams[i].signed_in, "teams count who is signed in");
    TANDEM_INVARIANT(paused[i] == workspace.teams[i].paused.size(), "teams know who pauses");
  }
}

void CheckCounters(const Workspace& workspace) {
  std::vector<std::vector<WaitKey>> waiting(workspace.queues.size());
  std::vector<uint32_t> in_queue(workspace.queues.size());
  std::vector<size_t> queued(workspace.queues.size());
  size_t tickets = 0, timers = 0;
  decltype(Workspace::open_children) children;
  for (const Ticket& ticket : workspace.tickets) {
    if (!ticket.in_use) continue;
    ++tickets;
    if (Workspace::ParentOf(ticket).IsSet()) ++children[Workspace::ParentOf(ticket)];
    ++in_queue[ticket.queue.value];
    if (ticket.state == TicketState::kQueued) ++queued[ticket.queue.value];
    if (ticket.timer_at != kEndOfTime) ++timers;
    if (ticket.state == TicketState::kQueued || ticket.state == TicketState::kOffered) {
      waiting[ticket.queue.value].push_back(AgeOf(ticket.queued_at, ticket.arrival));
    }
  }
  TANDEM_INVARIANT(tickets == workspace.open_tickets, "open tickets are counted");
  TANDEM_INVARIANT(timers == workspace.timers.tickets().size(), "each deadline stands once");
  TANDEM_INVARIANT(children == workspace.open_children, "open children are counted");
  TANDEM_INVARIANT(workspace.woken_tickets.empty(), "nothing that is to go on waits for a command");
  TANDEM_INVARIANT(workspace.overdue_tickets.empty(), "no step that is due waits for a command");
  TANDEM_INVARIANT(workspace.rearranged_agents.empty(),
                   "nobody whose work changed waits for a command");
  TANDEM_INVARIANT(workspace.lowered_profiles.empty(), "no BACK floor waits for a command");
  TANDEM_INVARIANT(workspace.drained_agents.empty(), "nobody whose work ended waits for a command");
  for (size_t i = 0; i < workspace.queues.size(); ++i) {
    std::sort(waiting[i].begin(), waiting[i].end());
    TANDEM_INVARIANT(waiting[i] == workspace.queues[i].waiting.InOrder(),
                     "waiting tickets are counted per queue");
    const QueueIndex index{static_cast<uint32_t>(i)};
    TANDEM_INVARIANT(queued[i] == workspace.matching.PlaceIn(index, WaitKey{}).all,
                     "a queue has the keys of its queued tickets");
    TANDEM_INVARIANT(in_queue[i] == workspace.queues[i].open, "open tickets are counted per queue");
    const Queue* queue = workspace.queues[i].configured;
    if (queue == nullptr) continue;
    const uint32_t every = queue->late_work.every.value_or(0);
    const uint32_t punctual = queue->late_picks.punctual;
    TANDEM_INVARIANT(punctual < std::max(every, 1U),
                     "picks are counted up to the turn of late work");
    TANDEM_INVARIANT(workspace.queues[i].late_turn == (every != 0 && punctual + 1 == every),
                     "it is the turn of late work when the picks before it are counted");
  }
}

void CheckBackFloors(const Workspace& workspace) {
  std::vector<uint32_t> on_back(workspace.routing_profiles.size());
  bool any = false;
  for (const AgentState& agent : workspace.agents) {
    if (!agent.configured) continue;
    const uint32_t of = agent.routing_profile.value;
    const bool counts = workspace.routing_profiles[of].configured->back_floor != 0;
    const bool counted = counts && workspace.IsOnBack(agent);
    if (counted) ++on_back[of];
    TANDEM_INVARIANT(agent.on_back_of == (counted ? agent.routing_profile : RoutingProfileIndex{}),
                     "agents with BACK-office work are known in " + workspace.id);
  }
  for (size_t i = 0; i < on_back.size(); ++i) {
    const RoutingProfileState& profile = workspace.routing_profiles[i];
    any = any || (profile.configured != nullptr && profile.configured->back_floor != 0);
    TANDEM_INVARIANT(on_back[i] == profile.on_back,
                     "agents with BACK-office work are counted in " + workspace.id);
  }
  TANDEM_INVARIANT(any == workspace.back_floors, "BACK floors are known in " + workspace.id);
}

void CheckShares(const Workspace& workspace) {
  FairShares counted;
  if (counted.Configure(FairSharesOf(workspace))) CountShares(workspace, counted);
  TANDEM_INVARIANT(counted == workspace.shares,
                   "what clients with a fair share have is counted in " + workspace.id);
}

// Whether the agent may take the ticket by offer, by the rules of router.h and without any index.
bool MayTake(const Workspace& workspace, AgentIndex agent_index, const Ticket& ticket) {
  const AgentState& agent = workspace.agent(agent_index);
  if (!agent.Ready()) return false;
  const TicketClass& ticket_class = workspace.matching.ClassOf(ticket.ticket_class);
  const Urgency urgency = workspace.UrgencyOf(ticket);
  if ((OpenKinds(agent) & KindBit(ticket_class.group, urgency)) == 0) return false;
  const TicketClass::Agents& agents = ticket_class.groups[ticket.group].agents;
  if (!agents.Name(agent_index) || agents.Exclude(agent_index)) return false;
  if (Workspace::IsCooling(ticket, agent_index)) return false;
  if (!agent.FitsShift(workspace.now + ticket.expected_handling_time)) return false;
  const Passing passing = workspace.matching.Test(workspace, ticket_class, agent.profile);
  if (!passing.push || passing.early) return false;
  const QueueState& queue = workspace.queue(ticket.queue);
  const bool open = queue.calendar == nullptr || queue.calendar->hours.is_open;
  const bool held = urgency == Urgency::kLive || (workspace.IsCallback(ticket) && queue.closed);
  if (!open && held) return false;
  if (urgency == Urgency::kLive) return true;
  if (!agent.IsIdle() || (agent.capacity.yielding & BitOf(ticket_class.group)) != 0) return true;
  uint32_t idle = 0, on_back = 0;
  for (const AgentState& other : workspace.agents) {
    if (other.routing_profile != agent.routing_profile) continue;
    if (other.IsIdle()) ++idle;
    if (workspace.IsOnBack(other)) ++on_back;
  }
  const RoutingProfile& profile =
      *workspace.routing_profiles[agent.routing_profile.value].configured;
  return idle > profile.live_reserve || (queue.IsBack() && on_back < profile.back_floor);
}

// Nothing waits in a closed queue that has an open one with room to overflow to.
void CheckOverflow(const Workspace& workspace) {
  for (const Ticket& ticket : workspace.tickets) {
    if (!ticket.in_use || ticket.state != TicketState::kQueued) continue;
    TANDEM_INVARIANT(!OverflowTo(workspace, ticket.queue).IsSet(),
                     "nothing waits in a closed queue that could overflow: ticket " +
                         ToString(ticket.id) + " of " + workspace.id);
  }
}

void CheckWorkConservation(const Workspace& workspace) {
  for (const Ticket& ticket : workspace.tickets) {
    if (!ticket.in_use) continue;
    if (ticket.state != TicketState::kQueued && !ticket.ringing) continue;
    for (uint32_t i = 0; i < workspace.agents.size(); ++i) {
      if (Workspace::IsOfferedTo(ticket, AgentIndex{i})) continue;
      TANDEM_INVARIANT(!MayTake(workspace, AgentIndex{i}, ticket),
                       "no ticket waits, or wants a ring, while an agent may take it: ticket " +
                           ToString(ticket.id) + ", agent " + workspace.AgentName(AgentIndex{i}));
    }
  }
}

}  // namespace

void Router::Core::CheckInvariants() const {
  size_t open_tickets = 0;
  for (const auto& [id, workspace] : workspaces_) {
    for (uint32_t i = 0; i < workspace->agents.size(); ++i) CheckAgent(*workspace, AgentIndex{i});
    for (uint32_t i = 0; i < workspace->tickets.size(); ++i) {
      if (workspace->tickets[i].in_use) CheckTicket(*workspace, TicketIndex{i});
    }
    CheckClasses(*workspace);
    CheckProfiles(*workspace);
    CheckTeams(*workspace);
    CheckCounters(*workspace);
    CheckShares(*workspace);
    CheckBackFloors(*workspace);
    if (!HasPendingRouting()) {
      CheckWorkConservation(*workspace);
      CheckOverflow(*workspace);
    }
    open_tickets += workspace->open_tickets;
  }
  TANDEM_INVARIANT(open_tickets == open_tickets_, "open tickets are counted over all workspaces");
}

}  // namespace tandem::router
