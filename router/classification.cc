#include "router/classification.h"

#include <algorithm>
#include <utility>

#include "router/commands.h"
#include "router/requirement.h"

namespace tandem::router {
namespace {

const std::string* FindAttribute(const NewContact& contact, const std::string& key) {
  const auto found = std::lower_bound(
      contact.attributes.begin(), contact.attributes.end(), key,
      [](const auto& entry, const std::string& wanted) { return entry.first < wanted; });
  return found != contact.attributes.end() && found->first == key ? &found->second : nullptr;
}

// Whether the tag is the range, or begins with it by whole subtags.
bool IsWithin(const std::string& tag, const std::string& range) {
  return tag.compare(0, range.size(), range) == 0 &&
         (tag.size() == range.size() || tag[range.size()] == '-');
}

class Classifier {
 public:
  Classifier(const Workspace& workspace, const EntryPoint* entry_point, NewContact& contact,
             const std::vector<QueueDraw>* earlier, const Standing* standing)
      : workspace_(workspace),
        entry_point_(entry_point),
        contact_(contact),
        earlier_(earlier),
        standing_(standing) {}

  // The first condition that does not hold; null when all do.
  const ContactCondition* Unmet(const ClassificationRule& rule) const {
    const auto unmet =
        std::find_if(rule.conditions.begin(), rule.conditions.end(),
                     [&](const ContactCondition& condition) { return !Holds(condition); });
    return unmet == rule.conditions.end() ? nullptr : &*unmet;
  }

  // What the rule filled in, by the names of tandem.v1.
  std::vector<std::string> Apply(const ClassificationRule& rule, uint32_t place) {
    std::vector<std::string> filled;
    if (contact_.process_type.empty() && !rule.process_type.empty()) {
      contact_.process_type = standing_ != nullptr ? standing_->process_type : rule.process_type;
      filled.emplace_back("process_type");
    }
    if (contact_.queue.empty() && Draw(rule, place)) filled.emplace_back("queue");
    if (!contact_.priority && rule.priority) {
      contact_.priority = rule.priority;
      filled.emplace_back("priority");
    }
    if (Ask(rule.requirement)) filled.emplace_back("requirement");
    if (Name(rule)) filled.emplace_back("agents");
    if (!contact_.plan && !rule.plan.empty()) {
      contact_.plan = rule.plan;
      result_.plan = true;
      filled.emplace_back("plan");
    }
    if (!filled.empty()) result_.rules.push_back(rule.id);
    return filled;
  }

  Classification Take() { return std::move(result_); }

 private:
  bool Holds(const ContactCondition& condition) const {
    const std::string* value = ValueOf(condition);
    return (value != nullptr && Fits(condition, *value)) != condition.negated;
  }

  // Null when the contact does not say it.
  const std::string* ValueOf(const ContactCondition& condition) const {
    const std::string* value = nullptr;
    switch (condition.field) {
      case ContactField::kChannel:
        value = &contact_.channel;
        break;
      case ContactField::kEntryPoint:
        value = &contact_.entry_point;
        break;
      case ContactField::kLanguage:
        value = &contact_.language;
        break;
      case ContactField::kClient:
        value = &contact_.client;
        break;
      case ContactField::kProcessType:
        value = &contact_.process_type;
        if (value->empty() && entry_point_ != nullptr) value = &entry_point_->process_type;
        break;
      case ContactField::kCustomerSegment:
        value = &contact_.customer_segment;
        break;
      case ContactField::kCustomerId:
        value = &contact_.customer_id;
        break;
      case ContactField::kAttribute:
        return FindAttribute(contact_, condition.asked.key);
    }
    return value->empty() ? nullptr : value;
  }

  static bool Fits(const ContactCondition& condition, const std::string& value) {
    const std::vector<std::string>& values = condition.asked.values;
    if (condition.field != ContactField::kLanguage || values.empty()) {
      return router::Holds(condition.asked, value);
    }
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& range) { return IsWithin(value, range); });
  }

  bool TakesClient(const std::string& queue) const {
    const QueueState& state = workspace_.queue(workspace_.queue_ids.Find(queue));
    return !state.client.IsSet() || state.client == workspace_.client_ids.Find(contact_.client);
  }

