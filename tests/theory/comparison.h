// Theory beside simulation: tables that a test prints, and expects to agree.
#ifndef TANDEM_TESTS_THEORY_COMPARISON_H_
#define TANDEM_TESTS_THEORY_COMPARISON_H_

#include <string>
#include <vector>

#include "tests/theory/intervals.h"

namespace tandem::theory {

struct Compared {
  double theory = 0;
  Interval simulated;
  bool counts = true;  // false: too few events for an interval; neither compared nor printed
};

// Prints a table's head: its columns after the first one.
void PrintHead(const std::string& first, const std::vector<std::string>& columns);
// Prints a line of it, each column as `theory / simulated ± half width`, and expects every theory
// to be within its interval.
void ExpectAgreement(const std::string& row, const std::vector<Compared>& columns);
// That at least one of the intervals does not have what the wrong formula says.
bool IsRejected(const std::vector<Compared>& columns);

}  // namespace tandem::theory

#endif  // TANDEM_TESTS_THEORY_COMPARISON_H_
