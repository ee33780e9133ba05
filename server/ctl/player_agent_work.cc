// The agent's work: offers, the steps of each ticket, the calls' telephony adapter, claims and
// leases.
#include <algorithm>
#include <utility>

#include "server/ctl/player_agent.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

constexpr double kDeclines = 0.01;
constexpr double kIgnores = 0.005;
constexpr double kDeviceFails = 0.003;
constexpr double kConnectFails = 0.02;
constexpr double kCustomerHangsUp = 0.85;
constexpr double kForgetsDisposition = 0.01;

// True when the refusal says that the ticket is not the agent's to work on.
bool IsNotOurs(const std::string& reason) {
  return reason == "NOT_OWNER" || reason == "TICKET_CLOSED" || reason == "TICKET_NOT_FOUND";
}

}  // namespace

void SimulatedAgent::OnOffer(const v1::Offer& offer) {
  if (!offers_.insert(offer.offer_id()).second) return;
  if (world_.Chance(kIgnores)) return;  // Away from the desk: the offer expires.
  loop_.After(world_.Between(absl::Seconds(1), absl::Seconds(4)),
              [this, offer_id = offer.offer_id()] {
                if (offers_.contains(offer_id)) AnswerOffer(offer_id);
              });
}

void SimulatedAgent::AnswerOffer(const std::string& offer_id) {
  const bool device = world_.Chance(kDeviceFails);
  Request request;
  if (device || world_.Chance(kDeclines)) {
    v1::DeclineOfferRequest& decline = *request.mutable_decline();
    decline.set_request_id(NewUuid());
    decline.set_offer_id(offer_id);
    decline.set_cause(device ? v1::DECLINE_CAUSE_DEVICE : v1::DECLINE_CAUSE_AGENT);
    Send("decline", std::move(request),
         [this, offer_id](const v1::VerbResult&) { offers_.erase(offer_id); });
    return;
  }
  v1::AcceptOfferRequest& accept = *request.mutable_accept();
  accept.set_request_id(NewUuid());
  accept.set_offer_id(offer_id);
  // The change of work that an accepted offer brings comes by itself.
  Send("accept", std::move(request),
       [this, offer_id](const v1::VerbResult&) { offers_.erase(offer_id); });
}

void SimulatedAgent::OnWork(const v1::Work& work) {
  offers_.erase(work.offer_id());
  // Whose part it takes is somebody else's to end.
  if (work.role() != v1::ASSIGNMENT_ROLE_OWNER) return;
  const auto [place, is_new] = items_.try_emplace(work.ticket_id());
  WorkItem& item = place->second;
  const bool changed =
      is_new || item.work.state() != work.state() || item.work.offer_id() != work.offer_id();
  item.work = work;
  if (changed) {
    item.plan = next_plan_++;
    PlanNextStep(item);
  }
  ExtendLeasesLater(item.work);
}

void SimulatedAgent::OnWorkGone(const std::string& ticket_id) {
  items_.erase(ticket_id);
  // The next claimed ticket's turn, or the next claim.
  for (auto& [id, item] : items_) {
    if (item.work.state() == v1::TICKET_STATE_ASSIGNED) PlanStart(item);
  }
  if (pulls_) ClaimLater(world_.Between(absl::Seconds(2), absl::Seconds(20)));
  LogOutWhenDone();
}

void SimulatedAgent::PlanAfter(WorkItem& item, absl::Duration delay,
                               std::function<void(WorkItem&)> step) {
  loop_.After(delay,
              [this, ticket_id = item.work.ticket_id(), plan = item.plan, step = std::move(step)] {
                const auto found = items_.find(ticket_id);
                if (found != items_.end() && found->second.plan == plan) step(found->second);
              });
}

void SimulatedAgent::PlanNextStep(WorkItem& item) {
  switch (item.work.state()) {
    case v1::TICKET_STATE_CONNECTING:
      PlanAfter(item, world_.Between(absl::Seconds(1), absl::Seconds(3)), [this](WorkItem& now) {
        const bool failed = world_.Chance(kConnectFails);
        ReportMedia(now,
                    failed ? v1::MEDIA_EVENT_TYPE_CONNECT_FAILED : v1::MEDIA_EVENT_TYPE_CONNECTED,
                    v1::PARTY_UNSPECIFIED);
      });
      break;
    case v1::TICKET_STATE_ASSIGNED:
      if (shift_over_) {
        SendRelease(item);
      } else {
        PlanStart(item);
      }
      break;
    case v1::TICKET_STATE_ACTIVE:
      PlanActive(item);
      break;
    case v1::TICKET_STATE_WRAP_UP:
      if (world_.Chance(kForgetsDisposition)) break;  // The limit ends it.
      PlanAfter(item, world_.Between(absl::Seconds(5), absl::Seconds(30)),
                [this](WorkItem& now) { SendComplete(now); });
      break;
    default:
      break;  // No state that work in an agent's hands can have.
  }
}

