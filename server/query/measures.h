// The catalogue of measures: what each is called, what it is made of, and who defines it so.
//
// A measure is one sum over facts, or a sum over another. The formula that people read and the sums
// that are computed stand side by side in one table (measures.cc).
//
// Constants and pure functions, safe from any thread.
#ifndef TANDEM_SERVER_QUERY_MEASURES_H_
#define TANDEM_SERVER_QUERY_MEASURES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/facts.h"

namespace tandem::query {

// Numbers as tandem.v1.MeasureUnit.
enum class MeasureUnit : uint8_t { kCount = 1, kSeconds = 2, kShare = 3, kMoney = 4 };
// Numbers as tandem.v1.MeasureKind.
enum class MeasureKind : uint8_t { kTotal = 1, kRatio = 2, kMaximum = 3, kPercentile = 4 };

// plus + also - minus, where set.
struct Terms {
  store::Sum plus;
  std::optional<store::Sum> also;
  std::optional<store::Sum> minus;
};

struct Measure {
  const char* id;
  const char* name;
  Terms above;                 // the numerator
  std::optional<Terms> below;  // the denominator; none: `above` is the value
  MeasureUnit unit;
  const char* formula;
  const char* origin;
};

// In the order in which they are listed.
std::span<const Measure> Measures();

// nullptr when there is none.
const Measure* FindMeasure(std::string_view id);

// The id that is most like the text, for "did you mean".
const char* NearestMeasure(std::string_view text);

MeasureKind KindOf(const Measure& measure);
// Both sides have the same source.
store::FactSource SourceOf(const Measure& measure);

// True when the service-level policy matters.
bool IsByPolicy(const Measure& measure);

// Every sum that the measure is made of.
std::vector<store::Sum> SumsOf(const Measure& measure);

}  // namespace tandem::query

#endif  // TANDEM_SERVER_QUERY_MEASURES_H_
