// What the load was told: every answer that promised something, kept to be compared with the
// history.
#ifndef TANDEM_TESTS_E2E_JOURNAL_H_
#define TANDEM_TESTS_E2E_JOURNAL_H_

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tandem::e2e {

// An answer OK to a verb: the event of this type is in the ticket's history, by this agent.
struct Promise {
  std::string event;  // "OFFER_ACCEPTED"
  std::string ticket;
  std::string agent;
  std::string offer;  // empty for verbs without one
  friend auto operator<=>(const Promise&, const Promise&) = default;
};

// Thread-safe.
class Journal {
 public:
  // The server said OK.
  void Promised(Promise promise) {
    const std::lock_guard lock(mutex_);
    promises_.push_back(std::move(promise));
  }
  // The server refused, so the event must not be in the history, unless another try was left open.
  void Refused(Promise promise) {
    const std::lock_guard lock(mutex_);
    refusals_.push_back(std::move(promise));
  }
  // Nobody knows: the answer was lost and the caller gave up.
  void LeftOpen(const Promise& promise) {
    const std::lock_guard lock(mutex_);
    open_.insert(promise);
  }
  // The server gave a contact this ticket. Said again, it must be the same one.
  void Ingested(const std::string& external_id, const std::string& ticket) {
    const std::lock_guard lock(mutex_);
    const auto [entry, added] = tickets_.emplace(external_id, ticket);
    if (!added && entry->second != ticket) {
      faults_.push_back("contact " + external_id + " got ticket " + entry->second + ", then " +
                        ticket);
    }
  }
  // Something that no caller should ever see.
  void Fault(std::string text) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(text));
  }

  // How often the server has promised something so far.
  size_t count() const {
    const std::lock_guard lock(mutex_);
    return promises_.size() + tickets_.size();
  }

  // After the load has ended.
  const std::vector<Promise>& promises() const { return promises_; }
  const std::vector<Promise>& refusals() const { return refusals_; }
  const std::set<Promise>& open() const { return open_; }
  const std::map<std::string, std::string>& tickets() const { return tickets_; }
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  mutable std::mutex mutex_;
  std::vector<Promise> promises_, refusals_;
  std::set<Promise> open_;
  std::map<std::string, std::string> tickets_;  // by external id
  std::vector<std::string> faults_;
};

}  // namespace tandem::e2e

#endif  // TANDEM_TESTS_E2E_JOURNAL_H_
