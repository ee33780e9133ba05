// Tickets and their history, as last made durable.
//
// Blocking calls over store::Reader, safe from any thread that may wait for the database.
#ifndef TANDEM_SERVER_QUERY_TICKETS_H_
#define TANDEM_SERVER_QUERY_TICKETS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "router/command.h"
#include "router/ids.h"
#include "router/rows.h"
#include "server/query/fault.h"
#include "server/query/page_token.h"
#include "server/store/store.h"

namespace tandem::query {

inline constexpr int32_t kDefaultTicketPage = 50;
inline constexpr int32_t kDefaultEventPage = 100;  // of notes, messages, contacts and scores, too

struct TicketPage {
  std::vector<store::TicketView> tickets;
  std::string next_token;  // empty when there are no more
};

template <typename Row>
struct PageOf {
  std::vector<Row> rows;
  std::string next_token;  // empty when there are no more
};
using EventPage = PageOf<router::EventRow>;
using NotePage = PageOf<router::NoteRow>;
using MessagePage = PageOf<router::MessageRow>;
using ScorePage = PageOf<router::SurveyRow>;
using ContactPage = PageOf<store::ContactOfTicket>;

router::Rejection TicketClosed(router::TicketId ticket, router::TicketState state);

// kTicketNotFound when the workspace has no such ticket.
Result<store::TicketView> GetTicket(store::Reader& reader, const std::string& workspace,
                                    router::TicketId ticket);

// By id, in the order asked; those that do not exist are left out.
Result<std::vector<store::TicketView>> GetTickets(store::Reader& reader,
                                                  const std::string& workspace,
                                                  const std::vector<router::TicketId>& tickets);

// Newest first.
Result<TicketPage> ListTickets(store::Reader& reader, const std::string& workspace,
                               const store::TicketFilter& filter, const PageRequest& page);

// Oldest first. kTicketNotFound when the workspace has no such ticket.
Result<EventPage> ListTicketEvents(store::Reader& reader, const std::string& workspace,
                                   router::TicketId ticket, const PageRequest& page);
// Of these, those by which agents got the ticket, or its offer: all of them.
Result<std::vector<router::EventRow>> ListHandings(store::Reader& reader,
                                                   const std::string& workspace,
                                                   router::TicketId ticket);
Result<NotePage> ListNotes(store::Reader& reader, const std::string& workspace,
                           router::TicketId ticket, const PageRequest& page);
Result<MessagePage> ListMessages(store::Reader& reader, const std::string& workspace,
                                 router::TicketId ticket, const PageRequest& page);
Result<ScorePage> ListScores(store::Reader& reader, const std::string& workspace,
                             router::TicketId ticket, const PageRequest& page);
Result<ContactPage> ListContacts(store::Reader& reader, const std::string& workspace,
                                 router::TicketId ticket, const PageRequest& page);

// The contacts that made these tickets, in this order; without those that aren't there.
Result<std::vector<router::ContactRow>> GetFirstContacts(
    store::Reader& reader, const std::string& workspace,
    const std::vector<router::TicketId>& tickets);

// What the router has to be told of a ticket that it no longer holds; nothing when it is not
// closed, or there is none.
Result<std::optional<router::ClosedTicket>> FindClosed(store::Reader& reader,
                                                       const std::string& workspace,
                                                       router::TicketId ticket);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_TICKETS_H_
