#include "router/check.h"

#include <algorithm>

#include "router/check_internal.h"
#include "router/limits.h"
#include "router/plan.h"
#include "router/requirement.h"

namespace tandem::router {

bool IsResourceId(std::string_view id) {
  const auto lower_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (id.empty() || id.size() > kMaxIdBytes || !lower_or_digit(id.front())) return false;
  return std::all_of(id.begin(), id.end(),
                     [&](char c) { return lower_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool IsUtf8(std::string_view text) {
  size_t i = 0;
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  while (i < text.size()) {
    const unsigned lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + size > text.size()) return false;
    for (size_t k = 1; k < size; ++k) {
      if ((byte(i + k) & 0xc0U) != 0x80U) return false;
    }
    const unsigned second = byte(i + 1);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second > 0x9f;
    const bool too_high = lead == 0xf4 && second > 0x8f;
    if (overlong || surrogate || too_high) return false;
    i += size;
  }
  return true;
}

// --- Faults ---

void Faults::Add(Reason reason, const FieldPath& field, std::string description) {
  if (violations_.size() >= kMaxViolations) return;
  if (violations_.empty()) reason_ = reason;
  violations_.push_back({field.ToString(), std::move(description)});
}

std::optional<Rejection> Faults::Take() {
  if (violations_.empty()) return std::nullopt;
  Rejection rejection;
  rejection.reason = reason_;
  rejection.message = violations_.front().field + ": " + violations_.front().description;
  if (violations_.size() > 1) {
    rejection.message += " (and " + std::to_string(violations_.size() - 1) + " more)";
  }
  rejection.violations = std::move(violations_);
  violations_.clear();
  return rejection;
}

void Faults::Id(std::string_view id, const FieldPath& field) {
  if (id.empty()) {
    Add(Reason::kFieldRequired, field, "expected an id, but it is empty");
  } else if (id.size() > kMaxIdBytes) {
    Add(Reason::kFieldTooLarge, field,
        "expected at most " + std::to_string(kMaxIdBytes) + " characters, but found " +
            std::to_string(id.size()));
  } else if (!IsResourceId(id)) {
    Add(Reason::kFieldMalformed, field,
        "expected a-z, 0-9, '.', '_' and '-', beginning with a letter or digit, but found other "
        "characters");
  }
}

void Faults::OptionalId(std::string_view id, const FieldPath& field) {
  if (!id.empty()) Id(id, field);
}

void Faults::Text(std::string_view text, size_t max_bytes, const FieldPath& field) {
  if (text.size() > max_bytes) {
    Add(Reason::kFieldTooLarge, field,
        "expected at most " + std::to_string(max_bytes) + " bytes, but found " +
            std::to_string(text.size()));
  } else if (!IsUtf8(text)) {
    Add(Reason::kTextNotUtf8, field, "expected UTF-8, but found an invalid byte sequence");
  } else if (text.find('\0') != std::string_view::npos) {
    Add(Reason::kTextHasNul, field, "expected text without NUL, but found one");
  }
}

void Faults::Count(size_t count, size_t max, const FieldPath& field) {
  if (count <= max) return;
  Add(Reason::kFieldTooLarge, field,
      "expected at most " + std::to_string(max) + " entries, but found " + std::to_string(count));
}

void Faults::Bytes(size_t bytes, size_t max, const FieldPath& field) {
  if (bytes <= max) return;
  Add(Reason::kFieldTooLarge, field,
      "expected ids and texts of at most " + std::to_string(max) + " bytes together, but found " +
          std::to_string(bytes));
}

void Faults::Range(int64_t value, int64_t low, int64_t high, const FieldPath& field) {
  if (value >= low && value <= high) return;
  Add(Reason::kFieldOutOfRange, field,
      "expected " + std::to_string(low) + " to " + std::to_string(high) + ", but found " +
          std::to_string(value));
}

void Faults::Span(Duration value, Duration low, Duration high, const FieldPath& field) {
  if (value >= low && value <= high) return;
  const auto text = [](Duration d) { return std::to_string(d.us / 1'000) + " ms"; };
  Add(Reason::kFieldOutOfRange, field,
      "expected " + text(low) + " to " + text(high) + ", but found " + text(value));
}

void Faults::Tag(std::string& tag, const FieldPath& field) {
  auto canonical = CanonicalLanguageTag(tag);
  if (canonical) {
    tag = *std::move(canonical);
  } else {
    Add(Reason::kLanguageTagMalformed, field,
        "expected a BCP 47 language tag, but found another form");
  }
}

void Faults::RequirementOf(Requirement& requirement, const FieldPath& field) {
  Count(requirement.all_of.size(), kMaxClauses, field + ".all_of");
  for (size_t c = 0; c < requirement.all_of.size(); ++c) {
    Clause& clause = requirement.all_of[c];
    const FieldPath at = field.At(".all_of", c);
    const FieldPath path = at + ".any_of";
    if (clause.empty())
      Add(Reason::kFieldRequired, path, "expected a predicate, but there is none");
    Count(clause.size(), kMaxPredicates, path);
    for (size_t p = 0; p < clause.size(); ++p) {
      PredicateOf(clause[p], path.At("", p));
    }
  }
  Count(requirement.prefer.size(), kMaxPreferences, field + ".prefer");
  for (size_t p = 0; p < requirement.prefer.size(); ++p) {
    const FieldPath at = field.At(".prefer", p);
    PredicateOf(requirement.prefer[p].predicate, at + ".predicate");
    Range(requirement.prefer[p].weight, 1, kMaxWeight, at + ".weight");
  }
  Count(requirement.agents.size(), kMaxNamedAgents, field + ".agents");
  for (size_t a = 0; a < requirement.agents.size(); ++a) {
    Id(requirement.agents[a], field.At(".agents", a));
  }
  Bytes(BytesOf(requirement), kMaxRequirementBytes, field);
  requirement = Canonical(std::move(requirement));
}

void Faults::PlanOf(Plan& plan, const FieldPath& field) {
  Count(plan.size(), kMaxPlanSteps, field + ".steps");
  Bytes(BytesOf(plan), kMaxPlanBytes, field);
  Duration earliest;  // 0: steps may be at once
  bool ended = false;
  for (size_t i = 0; i < plan.size(); ++i) {
    PlanStep& step = plan[i];
    const FieldPath at = field.At(".steps", i);
    if (ended) {
      Add(Reason::kFieldMalformed, at,
          "expected no step behind one that ends the wait in any case, but found one");
    }
    ended = EndsWait(step) && !step.condition;
    if (step.after.us != 0 || earliest.us != 0) {
      Span(step.after, std::max(earliest, kMinPlanDelay), kMaxPlanDelay, at + ".after");
      earliest = step.after + Milliseconds(1);
    }
    StepOf(step, at);
  }
}

void Faults::StepOf(PlanStep& step, const FieldPath& at) {
  Range(step.min_priority, 0, kMaxPriority, at + ".min_priority");
  OptionalId(step.queue, at + ".queue");
  if (step.requirement) RequirementOf(*step.requirement, at + ".requirement");
  if (step.relax) RelaxationOf(*step.relax, at + ".relax");
  if (step.requirement && step.relax) {
    Add(Reason::kFieldMalformed, at, "expected a requirement or what is relaxed, but found both");
  }
  if (step.offer_timeout.us != 0) {
    Span(step.offer_timeout, kMinOfferTimeout, kMaxOfferTimeout, at + ".offer_timeout");
  }
  Range(step.concurrent_offers, 0, kMaxConcurrentOffers, at + ".concurrent_offers");
  const bool changes = ChangesRequirement(step) || step.min_priority != 0 || !step.queue.empty() ||
                       ChangesOffers(step);
  if (step.expire) Text(step.expire->reason, kMaxReasonBytes, at + ".expire.reason");
  if (EndsWait(step)) {
    if (changes || (step.expire && step.callback)) {
      Add(Reason::kFieldMalformed, at,
          "expected a step that ends the wait to change nothing else, but it does");
    }
  } else if (!changes) {
    Add(Reason::kFieldRequired, at, "expected a change, but the step makes none");
  }
  if (!step.condition) return;
  const PlanCondition& condition = *step.condition;
  Range(condition.waiting_more_than, 0, kMaxQueueWaiting, at + ".condition.waiting_more_than");
  if (condition.oldest_waits_longer_than.us != 0) {
    Span(condition.oldest_waits_longer_than, kMinPlanDelay, kMaxPlanDelay,
         at + ".condition.oldest_waits_longer_than");
  }
  if (condition.estimated_wait_longer_than.us != 0) {
    Span(condition.estimated_wait_longer_than, kMinPlanDelay, kMaxPlanDelay,
         at + ".condition.estimated_wait_longer_than");
  }
  Range(condition.service_level_below_percent, 0, 100,
        at + ".condition.service_level_below_percent");
  Range(condition.available_agents_fewer_than, 0, kMaxAgents,
        at + ".condition.available_agents_fewer_than");
  if (condition == PlanCondition{}) {
    Add(Reason::kFieldRequired, at + ".condition", "expected something asked, but nothing is");
  }
}

void Faults::RelaxationOf(Relaxation& relax, const FieldPath& at) {
  const auto list_of_ids = [&](std::vector<std::string>& ids, size_t max, const char* name) {
    Count(ids.size(), max, at + name);
    for (size_t i = 0; i < ids.size(); ++i) Id(ids[i], at.At(name, i));
    std::sort(ids.begin(), ids.end());
  };
  list_of_ids(relax.skills, kMaxRelaxed, ".skills");
  list_of_ids(relax.attributes, kMaxRelaxed, ".attributes");
  Range(relax.lower_skill_levels_by, 0, kMaxSkillLevel - 1, at + ".lower_skill_levels_by");
  if (relax.all_skills && (!relax.skills.empty() || relax.lower_skill_levels_by != 0)) {
    Add(Reason::kFieldMalformed, at + ".all_skills",
        "expected all skills, or some of them and lower levels, but found both");
  }
  if (relax == Relaxation{}) {
    Add(Reason::kFieldRequired, at, "expected what is asked no longer, but nothing is");
  }
}

void Faults::PredicateOf(Predicate& predicate, const FieldPath& field) {
  struct Visitor {
    Faults& faults;
    const FieldPath& field;
    void operator()(SkillRequirement& skill) const {
      faults.Id(skill.skill, field + ".skill.skill");
      faults.Range(skill.level, 1, kMaxSkillLevel, field + ".skill.level");
      faults.Range(skill.max_level, skill.level, kMaxSkillLevel, field + ".skill.max_level");
    }
    void operator()(LanguageRequirement& language) const {
      faults.Tag(language.tag, field + ".language.tag");
    }
    void operator()(ProcessTypePredicate& type) const {
      faults.Id(type.process_type, field + ".process_type");
    }
    void operator()(SitePredicate& site) const { faults.Id(site.site, field + ".site"); }
    void operator()(TeamPredicate& team) const { faults.Id(team.team, field + ".team"); }
    void operator()(AttributePredicate& attribute) const {
      faults.AttributeOf(attribute, field + ".attribute");
    }
    void operator()(const AgentKindPredicate&) const {}
  };
  std::visit(Visitor{*this, field}, predicate.kind);
}

void Faults::AttributeOf(const AttributePredicate& attribute, const FieldPath& field) {
  Id(attribute.key, field + ".key");
  Count(attribute.values.size(), kMaxPredicateValues, field + ".values");
  for (size_t v = 0; v < attribute.values.size(); ++v) {
    Text(attribute.values[v], kMaxAgentAttributeValueBytes, field.At(".values", v));
  }
  BoundsOf(attribute, field);
}

void Faults::LateWorkOf(const Queue& queue, const FieldPath& path) {
  const auto& [order, every] = queue.late_work;
  if (queue.urgency == Urgency::kLive && order == LateOrder::kAfterPunctual) {
    Add(Reason::kFieldOutOfRange, path + ".order",
        "expected IN_ORDER in a LIVE queue, but it is AFTER_PUNCTUAL");
  }
  if (every && order == LateOrder::kInOrder) {
    Add(Reason::kFieldOutOfRange, path + ".every",
        "expected it with AFTER_PUNCTUAL, but the order is IN_ORDER");
  } else if (every == 1U) {
    Add(Reason::kFieldOutOfRange, path + ".every",
        "expected 0, or 2 or more, but it is 1: that is IN_ORDER");
  } else {
    Range(every.value_or(0), 0, kMaxLateEvery, path + ".every");
  }
}

void Faults::BoundsOf(const AttributePredicate& attribute, const FieldPath& field) {
  const bool bounded = attribute.min || attribute.max;
  if (bounded && !attribute.values.empty()) {
    Add(Reason::kFieldMalformed, field, "expected values or bounds, but found both");
  }
  constexpr Decimal kLowest{-kMaxBoundMilli};
  constexpr Decimal kHighest{kMaxBoundMilli};
  const auto within = [&](Decimal bound, Decimal low, const FieldPath& at) {
    if (bound >= low && bound <= kHighest) return;
    Add(Reason::kFieldOutOfRange, at,
        "expected " + ToString(low) + " to " + ToString(kHighest) + ", but found " +
            ToString(bound));
  };
  if (attribute.min) within(*attribute.min, kLowest, field + ".min");
  if (attribute.max) within(*attribute.max, attribute.min.value_or(kLowest), field + ".max");
}

// --- requests ---

std::optional<Rejection> CheckId(std::string_view id, std::string_view field) {
  Faults faults;
  faults.Id(id, field);
  return faults.Take();
}

std::optional<Rejection> CheckText(std::string_view text, size_t max_bytes,
                                   std::string_view field) {
  Faults faults;
  faults.Text(text, max_bytes, field);
  return faults.Take();
}

std::optional<Rejection> CheckRequirement(Requirement& requirement, std::string_view field) {
  Faults faults;
  faults.RequirementOf(requirement, field);
  return faults.Take();
}

std::optional<Rejection> CheckContact(NewContact& contact, Time now, std::string_view prefix) {
  Faults faults;
  const std::string above = prefix.empty() ? "" : std::string(prefix) + ".";
  const FieldPath path = above;
  const auto at = [&](const char* name) { return path + name; };
  faults.Id(contact.channel, at("channel"));
  faults.Text(contact.entry_point, kMaxEntryPointBytes, at("entry_point"));
  faults.Text(contact.external_id, kMaxExternalIdBytes, at("external_id"));
  faults.Text(contact.conversation_key, kMaxConversationKeyBytes, at("conversation_key"));
  // An entry point may say it, or the parent.
  const bool told = !contact.entry_point.empty() || contact.parent.IsSet();
  const auto id = told ? &Faults::OptionalId : &Faults::Id;
  (faults.*id)(contact.client, at("client"));
  // A classification rule may say it, too.
  faults.OptionalId(contact.process_type, at("process_type"));
  if (!contact.language.empty()) faults.Tag(contact.language, at("language"));
  faults.RequirementOf(contact.requirement, at("requirement"));
  faults.Range(contact.priority.value_or(0), 0, kMaxPriority, at("priority"));
  faults.OptionalId(contact.queue, at("queue"));
  if (contact.plan) faults.PlanOf(*contact.plan, at("plan"));
  if (contact.answer_target.us != 0) {
    faults.Span(contact.answer_target, Seconds(1), kMaxAnswerTarget, at("answer_target"));
  }
  const auto within = [&](Time value, Duration before, Duration after, const char* name) {
    if (value.IsSet()) faults.Span(value - now, Duration{} - before, after, at(name));
  };
  within(contact.due_at, kMaxDueAhead, kMaxDueAhead, "due_at");
  within(contact.not_before, kMaxSetAside, kMaxSetAside, "not_before");
  within(contact.not_after, kMaxSetAside, kMaxSetAside, "not_after");
  if (contact.not_after.IsSet() && contact.channel != kCallbackChannel) {
    faults.Add(Reason::kFieldMalformed, at("not_after"),
               "expected none unless the channel is callback, but there is one");
  } else if (contact.not_after.IsSet() && contact.not_after <= contact.not_before) {
    faults.Add(Reason::kFieldOutOfRange, at("not_after"),
               "expected an instant after not_before, but it is not");
  }
  within(contact.received_at, kMaxReceivedBefore, kMaxClockAhead, "received_at");
  faults.Text(contact.customer_id, kMaxCustomerIdBytes, at("customer_id"));
  faults.Text(contact.customer_segment, kMaxSegmentBytes, at("customer_segment"));
  faults.Text(contact.subject, kMaxSubjectBytes, at("subject"));
  faults.Text(contact.payload_json, kMaxPayloadBytes, at("payload_json"));
  faults.Count(contact.attributes.size(), kMaxAttributes, at("attributes"));
  for (const auto& [key, value] : contact.attributes) {
    if (key.empty())
      faults.Add(Reason::kFieldRequired, at("attributes"), "expected a key, but it is empty");
    faults.Text(key, kMaxAttributeKeyBytes, at("attributes"));
    faults.Text(value, kMaxAttributeValueBytes, at("attributes"));
  }
  faults.Count(contact.excluded_agents.size(), kMaxExcludedAgents, at("excluded_agents"));
  for (size_t i = 0; i < contact.excluded_agents.size(); ++i) {
    faults.Id(contact.excluded_agents[i], path.At("excluded_agents", i));
  }
  if (contact.parent.IsSet() && !contact.conversation_key.empty()) {
    faults.Add(Reason::kFieldMalformed, at("conversation_key"),
               "expected none beside parent_ticket_id, but there is one");
  }
  faults.Count(contact.blocked_by.size(), kMaxBlockedBy, at("blocked_by"));
  for (size_t i = 0; i < contact.blocked_by.size(); ++i) {
    const auto here = contact.blocked_by.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(contact.blocked_by.begin(), here, *here) == here) continue;
    faults.Add(Reason::kIdDuplicate, path.At("blocked_by", i),
               "expected each ticket once, but it is there before");
  }
  return faults.Take();
}

std::optional<Rejection> CheckAfter(const std::vector<uint32_t>& after, size_t place, size_t others,
                                    std::string_view path) {
  Faults faults;
  const std::string field = std::string(path) + ".after";
  for (size_t i = 0; i < after.size(); ++i) {
    const std::string at = field + "[" + std::to_string(i) + "]";
    const auto here = after.begin() + static_cast<std::ptrdiff_t>(i);
    if (after[i] >= place) {
      faults.Add(
          Reason::kFieldOutOfRange, at,
          "expected the place of an earlier follow-up, but it is " + std::to_string(after[i]));
      return faults.Take();
    }
    if (std::find(after.begin(), here, after[i]) == here) continue;
    faults.Add(Reason::kIdDuplicate, at, "expected each follow-up once, but it is there before");
    return faults.Take();
  }
  faults.Count(after.size() + others, kMaxBlockedBy, field);
  return faults.Take();
}

}  // namespace tandem::router
