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

// Where in a message a value is: "agents[3].skills[0].level". Most values are in order, so it is
// only written down when one is not. It refers to its text, and to the path that it is below: both
// must outlive it.
class FieldPath {
 public:
  FieldPath(std::string_view text) : text_(text) {}
  FieldPath(const std::string& text) : text_(text) {}
  FieldPath(const char* text) : text_(text) {}
  FieldPath(std::string&&) = delete;

  FieldPath operator+(std::string_view text) const& { return {this, text, kNoIndex}; }
  FieldPath operator+(std::string_view) const&& = delete;
  // An entry of a list: with ".skills" and 0, ".skills[0]" is added.
  FieldPath At(std::string_view list, size_t index) const& { return {this, list, index}; }
  FieldPath At(std::string_view, size_t) const&& = delete;

  std::string ToString() const {
    std::string all = above_ == nullptr ? std::string() : above_->ToString();
    all += text_;
    if (index_ != kNoIndex) all += "[" + std::to_string(index_) + "]";
    return all;
  }

 private:
  static constexpr size_t kNoIndex = static_cast<size_t>(-1);

  FieldPath(const FieldPath* above, std::string_view text, size_t index)
      : above_(above), text_(text), index_(index) {}

  const FieldPath* above_ = nullptr;
  std::string_view text_;
  size_t index_ = kNoIndex;
};

// Each function adds a violation when its value is at fault. The first fault gives the rejection
// its reason.
class Faults {
 public:
  // More violations than these help nobody and would make the answer too large.
  static constexpr size_t kMaxViolations = 100;

  void Add(Reason reason, const FieldPath& field, std::string description);
  void Id(std::string_view id, const FieldPath& field);
  void OptionalId(std::string_view id, const FieldPath& field);
  void Text(std::string_view text, size_t max_bytes, const FieldPath& field);
  void Count(size_t count, size_t max, const FieldPath& field);
  void Bytes(size_t bytes, size_t max, const FieldPath& field);
  void Range(int64_t value, int64_t low, int64_t high, const FieldPath& field);
  void Span(Duration value, Duration low, Duration high, const FieldPath& field);
  // Puts the tag into canonical form.
  void Tag(std::string& tag, const FieldPath& field);
  // Puts tags and the requirement itself into canonical form.
  void RequirementOf(Requirement& requirement, const FieldPath& field);
  // Sorts the lists of what its steps relax, too.
  void PlanOf(Plan& plan, const FieldPath& field);
  void LateWorkOf(const Queue& queue, const FieldPath& field);
  // That it has values, or bounds in their order, or neither.
  void BoundsOf(const AttributePredicate& attribute, const FieldPath& field);

  // The rejection, when anything was at fault.
  std::optional<Rejection> Take();

 private:
  void StepOf(PlanStep& step, const FieldPath& at);
  void PredicateOf(Predicate& predicate, const FieldPath& field);
  void RelaxationOf(Relaxation& relax, const FieldPath& at);
  void AttributeOf(const AttributePredicate& attribute, const FieldPath& field);

  Reason reason_ = Reason::kFieldMalformed;
  std::vector<FieldViolation> violations_;
};

// Hours, dates and their limits. That the zone exists is for the caller to check.
void CheckCalendar(const Calendar& calendar, const FieldPath& path, Faults& faults);
// That the process type of reviews has a queue for them, and is not reviewed itself.
void CheckReviews(const ReviewPolicy& review, const References& references, const FieldPath& path,
                  Faults& faults);
void FillReviews(ReviewPolicy& review);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_CHECK_INTERNAL_H_
