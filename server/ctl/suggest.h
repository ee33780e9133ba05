// "Did you mean …?"
#ifndef TANDEM_SERVER_CTL_SUGGEST_H_
#define TANDEM_SERVER_CTL_SUGGEST_H_

#include <string>
#include <vector>

namespace tandem::ctl {

// The candidate that was probably meant: one that begins with the word, or differs from it by few
// letters left out, added, changed or swapped. Of several the first. Empty when none is near.
[[nodiscard]] std::string Nearest(const std::string& word,
                                  const std::vector<std::string>& candidates);

// "; did you mean queues?", or empty.
[[nodiscard]] std::string DidYouMean(const std::string& word,
                                     const std::vector<std::string>& candidates);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_SUGGEST_H_