void SimulatedAgent::PlanActive(WorkItem& item) {
  ++item.activations;
  Matter& matter = world_.MatterOf(item.work.ticket_id());
  matter.answered = true;
  // A message that came in wrap-up is a short matter.
  const absl::Duration handling =
      item.activations == 1 ? matter.handling : std::min(matter.handling, absl::Seconds(60));
  const bool media = world_.vocabulary().media_channels.contains(item.work.channel());
  PlanAfter(item, handling, [this, media](WorkItem& now) {
    if (media) {
      const bool by_customer = world_.Chance(kCustomerHangsUp);
      ReportMedia(now, v1::MEDIA_EVENT_TYPE_DISCONNECTED,
                  by_customer ? v1::PARTY_CUSTOMER : v1::PARTY_AGENT);
    } else {
      SendFinish(now);
    }
  });
}

void SimulatedAgent::PlanStart(WorkItem& item) {
  // Claimed tickets are done one after the other.
  const bool another = std::any_of(items_.begin(), items_.end(), [](const auto& entry) {
    return entry.second.work.offer_id().empty() &&
           entry.second.work.state() != v1::TICKET_STATE_ASSIGNED;
  });
  if (another) return;
  PlanAfter(item, world_.Between(absl::Seconds(1), absl::Seconds(5)), [this](WorkItem& now) {
    const bool busy = std::any_of(items_.begin(), items_.end(), [](const auto& entry) {
      return entry.second.work.offer_id().empty() &&
             entry.second.work.state() != v1::TICKET_STATE_ASSIGNED;
    });
    if (!busy) SendStart(now);
  });
}

void SimulatedAgent::ReportMedia(const WorkItem& item, v1::MediaEventType type, v1::Party party) {
  v1::ReportMediaEventRequest request;
  request.set_workspace(world_.workspace());
  request.set_ticket_id(item.work.ticket_id());
  request.set_offer_id(item.work.offer_id());
  request.set_type(type);
  request.set_party(party);
  world_.calls().Call<v1::ReportMediaEventResponse>(
      std::move(request),
      [this](auto* context, const auto* sent, auto* response, auto done) {
        world_.client().media->async()->ReportMediaEvent(context, sent, response, std::move(done));
      },
      [this](const grpc::Status& status, const v1::ReportMediaEventResponse&) {
        if (!status.ok()) world_.NoteRefusal("media", status);
      });
}

void SimulatedAgent::SendStart(WorkItem& item) {
  Request request;
  request.mutable_start()->set_request_id(NewUuid());
  request.mutable_start()->set_ticket_id(item.work.ticket_id());
  Send("start", std::move(request),
       [this, id = item.work.ticket_id(), plan = item.plan](const v1::VerbResult& result) {
         AfterVerb(id, plan, result);
       });
}

void SimulatedAgent::SendFinish(WorkItem& item) {
  Request request;
  request.mutable_finish()->set_request_id(NewUuid());
  request.mutable_finish()->set_ticket_id(item.work.ticket_id());
  Send("finish", std::move(request),
       [this, id = item.work.ticket_id(), plan = item.plan](const v1::VerbResult& result) {
         AfterVerb(id, plan, result);
       });
}

void SimulatedAgent::SendComplete(WorkItem& item) {
  Request request;
  request.mutable_complete()->set_request_id(NewUuid());
  request.mutable_complete()->set_ticket_id(item.work.ticket_id());
  request.mutable_complete()->set_disposition(world_.DrawDisposition());
  Send("complete", std::move(request),
       [this, id = item.work.ticket_id(), plan = item.plan](const v1::VerbResult& result) {
         AfterVerb(id, plan, result);
       });
}

