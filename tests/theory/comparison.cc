#include "tests/theory/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

namespace tandem::theory {
namespace {

// Shares, which are at most 1, and long waits: both with four digits or so.
const char* FormatOf(double theory) {
  return theory < 1.01 ? " %.4f / %.4f ± %.4f |" : " %.2f / %.2f ± %.2f |";
}

}  // namespace

void PrintHead(const std::string& first, const std::vector<std::string>& columns) {
  std::printf("| %s |", first.c_str());
  for (const std::string& column : columns) std::printf(" %s |", column.c_str());
  std::printf("\n| --- |");
  for (size_t i = 0; i < columns.size(); ++i) std::printf(" --- |");
  std::printf("\n");
}

void ExpectAgreement(const std::string& row, const std::vector<Compared>& columns) {
  std::printf("| %s |", row.c_str());
  for (const Compared& column : columns) {
    if (!column.counts) {
      std::printf(" |");
      continue;
    }
    std::printf(FormatOf(column.theory), column.theory, column.simulated.mean,
                column.simulated.half_width);
    EXPECT_TRUE(column.simulated.Has(column.theory))
        << row << ": expected " << column.theory << ", but simulated " << column.simulated.mean
        << " ± " << column.simulated.half_width;
  }
  std::printf("\n");
}

bool IsRejected(const std::vector<Compared>& columns) {
  return std::any_of(columns.begin(), columns.end(), [](const Compared& column) {
    return column.counts && !column.simulated.Has(column.theory);
  });
}

}  // namespace tandem::theory
