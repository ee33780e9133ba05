// What messages and silence make of a ticket, and completed tickets that are reopened.
#include <string>

#include "router/commands.h"
#include "router/placement.h"

namespace tandem::router {
namespace {

// Null: its process type says nothing of its channel.
const ProcessTypeDefaults* DefaultsOf(const Workspace& workspace, const Ticket& ticket) {
  return DefaultsFor(*workspace.process_types[ticket.process_type.value],
                     workspace.channel_ids.Name(ticket.channel));
}

// From now on for a span of the process type's; unset when that is never.
Time FromNow(const Context& context, const Ticket& ticket, Duration ProcessTypeDefaults::*span) {
  const ProcessTypeDefaults* defaults = DefaultsOf(context.workspace, ticket);
  if (defaults == nullptr || (defaults->*span).us == 0) return {};
  return context.now + defaults->*span;
}

// The ticket of the contact's conversation that is open; of several the one that came in last.
TicketIndex LatestOfConversation(const Workspace& workspace, const NewContact& contact) {
  const std::string conversation = ConversationKey(contact.client, contact.channel,
                                                   contact.entry_point, contact.conversation_key);
  if (conversation.empty()) return {};
  const auto open = workspace.ticket_by_conversation.find(conversation);
  return open == workspace.ticket_by_conversation.end() ? TicketIndex{} : open->second;
}

}  // namespace

TicketIndex FindConversation(const Workspace& workspace, const NewContact& contact) {
  const TicketIndex latest = LatestOfConversation(workspace, contact);
  if (!latest.IsSet()) return {};
  return workspace.ticket(latest).state == TicketState::kInReview ? TicketIndex{} : latest;
}

void BelongToReviewed(const Workspace& workspace, NewContact& contact) {
  const TicketIndex reviewed = LatestOfConversation(workspace, contact);
  if (!reviewed.IsSet()) return;
  const TicketId& id = workspace.ticket(reviewed).id;
  if (workspace.OpenChildrenOf(id) < kMaxOpenChildren) contact.parent = id;
}

Rejection RefuseConversation(const Ticket& open) {
  const std::string id = ToString(open.id);
  return Refuse(Reason::kConversationOpen,
                "expected a conversation without an open ticket, but ticket " + id + " is open",
                {{"ticket_id", id}});
}

Outcome Decide(Context& context, const ReopenTicket& command) {
  const auto found = FindTicket(context.workspace, command.ticket);
  if (const auto* open = std::get_if<TicketIndex>(&found)) {
    return RefuseState(context.workspace.ticket(*open), "COMPLETED");
  }
  if (!command.closed) return std::get<Rejection>(found);
  if (auto rejection = CheckReopening(context, *command.closed)) return *std::move(rejection);
  EnterReopened(context, context.apply.ReopenClosed(*command.closed), "REQUEST");
  return Reply(Done{});
}

Said SaidBy(const NewContact& contact, Time now) {
  return {contact.direction, contact.initiated_by,
          contact.received_at.IsSet() ? contact.received_at : now};
}

void FollowMessage(Context& context, TicketIndex index, const Said& said) {
  const Ticket& ticket = context.workspace.ticket(index);
  if (ticket.state == TicketState::kInReview) return;  // it is as its maker left it
  const Channel& channel = context.workspace.channel_of(ticket);
  if (IsOfCustomer(said.direction, said.author)) {
    context.apply.SilenceBroken(index, ReplyBy(context.workspace, channel.id, said.at));
    ResumeFromWrapUp(context, index);
    ResumeParked(context, index);
  } else if (said.direction == Direction::kOutbound && !channel.has_media &&
             ticket.state == TicketState::kActive) {
    context.apply.SilenceBegan(index,
                               FromNow(context, ticket, &ProcessTypeDefaults::auto_park_after));
  }
}

Time ReplyBy(const Workspace& workspace, const std::string& channel, Time said_at) {
  const ChannelIndex index = workspace.channel_ids.Find(channel);
  const Duration within = *workspace.channels[index.value].configured->reply_within;
  return within.us == 0 ? Time{} : said_at + within;
}

Time SilentUntil(const Context& context, const Ticket& ticket, const std::string& parking_reason) {
  if (parking_reason != kSilentReason) return {};
  return FromNow(context, ticket, &ProcessTypeDefaults::auto_close_after);
}

// The customer was silent for as long as may be, from AdvanceTime.
void EndSilence(Context& context, TicketIndex index) {
  const Ticket& ticket = context.workspace.ticket(index);
  if (ticket.state == TicketState::kParked) {
    context.apply.SilentTicketCompleted(index);
  } else {
    context.apply.TicketParked(index, kSilentReason, Time{},
                               SilentUntil(context, ticket, kSilentReason));
  }
}

}  // namespace tandem::router
