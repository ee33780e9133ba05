#include <memory>
#include <string>
#include <vector>

#include "router/limits.h"
#include "server/query/queues.h"
#include "server/query/tickets.h"
#include "server/rpc/closed_ticket.h"
#include "server/rpc/convert_event.h"
#include "server/rpc/convert_ticket.h"
#include "server/rpc/convert_types.h"
#include "server/rpc/services.h"
#include "server/rpc/unary_methods.h"
#include "tandem/v1/ticket_service.grpc.pb.h"

namespace tandem::rpc {
namespace {

// ---------------------------------------------------------------------------------------------------------
// reads

void GetTicket(Backend& backend, Call call, v1::GetTicketRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  const router::TicketId ticket = ToTicketId(request.ticket_id(), "ticket_id", faults);
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  Read(backend, call, [&backend, call, ticket, workspace = request.workspace()] {
    FinishQuery<v1::GetTicketResponse>(
        call, query::GetTicket(backend.reader, workspace, ticket),
        [](const store::TicketView& view, v1::GetTicketResponse& response) {
          Fill(view, *response.mutable_ticket());
        });
  });
}

void ListTickets(Backend& backend, Call call, v1::ListTicketsRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  store::TicketFilter filter = ToFilter(request.filter(), faults);
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  query::PageRequest page{.size = request.page_size(), .token = request.page_token()};
  Read(backend, call,
       [&backend, call, workspace = request.workspace(), filter = std::move(filter),
        page = std::move(page)] {
         FinishQuery<v1::ListTicketsResponse>(
             call, query::ListTickets(backend.reader, workspace, filter, page),
             [](const query::TicketPage& found, v1::ListTicketsResponse& response) {
               for (const auto& view : found.tickets) Fill(view, *response.add_tickets());
               response.set_next_page_token(found.next_token);
             });
       });
}

// A page of what a ticket has. `read` is of query/tickets.h, `add` gives the place of one row in
// the response.
template <typename Response, typename Request, typename Row, typename Element>
void ListOfTicket(Backend& backend, Call call, const Request& request,
                  query::Result<query::PageOf<Row>> (*read)(store::Reader&, const std::string&,
                                                            router::TicketId,
                                                            const query::PageRequest&),
                  Element* (Response::*add)()) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  const router::TicketId ticket = ToTicketId(request.ticket_id(), "ticket_id", faults);
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  query::PageRequest page{.size = request.page_size(), .token = request.page_token()};
  Read(
      backend, call,
      [&backend, call, read, add, workspace = request.workspace(), ticket, page = std::move(page)] {
        FinishQuery<Response>(call, read(backend.reader, workspace, ticket, page),
                              [add](const query::PageOf<Row>& found, Response& response) {
                                for (const Row& row : found.rows) Fill(row, *(response.*add)());
                                response.set_next_page_token(found.next_token);
                              });
      });
}

void ListTicketEvents(Backend& backend, Call call, v1::ListTicketEventsRequest& request) {
  ListOfTicket(backend, call, request, query::ListTicketEvents,
               &v1::ListTicketEventsResponse::add_events);
}

void ListNotes(Backend& backend, Call call, v1::ListNotesRequest& request) {
  ListOfTicket(backend, call, request, query::ListNotes, &v1::ListNotesResponse::add_notes);
}

void ListMessages(Backend& backend, Call call, v1::ListMessagesRequest& request) {
  ListOfTicket(backend, call, request, query::ListMessages,
               &v1::ListMessagesResponse::add_messages);
}

void ListSurveyScores(Backend& backend, Call call, v1::ListSurveyScoresRequest& request) {
  ListOfTicket(backend, call, request, query::ListScores,
               &v1::ListSurveyScoresResponse::add_scores);
}

void ListContacts(Backend& backend, Call call, v1::ListContactsRequest& request) {
  ListOfTicket(backend, call, request, query::ListContacts,
               &v1::ListContactsResponse::add_contacts);
}

void ListTransferTargets(Backend& backend, Call call, v1::ListTransferTargetsRequest& request) {
  Faults faults;
  faults.RequireId(request.workspace(), "workspace");
  router::TicketId ticket;
  if (!request.ticket_id().empty()) ticket = ToTicketId(request.ticket_id(), "ticket_id", faults);
  faults.Text(request.agent_text(), router::kMaxIdBytes, "agent_text");
  faults.OptionalId(request.agent_team(), "agent_team");
  query::TransferAgentsWanted agents{.none = request.queues_only(),
                                     .text = request.agent_text(),
                                     .team = request.agent_team(),
                                     .most = request.max_agents()};
  if (const auto rejection = faults.Take()) return call.Refuse(*rejection);
  query::PageRequest page{.size = request.page_size(), .token = request.page_token()};
  Read(backend, call,
       [&backend, call, workspace = request.workspace(), ticket, agents = std::move(agents),
        page = std::move(page)] {
         FinishQuery<v1::ListTransferTargetsResponse>(
             call,
             query::ListTransferTargets(backend.reader, workspace, ticket, agents, page,
                                        backend.engine.Now()),
             [](const query::TransferTargetPage& found, v1::ListTransferTargetsResponse& response) {
               for (const auto& target : found.targets) Fill(target, *response.add_targets());
               for (const auto& agent : found.agents) Fill(agent, *response.add_agents());
               response.set_next_page_token(found.next_token);
             });
       });
}

// How an agent came to the ticket is in its events only. By now what the router says is durable.
void ExplainTicket(Backend& backend, Call call, v1::ExplainTicketRequest& request) {
  RunVerb(backend, call, request,
          [&backend, workspace = request.workspace()](Call answered, const router::Reply& reply) {
            v1::ExplainTicketResponse explained;
            const auto& explanation = std::get<router::Explanation>(reply);
            Fill(explanation, explained);
            if (explained.choices().empty()) return answered.Finish(explained);
            const router::TicketId ticket = explanation.ticket;
            Read(backend, answered, [&backend, answered, workspace, ticket, explained] {
              FinishQuery<v1::ExplainTicketResponse>(
                  answered, query::ListHandings(backend.reader, workspace, ticket),
                  [&](const std::vector<router::EventRow>& handings,
                      v1::ExplainTicketResponse& response) {
                    response = explained;
                    FillHandings(handings, response);
                  });
            });
          });
}

// ---------------------------------------------------------------------------------------------------------
// verbs

void CancelTicket(Backend& backend, Call call, v1::CancelTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::CancelTicketResponse>);
}

