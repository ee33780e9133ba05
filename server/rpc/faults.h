// Collects what is wrong with a request, so that one answer names every field at fault.
//
// A value on the stack of one handler; not for sharing between threads.
#ifndef TANDEM_SERVER_RPC_FAULTS_H_
#define TANDEM_SERVER_RPC_FAULTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "router/rejection.h"

namespace tandem::rpc {

class Faults {
 public:
  // More of them help nobody.
  static constexpr size_t kMaxViolations = 100;

  // Adds one fault. The first one gives the refusal its reason.
  void Add(router::Reason reason, std::string_view field, std::string_view description);
  // Takes over the faults that a check of the router found.
  void Add(std::optional<router::Rejection> rejection);

  // Adds a fault when the value is not of its form.
  void RequireId(std::string_view id, std::string_view field);
  void OptionalId(std::string_view id, std::string_view field);
  void Text(std::string_view text, size_t max_bytes, std::string_view field);
  // Whether a list has as few entries as it may. To be asked before it is converted, so that a
  // hostile list costs nothing.
  bool HasAtMost(size_t count, size_t most, std::string_view field);
  void Range(int64_t value, int64_t low, int64_t high, std::string_view field);

  bool empty() const { return !rejection_.has_value(); }
  // The refusal, when anything is wrong.
  std::optional<router::Rejection> Take();

 private:
  std::optional<router::Rejection> rejection_;
};

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_FAULTS_H_