  // Whether it stays where it is, because that is one of the rule's queues.
  bool KeepsQueue(const ClassificationRule& rule) {
    if (standing_ == nullptr) return false;
    const auto is_shared_to = [&](const std::string& queue) {
      return std::any_of(rule.queues.begin(), rule.queues.end(), [&](const QueueShare& share) {
        return share.queue == queue && TakesClient(queue);
      });
    };
    const std::vector<std::string>& queues = standing_->queues;
    const auto kept = std::find_if(queues.begin(), queues.end(), is_shared_to);
    if (kept == queues.end()) return false;
    contact_.queue = *kept;
    return true;
  }

  // Smooth weighted round robin: every queue gains its weight, the one with the most takes the
  // contact and pays the sum. So after every sum of the weights each was drawn as often as its
  // weight says, and in between as evenly as can be.
  bool Draw(const ClassificationRule& rule, uint32_t place) {
    if (KeepsQueue(rule)) return true;
    std::vector<int64_t> credits = rule.credits;
    if (earlier_ != nullptr) {
      for (const QueueDraw& draw : *earlier_) {
        if (draw.rule == place) credits = draw.credits;
      }
    }
    credits.resize(rule.queues.size());
    int64_t sum = 0;
    size_t drawn = rule.queues.size();
    for (size_t i = 0; i < rule.queues.size(); ++i) {
      if (!TakesClient(rule.queues[i].queue)) continue;
      sum += rule.queues[i].weight;
      credits[i] += rule.queues[i].weight;
      if (drawn == rule.queues.size() || credits[i] > credits[drawn]) drawn = i;
    }
    if (drawn == rule.queues.size()) return false;
    contact_.queue = rule.queues[drawn].queue;
    credits[drawn] -= sum;
    // A single one has no turns.
    if (rule.queues.size() > 1) result_.draw = QueueDraw{place, std::move(credits)};
    return true;
  }

  bool Ask(const Requirement& requirement) {
    Requirement& asked = contact_.requirement;
    if (!asked.all_of.empty() || !asked.prefer.empty()) return false;
    if (requirement.all_of.empty() && requirement.prefer.empty()) return false;
    asked.all_of = requirement.all_of;
    asked.prefer = requirement.prefer;
    return true;
  }

  bool Name(const ClassificationRule& rule) {
    std::vector<std::string>& agents = contact_.requirement.agents;
    if (!agents.empty()) return false;
    const std::string* agent =
        rule.agent_attribute.empty() ? nullptr : FindAttribute(contact_, rule.agent_attribute);
    if (agent != nullptr && IsConfigured(workspace_, ResourceKind::kAgent, *agent)) {
      agents = {*agent};
    } else {
      agents = rule.requirement.agents;
    }
    return !agents.empty();
  }

  const Workspace& workspace_;
  const EntryPoint* entry_point_;
  NewContact& contact_;
  const std::vector<QueueDraw>* const earlier_;
  const Standing* const standing_;
  Classification result_;
};

}  // namespace

std::string Describe(const ContactCondition& condition) {
  std::string text = ToString(condition.field);
  std::replace(text.begin(), text.end(), '_', ' ');
  if (condition.field == ContactField::kAttribute) text += " " + condition.asked.key;
  return (condition.negated ? "not " : "") + text + DescribeValue(condition.asked);
}

Classification Classify(const Workspace& workspace, const EntryPoint* entry_point,
                        NewContact& contact, std::vector<ContactClassified::TriedRule>* tried,
                        const std::vector<QueueDraw>* earlier, const Standing* standing) {
  Classifier classifier(workspace, entry_point, contact, earlier, standing);
  for (const uint32_t place : workspace.rules) {
    const ClassificationRule& rule = workspace.configuration.classification_rules[place];
    const ContactCondition* unmet = classifier.Unmet(rule);
    std::vector<std::string> filled;
    if (unmet == nullptr) filled = classifier.Apply(rule, place);
    if (tried != nullptr) {
      tried->push_back({.rule = rule.id,
                        .matches = unmet == nullptr,
                        .unmet = unmet == nullptr ? "" : Describe(*unmet),
                        .filled_in = std::move(filled)});
    }
    if (unmet == nullptr && rule.last) break;
  }
  return classifier.Take();
}

}  // namespace tandem::router
