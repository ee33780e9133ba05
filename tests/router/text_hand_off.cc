#include <string>

#include "router/hand_off.h"
#include "tests/router/text.h"

namespace tandem::router {

// "bot1@10.000s:0.410:asked:'wants a person'"
std::string TextOf(const HandOff& hand_off) {
  return hand_off.agent + "@" + TextOf(hand_off.at) + ":" +
         (hand_off.confidence_milli ? std::to_string(*hand_off.confidence_milli) : "unsaid") + ":" +
         hand_off.reason + ":'" + hand_off.summary + "'";
}

}  // namespace tandem::router
