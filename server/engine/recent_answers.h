// The request ids and external ids of a short while ago, with what was answered.
//
// It closes the gap that a look-up in the store leaves: an id that was used just before or during
// the look-up is not seen there, but it is here, from the moment of its decision until long after
// it became durable.
//
// Thread rule: one thread at a time.
#ifndef TANDEM_SERVER_ENGINE_RECENT_ANSWERS_H_
#define TANDEM_SERVER_ENGINE_RECENT_ANSWERS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/container/node_hash_map.h"

#include "router/command.h"
#include "router/ids.h"
#include "router/model.h"
#include "server/engine/clock.h"
#include "server/store/store.h"

namespace tandem::engine {

class RecentAnswers {
 public:
  // Null when it is not known here.
  const store::RequestRow* FindRequest(const std::string& workspace,
                                       router::RequestId request) const;
  const store::KnownContact* FindExternalId(const std::string& workspace,
                                            const router::NewContact& contact) const;

  // Remembers what will become durable with the commit of this sequence. Sequences do not decrease.
  void Add(const store::RequestRow& row, int64_t sequence);
  void Add(const store::KnownContact& row, int64_t sequence);

  // Every commit up to `sequence` is durable.
  void MarkDurable(int64_t sequence, SteadyTime now);
  // Forgets what is not durable; it was undone.
  void DropUndurable();
  // Forgets what has been durable since before `before`.
  void Evict(SteadyTime before);
  void Clear();

  size_t size() const { return order_.size(); }

 private:
  using Request = std::pair<std::string, router::RequestId>;
  using External = std::tuple<std::string, std::string, std::string, std::string>;
  struct Entry {
    int64_t sequence = 0;
    // The key, owned by its map.
    std::variant<const Request*, const External*> key;
  };
  struct Durable {
    int64_t sequence = 0;
    SteadyTime at;
  };

  void Erase(const Entry& entry);

  absl::node_hash_map<Request, store::RequestRow> requests_;
  absl::node_hash_map<External, store::KnownContact> external_ids_;
  std::deque<Entry> order_;    // in order of sequence
  std::deque<Durable> marks_;  // in order of sequence and of time
  int64_t durable_sequence_ = 0;
};

}  // namespace tandem::engine

#endif  // TANDEM_SERVER_ENGINE_RECENT_ANSWERS_H_
