#include "server/ctl/agent_text.h"

#include "absl/strings/str_cat.h"

#include "server/ctl/render.h"

namespace tandem::ctl {

namespace v1 = tandem::v1;

std::string OfferLine(const v1::Offer& offer) {
  return Plain(absl::StrCat(
      "offer ", offer.offer_id(), ": ", offer.channel(), " ", offer.process_type(), " of ",
      offer.client(), ", queue ", offer.queue(), ", ticket ", offer.ticket_id(),
      offer.invited_by().empty() ? "" : ", to consult ", offer.invited_by(),
      offer.consulted_ticket_id().empty() ? "" : " on ticket ", offer.consulted_ticket_id(),
      offer.reviewed_ticket_id().empty() ? "" : ", to review ticket ", offer.reviewed_ticket_id(),
      offer.has_hand_off() ? ", handed off by " : "", offer.hand_off().agent(), ", until ",
      ShortTime(offer.expires_at())));
}

std::string WorkLine(const v1::Work& work) {
  std::string line = absl::StrCat("ticket ", work.ticket_id(), " is ", ShortEnum(work.state()));
  if (work.role() != v1::ASSIGNMENT_ROLE_OWNER) {
    absl::StrAppend(&line, ", ", ShortEnum(work.role()));
  }
  for (const v1::Participant& other : work.participants()) {
    absl::StrAppend(&line, ", with ", Plain(other.agent()), " ", ShortEnum(other.role()),
                    other.invited() ? " (invited)" : "");
  }
  if (work.has_hand_off()) {
    const std::string summary = Plain(work.hand_off().summary());
    absl::StrAppend(&line, ", handed off by ", Plain(work.hand_off().agent()),
                    summary.empty() ? "" : ": ", summary);
  }
  if (!work.reviewed_ticket_id().empty()) {
    absl::StrAppend(&line, ", to review ticket ", work.reviewed_ticket_id());
  }
  if (work.has_consultation()) {
    absl::StrAppend(&line, ", queue ", Plain(work.consultation().queue()), " is asked");
  }
  return line;
}

std::string StatusText(v1::AgentStatus status, const std::string& reason) {
  return absl::StrCat(ShortEnum(status), reason.empty() ? "" : ", " + Plain(reason));
}

std::string StatusLine(const v1::AgentState& state) {
  return absl::StrCat("you are ", StatusText(state.status(), state.reason()),
                      state.next_status() == v1::AGENT_STATUS_UNSPECIFIED
                          ? ""
                          : "; then " + StatusText(state.next_status(), state.next_reason()));
}

}  // namespace tandem::ctl
