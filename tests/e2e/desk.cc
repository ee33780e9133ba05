#include "tests/e2e/desk.h"

#include <set>
#include <utility>

#include "google/protobuf/util/time_util.h"

#include "server/ctl/client.h"
#include "tests/e2e/load.h"

namespace tandem::e2e {
namespace {

using google::protobuf::util::TimeUtil;
using std::chrono::milliseconds;

// How long to wait for a change after a step before trying again: it may have been refused because
// of what we do not know yet.
constexpr milliseconds kPatience{700};

// How many of a hundred offers and pieces of work are left to their time limits. Each is ignored
// once, not for ever: work that nobody ever does would pile up.
constexpr unsigned kIgnoredPercent = 6;

template <typename Request>
void Name(Request* request) {
  request->set_workspace(kWorkspace);
  request->set_request_id(ctl::NewUuid());
}

}  // namespace

Desk::Clock::time_point Desk::Soon() {
  return Clock::now() + milliseconds(10 + random_() % 120);
}

void Desk::SeeOffer(const v1::Offer& offer) {
  if (!offers_.contains(offer.offer_id())) {
    offers_[offer.offer_id()] = {offer, Soon(), Chance(kIgnoredPercent)};
  }
}

void Desk::SeeWork(const v1::Work& work) {
  const auto found = work_.find(work.ticket_id());
  if (found == work_.end() || found->second.what.state() != work.state() ||
      found->second.what.offer_id() != work.offer_id()) {
    work_[work.ticket_id()] = {work, Soon(), Chance(kIgnoredPercent)};
  }
}

void Desk::Show(const v1::AgentSnapshot& snapshot) {
  state_ = snapshot.state();
  std::set<std::string> seen;
  for (const v1::Offer& offer : snapshot.offers()) {
    SeeOffer(offer);
    seen.insert(offer.offer_id());
  }
  for (const v1::Work& work : snapshot.work()) {
    SeeWork(work);
    seen.insert(work.ticket_id());
  }
  std::erase_if(offers_, [&](const auto& entry) { return !seen.contains(entry.first); });
  std::erase_if(work_, [&](const auto& entry) { return !seen.contains(entry.first); });
}

void Desk::Show(const v1::StreamAgentSessionResponse& change) {
  switch (change.message_case()) {
    case v1::StreamAgentSessionResponse::kOpened:
      Show(change.opened());
      return;
    case v1::StreamAgentSessionResponse::kOffer:
      SeeOffer(change.offer());
      return;
    case v1::StreamAgentSessionResponse::kOfferEnded:
      offers_.erase(change.offer_ended().offer_id());
      return;
    case v1::StreamAgentSessionResponse::kWorkChanged:
      if (change.work_changed().gone()) {
        work_.erase(change.work_changed().work().ticket_id());
      } else {
        SeeWork(change.work_changed().work());
      }
      return;
    case v1::StreamAgentSessionResponse::kStateChanged:
      state_ = change.state_changed();
      return;
    case v1::StreamAgentSessionResponse::kResult:
    case v1::StreamAgentSessionResponse::MESSAGE_NOT_SET:
      return;
  }
}

std::optional<Step> Desk::Next(bool drain) {
  if (std::optional<Step> step = MindStatus(drain)) {
    return step;
  }
  if (std::optional<Step> step = AnswerOffer(drain)) {
    return step;
  }
  for (auto& [ticket, item] : work_) {
    if (Clock::now() >= item.act_at) {
      item.act_at = Clock::now() + kPatience;
      if (std::optional<Step> step = GoOnWith(item, drain)) {
        return step;
      }
    }
  }
  if (state_.status() == v1::AGENT_STATUS_AVAILABLE && Clock::now() >= claim_at_) {
    claim_at_ = Clock::now() + milliseconds(200 + random_() % 300);
    v1::ClaimTicketsRequest claim;
    Name(&claim);
    claim.set_max_tickets(static_cast<uint32_t>(1 + random_() % 2));
    return Step{std::move(claim), {"TICKET_CLAIMED", "", agent_, ""}};
  }
  return std::nullopt;
}

std::optional<Step> Desk::MindStatus(bool drain) {
  const bool available = state_.status() == v1::AGENT_STATUS_AVAILABLE;
  if (Clock::now() < status_at_) {
    return std::nullopt;
  }
  status_at_ = Clock::now() + kPatience;
  if (available && (drain || !Chance(4))) {
    return std::nullopt;
  }
  v1::StreamAgentSessionRequest verb;
  v1::SetAgentStatusRequest& request = *verb.mutable_set_status();
  Name(&request);
  request.set_status(available ? v1::AGENT_STATUS_NOT_READY : v1::AGENT_STATUS_AVAILABLE);
  request.set_reason(available ? "break" : "");
  return Step{std::move(verb), {}};
}

std::optional<Step> Desk::AnswerOffer(bool drain) {
  for (auto entry = offers_.begin(); entry != offers_.end(); ++entry) {
    const auto& [offer, act_at, ignored] = entry->second;
    if (Clock::now() < act_at || (ignored && !drain)) {
      continue;
    }
    v1::StreamAgentSessionRequest verb;
    Promise promise{"OFFER_ACCEPTED", offer.ticket_id(), agent_, offer.offer_id()};
    if (drain || !Chance(15)) {
      Name(verb.mutable_accept());
      verb.mutable_accept()->set_offer_id(offer.offer_id());
    } else {
      const bool device = Chance(30);
      Name(verb.mutable_decline());
      verb.mutable_decline()->set_offer_id(offer.offer_id());
      verb.mutable_decline()->set_cause(device ? v1::DECLINE_CAUSE_DEVICE
                                               : v1::DECLINE_CAUSE_AGENT);
      promise.event = device ? "OFFER_FAILED" : "OFFER_DECLINED";
    }
    offers_.erase(entry);
    return Step{std::move(verb), std::move(promise)};
  }
  return std::nullopt;
}

Step Desk::Media(const v1::Work& work, v1::MediaEventType type) {
  v1::ReportMediaEventRequest report;
  report.set_workspace(kWorkspace);
  report.set_ticket_id(work.ticket_id());
  report.set_offer_id(work.offer_id());
  report.set_type(type);
  Promise promise{"", work.ticket_id(), agent_, work.offer_id()};
  if (type == v1::MEDIA_EVENT_TYPE_CONNECTED) {
    promise.event = "MEDIA_CONNECTED";
  } else if (type == v1::MEDIA_EVENT_TYPE_CONNECT_FAILED) {
    promise.event = "MEDIA_CONNECT_FAILED";
  } else {
    report.set_party(v1::PARTY_CUSTOMER);
  }
  return Step{std::move(report), std::move(promise)};
}

std::optional<Step> Desk::GoOnWith(Item<v1::Work>& item, bool drain) {
  const v1::Work& work = item.what;
  // Nothing limits ACTIVE, so it is never ignored.
  if (item.ignored && !drain && work.state() != v1::TICKET_STATE_ACTIVE) {
    return std::nullopt;
  }
  v1::StreamAgentSessionRequest verb;
  Promise promise{"TICKET_COMPLETED", work.ticket_id(), agent_, ""};
  const auto release = [&] {
    Name(verb.mutable_release());
    verb.mutable_release()->set_ticket_id(work.ticket_id());
    promise.event = "TICKET_RELEASED";
  };
  const auto complete = [&] {
    Name(verb.mutable_complete());
    verb.mutable_complete()->set_ticket_id(work.ticket_id());
    verb.mutable_complete()->set_disposition("solved");
  };
  if (work.state() == v1::TICKET_STATE_CONNECTING) {
    return Media(work, drain || !Chance(10) ? v1::MEDIA_EVENT_TYPE_CONNECTED
                       : Chance(50)         ? v1::MEDIA_EVENT_TYPE_CONNECT_FAILED
                                            : v1::MEDIA_EVENT_TYPE_DISCONNECTED);
  }
  if (work.state() == v1::TICKET_STATE_ACTIVE && work.channel() == "voice") {
    return Media(work, v1::MEDIA_EVENT_TYPE_DISCONNECTED);
  }
  if (work.state() == v1::TICKET_STATE_ASSIGNED) {
    if (!drain && Chance(10)) {
      release();
    } else {
      Name(verb.mutable_start());
      verb.mutable_start()->set_ticket_id(work.ticket_id());
      promise.event = "TICKET_STARTED";
    }
  } else if (work.state() == v1::TICKET_STATE_ACTIVE && !drain && Chance(5)) {
    release();
  } else if (work.state() == v1::TICKET_STATE_ACTIVE && !drain && Chance(5)) {
    v1::ParkTicketRequest& park = *verb.mutable_park();
    Name(&park);
    park.set_ticket_id(work.ticket_id());
    *park.mutable_until() = TimeUtil::GetCurrentTime() + TimeUtil::MillisecondsToDuration(1'500);
    promise.event = "TICKET_PARKED";
  } else if (work.state() == v1::TICKET_STATE_ACTIVE && Chance(40)) {
    Name(verb.mutable_finish());
    verb.mutable_finish()->set_ticket_id(work.ticket_id());
    promise.event = "TICKET_FINISHED";
  } else {
    complete();
  }
  return Step{std::move(verb), std::move(promise)};
}

}  // namespace tandem::e2e
