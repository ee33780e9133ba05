// A workspace's settings between messages and the router: a configuration has their fields, too;
// and clients' fair shares, which explanations have, too.
// Stateless; any thread.
#ifndef TANDEM_SERVER_RPC_CONVERT_SETTINGS_H_
#define TANDEM_SERVER_RPC_CONVERT_SETTINGS_H_

#include <string>

#include "router/model.h"
#include "server/rpc/convert_types.h"
#include "tandem/v1/configuration.pb.h"

namespace tandem::rpc {

// Adds faults under `path`.
template <typename Message>
void ConvertSettings(const Message& message, const std::string& path, router::WorkspaceSettings& to,
                     Faults& faults) {
  to.time_zone = message.time_zone();
  CheckTimeZone(to.time_zone, path + ".time_zone", faults);
  if (message.has_session_grace()) {
    to.session_grace = ToDuration(message.session_grace(), path + ".session_grace", faults);
  }
  if (message.has_cool_down()) {
    to.cool_down = ToDuration(message.cool_down(), path + ".cool_down", faults);
  }
  const v1::ReturnLimits& limits = message.return_after();
  const auto convert = [&](router::CapacityGroup group, bool has, const auto& limit) {
    if (!has) return;
    to.return_after[static_cast<size_t>(group)] =
        ToDuration(limit, path + ".return_after." + router::FieldNameOf(group), faults);
  };
  using router::CapacityGroup;
  convert(CapacityGroup::kVoice, limits.has_voice(), limits.voice());
  convert(CapacityGroup::kMessaging, limits.has_messaging(), limits.messaging());
  convert(CapacityGroup::kEmail, limits.has_email(), limits.email());
  convert(CapacityGroup::kTask, limits.has_task(), limits.task());
}

template <typename Message>
void FillSettings(const router::WorkspaceSettings& settings, Message& to) {
  to.set_time_zone(settings.time_zone);
  if (settings.session_grace) {
    *to.mutable_session_grace() = ToProtoDuration(*settings.session_grace);
  }
  if (settings.cool_down) *to.mutable_cool_down() = ToProtoDuration(*settings.cool_down);
  const auto fill = [&](router::CapacityGroup group, auto mutable_limit) {
    const auto& limit = settings.return_after[static_cast<size_t>(group)];
    if (limit) *(to.mutable_return_after()->*mutable_limit)() = ToProtoDuration(*limit);
  };
  using router::CapacityGroup;
  fill(CapacityGroup::kVoice, &v1::ReturnLimits::mutable_voice);
  fill(CapacityGroup::kMessaging, &v1::ReturnLimits::mutable_messaging);
  fill(CapacityGroup::kEmail, &v1::ReturnLimits::mutable_email);
  fill(CapacityGroup::kTask, &v1::ReturnLimits::mutable_task);
}

inline router::FairShare FromProto(const v1::FairShare& message) {
  return {.weight = message.weight(), .floor = message.floor(), .ceiling = message.ceiling()};
}

inline v1::FairShare ToProto(const router::FairShare& share) {
  v1::FairShare message;
  message.set_weight(share.weight);
  message.set_floor(share.floor);
  message.set_ceiling(share.ceiling);
  return message;
}

}  // namespace tandem::rpc

#endif  // TANDEM_SERVER_RPC_CONVERT_SETTINGS_H_
