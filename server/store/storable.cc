#include "server/store/storable.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "router/resources.h"

namespace tandem::store {
namespace {

using router::Requirement;

// Bytes that follow a first byte of UTF-8, or -1 when nothing starts so.
int FollowingBytes(uint8_t first) {
  if (first < 0x80) return 0;
  if (first >= 0xc2 && first <= 0xdf) return 1;
  if (first >= 0xe0 && first <= 0xef) return 2;
  if (first >= 0xf0 && first <= 0xf4) return 3;
  return -1;
}

// Rules out the long forms of short characters, surrogates, and what lies beyond U+10FFFF.
bool IsSecondByteAllowed(uint8_t first, uint8_t second) {
  switch (first) {
    case 0xe0:
      return second >= 0xa0;
    case 0xed:
      return second <= 0x9f;
    case 0xf0:
      return second >= 0x90;
    case 0xf4:
      return second <= 0x8f;
    default:
      return true;
  }
}

template <typename... Texts>
bool AllStorable(const Texts&... texts) {
  return (IsStorableText(texts) && ...);
}

bool AllStorable(const std::vector<std::string>& texts) {
  return std::ranges::all_of(texts, IsStorableText);
}

bool FitsDatabase(uint64_t count) {
  return count <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
}

bool IsPredicateStorable(const router::Predicate& predicate) {
  struct Visitor {
    bool operator()(const router::SkillRequirement& p) const { return IsStorableText(p.skill); }
    bool operator()(const router::LanguageRequirement& p) const { return IsStorableText(p.tag); }
    bool operator()(const router::ProcessTypePredicate& p) const {
      return IsStorableText(p.process_type);
    }
    bool operator()(const router::SitePredicate& p) const { return IsStorableText(p.site); }
    bool operator()(const router::TeamPredicate& p) const { return IsStorableText(p.team); }
    bool operator()(const router::AttributePredicate& p) const {
      return IsStorableText(p.key) && AllStorable(p.values);
    }
    bool operator()(const router::AgentKindPredicate&) const { return true; }
  };
  return std::visit(Visitor{}, predicate.kind);
}

bool IsRequirementStorable(const Requirement& requirement) {
  return AllStorable(requirement.agents) &&
         std::ranges::all_of(requirement.all_of,
                             [](const router::Clause& clause) {
                               return std::ranges::all_of(clause, IsPredicateStorable);
                             }) &&
         std::ranges::all_of(requirement.prefer, [](const router::Preference& preference) {
           return IsPredicateStorable(preference.predicate);
         });
}

bool IsPlanStorable(const router::Plan& plan) {
  return std::ranges::all_of(plan, [](const router::PlanStep& step) {
    return IsStorableText(step.queue) && (!step.expire || IsStorableText(step.expire->reason)) &&
           (!step.requirement || IsRequirementStorable(*step.requirement)) &&
           (!step.relax ||
            (AllStorable(step.relax->skills) && AllStorable(step.relax->attributes)));
  });
}

bool IsRowStorable(const router::AgentRow& row) {
  return FitsDatabase(row.ordinal) && row.turn >= 0 &&
         AllStorable(row.workspace, row.agent, row.reason, row.next_reason, row.session_id);
}

bool IsRowStorable(const router::TicketStateRow& row) {
  return AllStorable(row.workspace, row.queue, row.agent, row.disposition, row.parking_reason,
                     row.last_agent, row.channel) &&
         std::ranges::all_of(
             row.cool_downs,
             [](const router::CoolDown& cool_down) { return IsStorableText(cool_down.agent); }) &&
         (!row.reviewed || AllStorable(row.reviewed->makers)) &&
         (!row.participants ||
          std::ranges::all_of(row.participants->all, [](const router::ParticipantRow& participant) {
            return IsStorableText(participant.agent);
          }));
}

bool IsRowStorable(const router::TicketRow& row) {
  return FitsDatabase(row.arrival) && IsRequirementStorable(row.requirement) &&
         IsPlanStorable(row.plan) && AllStorable(row.excluded_agents) && AllStorable(row.rules) &&
         AllStorable(row.workspace, row.channel, row.client, row.process_type, row.language,
                     row.entry_point, row.external_id, row.conversation_key, row.customer_id,
                     row.customer_segment, row.trace_parent);
}

bool IsRowStorable(const router::ContactRow& row) {
  const router::NewContact& content = row.content;
  return IsRequirementStorable(content.requirement) && AllStorable(content.excluded_agents) &&
         IsPlanStorable(content.plan.value_or(router::Plan{})) &&
         AllStorable(row.workspace, content.channel, content.entry_point, content.external_id,
                     content.conversation_key, content.client, content.process_type,
                     content.language, content.queue, content.customer_id, content.customer_segment,
                     content.subject, content.payload_json) &&
         std::ranges::all_of(content.attributes, [](const auto& attribute) {
           return AllStorable(attribute.first, attribute.second);
         });
}

bool IsRowStorable(const router::EventRow& row) {
  return AllStorable(row.workspace, row.agent, row.queue, row.reason);
}

bool IsRowStorable(const router::VisitRow& row) {
  return AllStorable(row.workspace, row.queue, row.client, row.channel, row.process_type,
                     row.agent);
}

bool IsRowStorable(const router::SegmentRow& row) {
  return AllStorable(row.workspace, row.agent, row.queue, row.client, row.channel, row.process_type,
                     row.disposition);
}

bool IsRowStorable(const router::AgentIntervalRow& row) {
  return AllStorable(row.workspace, row.agent, row.reason, row.client);
}

bool IsReclassifiedStorable(const router::Reclassified& reclassified) {
  return AllStorable(reclassified.rules) && IsStorableText(reclassified.queue) &&
         IsRequirementStorable(reclassified.own) &&
         IsRequirementStorable(reclassified.begins_with) &&
         IsPlanStorable(reclassified.said_plan.value_or(router::Plan{})) &&
         IsPlanStorable(reclassified.plan.value_or(router::Plan{}));
}

bool IsRowStorable(const router::TicketDetailRow& row) {
  const router::TicketDetail& detail = row.detail;
  const router::HandOff hand_off = detail.hand_off.value_or(router::HandOff{});
  return AllStorable(row.workspace, detail.customer_id, detail.customer_segment, detail.subject,
                     hand_off.agent, hand_off.reason, hand_off.summary) &&
         std::ranges::all_of(detail.attributes,
                             [](const auto& attribute) {
                               return AllStorable(attribute.first, attribute.second.value_or(""));
                             }) &&
         std::ranges::all_of(detail.references,
                             [](const router::ExternalReference& reference) {
                               return AllStorable(reference.system, reference.id);
                             }) &&
         (!detail.requirement || (IsRequirementStorable(detail.requirement->own) &&
                                  IsRequirementStorable(detail.requirement->asked))) &&
         (!detail.reclassified || IsReclassifiedStorable(*detail.reclassified));
}

bool IsRowStorable(const router::MessageRow& row) {
  return AllStorable(row.workspace, row.agent, row.text, row.external_id);
}

bool IsRowStorable(const router::NoteRow& row) {
  return AllStorable(row.workspace, row.agent, row.text);
}

bool IsRowStorable(const router::SurveyRow& row) {
  return AllStorable(row.workspace, row.score.measure, row.agent, row.queue, row.client,
                     row.channel, row.process_type);
}

bool IsRowStorable(const RequestRow& row) {
  return IsStorableText(row.workspace);
}

bool IsRowStorable(const router::WorkspaceRow& row) {
  return FitsDatabase(row.next_agent_ordinal) &&
         AllStorable(row.workspace, row.configuration.time_zone);
}

bool IsRuleStorable(const router::ClassificationRule& rule) {
  return IsStorableText(rule.agent_attribute) && IsPlanStorable(rule.plan) &&
         IsRequirementStorable(rule.requirement) &&
         std::ranges::all_of(rule.conditions, [](const router::ContactCondition& condition) {
           return IsStorableText(condition.asked.key) && AllStorable(condition.asked.values);
         });
}

bool IsCalendarStorable(const router::Calendar& calendar) {
  return IsStorableText(calendar.time_zone) &&
         (!calendar.override_hours || IsStorableText(calendar.override_hours->message)) &&
         std::ranges::all_of(calendar.exceptions, [](const router::CalendarException& exception) {
           return IsStorableText(exception.date) && IsStorableText(exception.name);
         });
}

// What is named freely; references are plain ASCII by their own check.
bool IsRowStorable(const router::ResourceRow& row) {
  const router::NamedResource& named = router::NamedOf(row.resource);
  const auto* entry_point = std::get_if<router::EntryPoint>(&row.resource);
  const auto* rule = std::get_if<router::ClassificationRule>(&row.resource);
  const auto* calendar = std::get_if<router::Calendar>(&row.resource);
  return AllStorable(row.workspace, named.id, named.display_name) &&
         (entry_point == nullptr || IsStorableText(entry_point->address)) &&
         (rule == nullptr || IsRuleStorable(*rule)) &&
         (calendar == nullptr || IsCalendarStorable(*calendar));
}

template <typename Row>
bool AreRowsStorable(const std::vector<Row>& rows) {
  return std::ranges::all_of(rows, [](const Row& row) { return IsRowStorable(row); });
}

}  // namespace

bool IsStorableText(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t offset) { return static_cast<uint8_t>(text[i + offset]); };
    const int following = FollowingBytes(byte(0));
    if (byte(0) == 0 || following < 0) return false;
    const auto length = static_cast<size_t>(following) + 1;
    if (length > text.size() - i) return false;
    for (size_t offset = 1; offset < length; ++offset) {
      if ((byte(offset) & 0xc0) != 0x80) return false;
    }
    if (length > 1 && !IsSecondByteAllowed(byte(0), byte(1))) return false;
    i += length;
  }
  return true;
}

bool IsStorable(const Batch& batch) {
  const router::Changes& changes = batch.changes;
  return AreRowsStorable(changes.workspaces) && AreRowsStorable(changes.resources) &&
         AreRowsStorable(changes.agents) && AreRowsStorable(changes.ticket_states) &&
         AreRowsStorable(changes.ticket_details) && AreRowsStorable(changes.tickets) &&
         AreRowsStorable(changes.notes) && AreRowsStorable(changes.surveys) &&
         AreRowsStorable(changes.contacts) && AreRowsStorable(changes.events) &&
         AreRowsStorable(changes.visits) && AreRowsStorable(changes.segments) &&
         AreRowsStorable(changes.agent_intervals) && AreRowsStorable(changes.messages) &&
         AreRowsStorable(batch.requests);
}

}  // namespace tandem::store
