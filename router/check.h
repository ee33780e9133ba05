// The checks of what comes from outside, before it reaches the router.
//
// Pure functions without state: call them from any thread. Each looks at one request's values
// alone; what depends on the workspace's state is checked by the router. A function that finds a
// fault returns a rejection that names every faulty field; paths start at `prefix`.
#ifndef TANDEM_ROUTER_CHECK_H_
#define TANDEM_ROUTER_CHECK_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/contact.h"
#include "router/model.h"
#include "router/rejection.h"
#include "router/time.h"

namespace tandem::router {

// An id chosen by a caller: 1 to 64 of a-z 0-9 . _ -, the first a letter or digit.
[[nodiscard]] bool IsResourceId(std::string_view id);
// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool IsUtf8(std::string_view text);
// The tag in canonical case when it is a well-formed BCP 47 tag (RFC 5646, without grandfathered
// tags).
[[nodiscard]] std::optional<std::string> CanonicalLanguageTag(std::string_view tag);

// An id field.
[[nodiscard]] std::optional<Rejection> CheckId(std::string_view id, std::string_view field);
// A free text: size, UTF-8, no NUL. May be empty.
[[nodiscard]] std::optional<Rejection> CheckText(std::string_view text, size_t max_bytes,
                                                 std::string_view field);
// A contact. One that names an entry point may leave out its client and its process type.
// `contact.language` and the tags of its requirement are put into canonical form, its
// requirement too.
[[nodiscard]] std::optional<Rejection> CheckContact(NewContact& contact, Time now,
                                                    std::string_view prefix);
// What the follow-up at a place of its list, which is at the path, comes after, besides `others`
// tickets that it waits for.
[[nodiscard]] std::optional<Rejection> CheckAfter(const std::vector<uint32_t>& after, size_t place,
                                                  size_t others, std::string_view path);
// What a ticket asks, which is put into canonical form.
[[nodiscard]] std::optional<Rejection> CheckRequirement(Requirement& requirement,
                                                        std::string_view field);
// A configuration: limits, ids, duplicates, references. Tags are put into canonical form,
// requirements too.
[[nodiscard]] std::optional<Rejection> CheckConfiguration(Configuration& configuration,
                                                          std::string_view prefix);
// Fills in every default of a configuration that passed CheckConfiguration, including the built-in
// channels.
void FillDefaults(Configuration& configuration);

// --- one by one ---

// Which resources there are to be named.
class References {
 public:
  virtual ~References() = default;
  virtual bool Has(ResourceKind kind, std::string_view id) const = 0;
  // The id of the resource that has the ContactKey; empty: none has it.
  virtual std::string HolderOf(ResourceKind kind, const std::string& contact_key) const = 0;
  // The queue that the queue overflows to when it is closed; empty: none.
  virtual std::string OverflowOf(const std::string& queue) const = 0;
  // Null: there is none.
  virtual const ProcessType* FindProcessType(const std::string& /*id*/) const { return nullptr; }
  // How many queues at most a ticket has been in that overflowed into the queue, one after the
  // other; 0 where each queue is looked at from itself.
  virtual uint32_t HopsTo(const std::string& /*queue*/) const { return 0; }
};
// The urgency of a queue that there is.
using UrgencyOf = std::function<Urgency(const std::string& queue)>;

// What CheckConfiguration checks of one resource, which may also name itself. Paths start with the
// name of its kind: "agent.skills[0].level".
[[nodiscard]] std::optional<Rejection> CheckResource(Resource& resource,
                                                     const References& references);
[[nodiscard]] std::optional<Rejection> CheckSettings(const WorkspaceSettings& settings,
                                                     std::string_view prefix);
// Fill in the defaults of what passed.
void FillDefaults(Resource& resource, const WorkspaceSettings& settings,
                  const UrgencyOf& urgency_of);
void FillDefaults(WorkspaceSettings& settings);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_CHECK_H_