// A customer leaves once, and may be reported as gone many times.
void AbandonTicket(Backend& backend, Call call, v1::AbandonTicketRequest& request) {
  const auto ticket = router::ParseId<router::TicketId>(request.ticket_id());
  RunVerb(backend, call, request, FinishEmpty<v1::AbandonTicketResponse>,
          [&backend, ticket, workspace = request.workspace()](Call refused,
                                                              const router::Rejection& rejection) {
            if (rejection.reason != router::Reason::kTicketNotFound || !ticket) {
              return refused.Refuse(rejection);
            }
            LookUpClosed(backend, workspace, *ticket,
                         [refused, rejection, ticket](const ClosedState& found) {
                           if (IsClosedAs(found, router::TicketState::kAbandoned)) {
                             refused.Finish(v1::AbandonTicketResponse());
                           } else {
                             refused.Refuse(ExplainNotFound(rejection, *ticket, found));
                           }
                         });
          });
}

void CompleteTicket(Backend& backend, Call call, v1::CompleteTicketRequest& request) {
  RunTicketVerb(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::CompleteTicketResponse response;
    response.set_state(ToProto(StateAfterCompletion(reply)));
    if (const auto* reached = std::get_if<router::StateReached>(&reply)) {
      for (const router::TicketId& id : reached->follow_ups) {
        response.add_follow_up_ticket_ids(router::ToString(id));
      }
    }
    answered.Finish(response);
  });
}

void ReleaseTicket(Backend& backend, Call call, v1::ReleaseTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::ReleaseTicketResponse>);
}

void TransferTicket(Backend& backend, Call call, v1::TransferTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::TransferTicketResponse>);
}

void RescheduleTicket(Backend& backend, Call call, v1::RescheduleTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::RescheduleTicketResponse>);
}

template <typename Response>
void FinishWithState(Call call, const router::Reply& reply) {
  const auto& reached = std::get<router::StateReached>(reply);
  Response response;
  response.set_state(ToProto(reached.state));
  if (reached.enters_at.IsSet()) *response.mutable_enters_at() = ToTimestamp(reached.enters_at);
  call.Finish(response);
}

void RequestCallback(Backend& backend, Call call, v1::RequestCallbackRequest& request) {
  RunTicketVerb(backend, call, request, FinishWithState<v1::RequestCallbackResponse>);
}

