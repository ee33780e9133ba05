// What a load measured: how long each step of a life took, what failed and why, and what became of
// the contacts.
//
// Used by one thread.
#ifndef TANDEM_SERVER_CTL_LOAD_FIGURES_H_
#define TANDEM_SERVER_CTL_LOAD_FIGURES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "server/ctl/render.h"

namespace tandem::ctl {

// In the order in which they are shown.
enum class LoadStage {
  kLogIn,     // from opening the session to AVAILABLE
  kSend,      // how much later than intended the contact was sent: what we lag behind ourselves
  kIngest,    // from the contact's intended arrival to its acknowledgement
  kOffer,     // from the same to the first offer on an agent's stream
  kAccept,    // from the agent's intended yes to the answer
  kFinish,    // from the intended end of work to the answer, where there is wrap-up
  kComplete,  // from the intended end of work, or of wrap-up, to the answer
  kAbandon,   // from the intended hang-up to the answer
};
inline constexpr size_t kLoadStages = static_cast<size_t>(LoadStage::kAbandon) + 1;

// What became of the contacts.
struct LoadContacts {
  int64_t planned = 0;  // The backlog among them.
  int64_t sent = 0;
  int64_t acknowledged = 0;
  int64_t unroutable = 0;
  // As read back at the end.
  int64_t completed = 0;
  int64_t abandoned = 0;
  int64_t waiting = 0;  // Open, whether with an agent or not.
  int64_t ended = 0;    // By a step of their plan, or called off.
  int64_t lost = 0;     // Acknowledged or completed, but the server knows nothing of it.
};

class LoadFigures {
 public:
  // From when on the stage's rate counts.
  void Begin(LoadStage stage, absl::Time at) { Of(stage).began = at; }
  [[nodiscard]] absl::Time began(LoadStage stage) const {
    return stages_[static_cast<size_t>(stage)].began;
  }
  // What was intended at `since` was over at `until`.
  void Took(LoadStage stage, absl::Time since, absl::Time until);
  // A call of this stage failed, or what it waits for did not come.
  void Failed(LoadStage stage, const std::string& reason) { ++errors_[{stage, reason}]; }

  [[nodiscard]] int64_t failures() const;

  // The tables; `head` is a line before them, and what is in `about` comes first in the data.
  [[nodiscard]] Document Show(const std::string& head, Json about,
                              const LoadContacts& contacts) const;

 private:
  struct Stage {
    absl::Time began = absl::InfinitePast();
    absl::Time last = absl::InfinitePast();
    std::vector<absl::Duration> took;
  };

  Stage& Of(LoadStage stage) { return stages_[static_cast<size_t>(stage)]; }

  std::array<Stage, kLoadStages> stages_;
  std::map<std::pair<LoadStage, std::string>, int64_t> errors_;
};

// The value that `share` of the sorted ones do not exceed; 0 when there is none.
[[nodiscard]] absl::Duration QuantileOf(const std::vector<absl::Duration>& sorted, double share);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_LOAD_FIGURES_H_
