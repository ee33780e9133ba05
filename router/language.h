// Language tags: BCP 47 (RFC 5646) in canonical case, and when one answers another.
#ifndef TANDEM_ROUTER_LANGUAGE_H_
#define TANDEM_ROUTER_LANGUAGE_H_

#include <string_view>

namespace tandem::router {

// True when a person who has `have` can serve who asks for `ask`: either tag is a prefix of the
// other, by whole subtags. Both must be canonical. Scripts can't conflict then: where both name a
// script it is the same.
//   matches: ("fr", "fr-CA"), ("fr-CA", "fr"), ("zh", "zh-Hans")
//   does not match: ("zh-Hant", "zh-Hans"), ("pt-BR", "pt-PT"), ("fr", "frr")
bool LanguageMatches(std::string_view ask, std::string_view have);

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_LANGUAGE_H_