void EndCallbackAttempt(Backend& backend, Call call, v1::EndCallbackAttemptRequest& request) {
  RunTicketVerb(backend, call, request, FinishWithState<v1::EndCallbackAttemptResponse>);
}

void ParkTicket(Backend& backend, Call call, v1::ParkTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::ParkTicketResponse>);
}

void ResumeTicket(Backend& backend, Call call, v1::ResumeTicketRequest& request) {
  RunTicketVerb(backend, call, request, FinishEmpty<v1::ResumeTicketResponse>);
}

void FinishUpdate(Call call, const router::Reply& reply) {
  v1::UpdateTicketResponse response;
  response.set_revision(std::get<router::TicketRevised>(reply).revision);
  call.Finish(response);
}

// What the contact said is in the database only, and never changes.
void UpdateTicket(Backend& backend, Call call, v1::UpdateTicketRequest& request) {
  if (!request.reclassify()) return RunTicketVerb(backend, call, request, FinishUpdate);
  auto checked = ToVerb(request, backend.engine.Now());
  if (const auto* rejection = std::get_if<router::Rejection>(&checked)) {
    return call.Refuse(*rejection);
  }
  Read(backend, call, [&backend, call, verb = std::move(std::get<Verb>(checked))]() mutable {
    const std::string& workspace = verb.command.workspace;
    auto& update = std::get<router::UpdateTicket>(verb.command.action);
    auto found = query::GetFirstContacts(backend.reader, workspace, {update.ticket});
    if (const auto* rejection = std::get_if<router::Rejection>(&found)) {
      return call.Refuse(*rejection);
    }
    auto& contacts = std::get<std::vector<router::ContactRow>>(found);
    if (!contacts.empty()) update.contact = std::move(contacts.front().content);
    auto refuse = RefuseTicketVerb(backend, workspace, update.ticket);
    SubmitVerb(backend, call, std::move(verb), FinishUpdate, std::move(refuse));
  });
}

void AddNote(Backend& backend, Call call, v1::AddNoteRequest& request) {
  RunAddition(backend, call, request, [](Call answered, const router::Reply& reply) {
    v1::AddNoteResponse response;
    response.set_sequence(std::get<router::Recorded>(reply).sequence);
    answered.Finish(response);
  });
}

void AddMessage(Backend& backend, Call call, v1::AddMessageRequest& request) {
  RunAddition(backend, call, request, [](Call answered, const router::Reply& reply) {
    const auto& recorded = std::get<router::Recorded>(reply);
    v1::AddMessageResponse response;
    response.set_sequence(recorded.sequence);
    if (recorded.state) response.set_state(ToProto(*recorded.state));
    response.set_reopened(recorded.reopened);
    answered.Finish(response);
  });
}

void ReopenTicket(Backend& backend, Call call, v1::ReopenTicketRequest& request) {
  RunAddition(backend, call, request, FinishEmpty<v1::ReopenTicketResponse>);
}

void RecordSurvey(Backend& backend, Call call, v1::RecordSurveyRequest& request) {
  RunAddition(backend, call, request, FinishEmpty<v1::RecordSurveyResponse>);
}

}  // namespace

Service MakeTicketService(Backend& backend) {
  ServiceMaker<v1::TicketService> maker(backend);
  maker.Register(GetTicket);
  maker.Serve(ListTickets);
  maker.Serve(CancelTicket);
  maker.Serve(AbandonTicket);
  maker.Register(CompleteTicket);
  maker.Serve(ReleaseTicket);
  maker.Serve(TransferTicket);
  maker.Serve(RescheduleTicket);
  maker.Serve(ParkTicket);
  maker.Serve(ResumeTicket);
  maker.Serve(ExplainTicket);
  maker.Serve(ListTicketEvents);
  maker.Serve(RequestCallback);
  maker.Serve(EndCallbackAttempt);
  maker.Serve(UpdateTicket);
  maker.Serve(AddNote);
  maker.Serve(ListNotes);
  maker.Serve(AddMessage);
  maker.Serve(ReopenTicket);
  maker.Serve(ListMessages);
  maker.Serve(ListSurveyScores);
  maker.Serve(ListContacts);
  maker.Serve(RecordSurvey);
  maker.Serve(ListTransferTargets);
  return std::move(maker).Make();
}

}  // namespace tandem::rpc
