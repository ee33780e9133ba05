#include "server/ctl/player_customers.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

#include "server/ctl/day_convert.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

std::vector<DayContact> InOrder(std::vector<DayContact> contacts) {
  std::stable_sort(contacts.begin(), contacts.end(), [](const DayContact& a, const DayContact& b) {
    return a.received_s < b.received_s;
  });
  return contacts;
}

}  // namespace

DayClock StartDay(absl::Time server_time, absl::Duration into_day, absl::TimeZone zone) {
  absl::CivilDay date = absl::ToCivilDay(server_time, zone);
  while (absl::GetWeekday(date) == absl::Weekday::saturday ||
         absl::GetWeekday(date) == absl::Weekday::sunday) {
    ++date;
  }
  return {server_time - into_day, absl::FromCivil(date, zone), zone};
}

SimulatedCustomers::SimulatedCustomers(PlayerWorld& world, std::vector<DayContact> contacts,
                                       DayClock day, std::string run)
    : world_(world), contacts_(InOrder(std::move(contacts))), day_(day), run_(std::move(run)) {}

bool SimulatedCustomers::Finished() const {
  return next_ == contacts_.size() &&
         acknowledged_ + refused_ == static_cast<int64_t>(contacts_.size()) && impatient_ == 0;
}

void SimulatedCustomers::PlanNext() {
  if (next_ == contacts_.size()) return;
  world_.loop().At(day_.At(contacts_[next_].received_s), [this] {
    const DayContact& contact = contacts_[next_++];
    PlanNext();
    Arrive(contact);
  });
}

void SimulatedCustomers::Arrive(const DayContact& contact) {
  const absl::Time nominal = day_.nominal + absl::Seconds(contact.received_s);
  v1::IngestContactRequest request;
  request.set_workspace(world_.workspace());
  request.set_request_id(NewUuid());
  *request.mutable_contact() = ToContact(contact, nominal, day_.zone, day_.midnight - day_.nominal);
  request.mutable_contact()->set_external_id(absl::StrCat(run_, "/", contact.external_id));
  world_.calls().Call<v1::IngestContactResponse>(
      std::move(request),
      [this](auto* context, const auto* sent, auto* response, auto done) {
        world_.client().ingest->async()->IngestContact(context, sent, response, std::move(done));
      },
      [this, &contact](const grpc::Status& status, const v1::IngestContactResponse& response) {
        if (status.ok()) {
          Acknowledged(contact, response.result());
          return;
        }
        ++refused_;
        // A few in full; all are counted.
        if (refused_ <= 10) {
          std::cerr << "line " << contact.line << ": " << Describe(status) << "\n";
        }
        world_.NoteRefusal("ingest", status);
      });
}

void SimulatedCustomers::Acknowledged(const DayContact& contact, const v1::IngestResult& result) {
  ++acknowledged_;
  tickets_.insert(result.ticket_id());
  if (result.duplicate()) ++duplicates_;
  if (result.unroutable()) ++unroutable_;
  if (result.joined()) {
    ++joined_;  // Part of a matter whose time and patience are known already.
    return;
  }
  Matter& matter = world_.MatterOf(result.ticket_id());
  if (contact.handle_s) matter.handling = absl::Seconds(*contact.handle_s);
  if (!contact.patience_s) return;
  ++impatient_;
  world_.loop().After(absl::Seconds(*contact.patience_s),
                      [this, ticket_id = result.ticket_id()] { LosePatience(ticket_id); });
}

void SimulatedCustomers::LosePatience(const std::string& ticket_id) {
  if (world_.MatterOf(ticket_id).answered) {
    --impatient_;
    return;
  }
  v1::AbandonTicketRequest request;
  request.set_workspace(world_.workspace());
  request.set_request_id(NewUuid());
  request.set_ticket_id(ticket_id);
  world_.calls().Call<v1::AbandonTicketResponse>(
      std::move(request),
      [this](auto* context, const auto* sent, auto* response, auto done) {
        world_.client().tickets->async()->AbandonTicket(context, sent, response, std::move(done));
      },
      [this](const grpc::Status& status, const v1::AbandonTicketResponse&) {
        --impatient_;
        // Answered in the last moment is what a customer hopes for, so it is no refusal worth
        // telling.
        if (!status.ok() && ReasonOf(status) != "ALREADY_ANSWERED") {
          world_.NoteRefusal("abandon", status);
        }
      });
}

}  // namespace tandem::ctl
