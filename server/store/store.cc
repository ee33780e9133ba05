#include "server/store/store.h"

#include <cstdlib>

namespace tandem::store {

const char* ToString(CommitResult result) {
  switch (result) {
    case CommitResult::kCommitted:
      return "COMMITTED";
    case CommitResult::kFenced:
      return "FENCED";
    case CommitResult::kDataRefused:
      return "DATA_REFUSED";
    case CommitResult::kNotCommitted:
      return "NOT_COMMITTED";
    case CommitResult::kInDoubt:
      return "IN_DOUBT";
  }
  std::abort();
}

}  // namespace tandem::store
