// A collector of faults, shared by the checks of contacts and configurations. Internal to
// check*.cc.
#ifndef TANDEM_ROUTER_CHECK_INTERNAL_H_
#define TANDEM_ROUTER_CHECK_INTERNAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/check.h"
#include "router/model.h"
#include "router/rejection.h"
#include "router/time.h"

namespace tandem::router {

// Each function adds a violation when its value is at fault. The first fault gives the rejection
// its reason.
class Faults {
 public:
  // More violations than these help nobody and would make the answer too large.
  static constexpr size_t kMaxViolations = 100;

  void Add(Reason reason, std::string field, std::string description);
  void Id(std::string_view id, const std::string& field);
  void OptionalId(std::string_view id, const std::string& field);
  void Text(std::string_view text, size_t max_bytes, const std::string& field);
  void Count(size_t count, size_t max, const std::string& field);
  void Bytes(size_t bytes, size_t max, const std::string& field);
  void Range(int64_t value, int64_t low, int64_t high, const std::string& field);
  void Span(Duration value, Duration low, Duration high, const std::string& field);
  // Puts the tag into canonical form.
  void Tag(std::string& tag, const std::string& field);
  // Puts tags and the requirement itself into canonical form.
  void RequirementOf(Requirement& requirement, const std::string& field);
  void PlanOf(Plan& plan, const std::string& field);
  // That it has values, or bounds in their order, or neither.
  void BoundsOf(const AttributePredicate& attribute, const std::string& field);

  // The rejection, when anything was at fault.
  std::optional<Rejection> Take();

 private:
  void StepOf(PlanStep& step, const std::string& at);
  void PredicateOf(Predicate& predicate, const std::string& field);
  void AttributeOf(const AttributePredicate& attribute, const std::string& field);

  Reason reason_ = Reason::kFieldMalformed;
  std::vector<FieldViolation> violations_;
};

// Hours, dates and their limits. That the zone exists is for the caller to check.
void CheckCalendar(const Calendar& calendar, const std::string& path, Faults& faults);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_CHECK_INTERNAL_H_