void SimulatedAgent::SendRelease(WorkItem& item) {
  item.plan = next_plan_++;  // It will not be started after all.
  Request request;
  request.mutable_release()->set_request_id(NewUuid());
  request.mutable_release()->set_ticket_id(item.work.ticket_id());
  Send("release", std::move(request),
       [this, id = item.work.ticket_id(), plan = item.plan](const v1::VerbResult& result) {
         AfterVerb(id, plan, result);
       });
}

void SimulatedAgent::AfterVerb(const std::string& ticket_id, int64_t plan,
                               const v1::VerbResult& result) {
  if (result.code() == 0) return;  // The change comes, or came, by itself.
  const auto found = items_.find(ticket_id);
  if (found == items_.end() || found->second.plan != plan) return;
  if (IsNotOurs(result.reason())) {
    OnWorkGone(ticket_id);
    return;
  }
  PlanAfter(found->second, absl::Minutes(1), [this](WorkItem& item) { PlanNextStep(item); });
}

void SimulatedAgent::ClaimLater(absl::Duration delay) {
  if (claim_planned_ || shift_over_) return;
  claim_planned_ = true;
  loop_.After(delay, [this] {
    claim_planned_ = false;
    Claim();
  });
}

void SimulatedAgent::Claim() {
  const bool ready = opened_ && !shift_over_ && !claiming_ && items_.empty() && offers_.empty() &&
                     state_.status() == v1::AGENT_STATUS_AVAILABLE;
  if (!ready) return;
  claiming_ = true;
  v1::ClaimTicketsRequest request;
  request.set_workspace(world_.workspace());
  request.set_request_id(NewUuid());
  request.mutable_session()->set_agent(id_);
  request.mutable_session()->set_generation(generation_);
  request.set_max_tickets(2);
  world_.calls().Call<v1::ClaimTicketsResponse>(
      std::move(request),
      [this](auto* context, const auto* sent, auto* response, auto done) {
        world_.client().work->async()->ClaimTickets(context, sent, response, std::move(done));
      },
      [this](const grpc::Status& status, const v1::ClaimTicketsResponse& response) {
        claiming_ = false;
        if (!status.ok()) world_.NoteRefusal("claim", status);
        // The claimed tickets come down the stream as changes of work. With nothing to be had, look
        // again in a minute; on a very fast clock that would be a flood of calls, so at most twice
        // in one of our seconds.
        if (response.tickets().empty()) {
          ClaimLater(std::max(absl::Minutes(1), absl::Seconds(0.5) * loop_.clock().speed()));
        }
        LogOutWhenDone();
      });
}

void SimulatedAgent::ExtendLeasesLater(const v1::Work& work) {
  const bool leased =
      work.offer_id().empty() && work.has_until() &&
      (work.state() == v1::TICKET_STATE_ASSIGNED || work.state() == v1::TICKET_STATE_ACTIVE);
  if (!leased || extension_planned_) return;
  extension_planned_ = true;
  const absl::Duration left = ToTime(work.until()) - loop_.Now();
  loop_.After(std::max(left / 3, absl::Seconds(1)), [this] {
    extension_planned_ = false;
    ExtendLeases();
  });
}

void SimulatedAgent::ExtendLeases() {
  const bool holds_lease = std::any_of(items_.begin(), items_.end(), [](const auto& entry) {
    const v1::Work& work = entry.second.work;
    return work.offer_id().empty() && work.has_until() &&
           (work.state() == v1::TICKET_STATE_ASSIGNED || work.state() == v1::TICKET_STATE_ACTIVE);
  });
  if (!holds_lease || !opened_) return;
  extension_planned_ = true;  // Until the answer, which says when to come back.
  v1::ExtendLeasesRequest request;
  request.set_workspace(world_.workspace());
  request.mutable_session()->set_agent(id_);
  request.mutable_session()->set_generation(generation_);
  world_.calls().Call<v1::ExtendLeasesResponse>(
      std::move(request),
      [this](auto* context, const auto* sent, auto* response, auto done) {
        world_.client().work->async()->ExtendLeases(context, sent, response, std::move(done));
      },
      [this](const grpc::Status& status, const v1::ExtendLeasesResponse& response) {
        extension_planned_ = false;
        if (!status.ok()) world_.NoteRefusal("extend", status);
        for (const v1::Lease& lease : response.leases()) {
          const auto found = items_.find(lease.ticket_id());
          if (found == items_.end()) continue;
          *found->second.work.mutable_until() = lease.expires_at();
          ExtendLeasesLater(found->second.work);
        }
      });
}

}  // namespace tandem::ctl
