// Tickets, their histories and explanations, for people.
#ifndef TANDEM_SERVER_CTL_TICKET_TEXT_H_
#define TANDEM_SERVER_CTL_TICKET_TEXT_H_

#include <string>
#include <vector>

#include "tandem/v1/event.pb.h"
#include "tandem/v1/ingest_service.pb.h"
#include "tandem/v1/ticket.pb.h"
#include "tandem/v1/ticket_service.pb.h"
#include "tandem/v1/types.pb.h"

namespace tandem::ctl {

// "QUEUED".

// One line for each ticket below a heading.
[[nodiscard]] std::string TicketTable(const std::vector<tandem::v1::Ticket>& tickets);

// A line for each thing known of the ticket.
[[nodiscard]] std::string TicketText(const tandem::v1::Ticket& ticket);

// One line, ended by a newline.
[[nodiscard]] std::string EventLine(const tandem::v1::Event& event);

// One line for each event.
[[nodiscard]] std::string HistoryText(const tandem::v1::ListTicketEventsResponse& history);

// Why it waits, in a few lines.
[[nodiscard]] std::string ExplanationText(const tandem::v1::ExplainTicketResponse& explained);
// The rules that were tried, and the ticket that would be made.
[[nodiscard]] std::string ClassificationText(const tandem::v1::ClassifyContactResponse& classified);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_TICKET_TEXT_H_
