// Tickets, their explanations and their filters, between tandem.v1 and the router.
#ifndef TANDEM_SERVER_RPC_CONVERT_TICKET_H_
#define TANDEM_SERVER_RPC_CONVERT_TICKET_H_

#include <string>
#include <vector>

#include "router/command.h"
#include "router/rows.h"
#include "server/query/queues.h"
#include "server/rpc/faults.h"
#include "server/store/store.h"
#include "tandem/v1/ingest_service.pb.h"
#include "tandem/v1/ticket.pb.h"
#include "tandem/v1/ticket_service.pb.h"

namespace tandem::rpc {

void Fill(const store::TicketView& view, v1::Ticket& to);
void Fill(const router::ExternalReference& reference, v1::ExternalReference& to);
void Fill(const router::Explanation& explanation, v1::ExplainTicketResponse& to);
// Says of its choices how they were made, by the events by which agents got the ticket, oldest
// first.
void FillHandings(const std::vector<router::EventRow>& handings, v1::ExplainTicketResponse& to);
void Fill(const router::ContactClassified& classified, v1::ClassifyContactResponse& to);
void Fill(const router::NoteRow& note, v1::Note& to);
void Fill(const router::MessageRow& row, v1::Message& to);
void Fill(const router::SurveyRow& row, v1::RecordedScore& to);
void Fill(const store::ContactOfTicket& said, v1::TicketContact& to);
void Fill(const query::TransferAgent& agent, v1::TransferAgent& to);
void Fill(const query::TransferTarget& target, v1::TransferTarget& to);

// `path` is that of the message.
router::ExternalReference ToReference(const v1::ExternalReference& message, const std::string& path,
                                      Faults& faults);

// Paths start with "filter".
store::TicketFilter ToFilter(const v1::TicketFilter& filter, Faults& faults);

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_TICKET_H_
