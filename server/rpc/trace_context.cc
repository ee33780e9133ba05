#include "server/rpc/trace_context.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace tandem::rpc {
namespace {

// version "-" trace-id "-" parent-id "-" flags
constexpr size_t kParentBytes = 2 + 1 + 32 + 1 + 16 + 1 + 2;
constexpr size_t kMaxKeyBytes = 256;
constexpr size_t kMaxValueBytes = 256;

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
  });
}

bool IsZero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

bool IsKey(std::string_view key) {
  const auto is_lower_or_digit = [](char letter) {
    return absl::ascii_isdigit(static_cast<unsigned char>(letter)) ||
           (letter >= 'a' && letter <= 'z');
  };
  return !key.empty() && key.size() <= kMaxKeyBytes && is_lower_or_digit(key.front()) &&
         std::all_of(key.begin(), key.end(), [&](char letter) {
           return is_lower_or_digit(letter) ||
                  std::string_view("_-*/@").find(letter) != std::string_view::npos;
         });
}

// Printable, without a comma or an equals sign, not ending with a blank.
bool IsValue(std::string_view value) {
  return !value.empty() && value.size() <= kMaxValueBytes && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), [](char letter) {
           return letter >= ' ' && letter <= '~' && letter != ',' && letter != '=';
         });
}

// key=value, with blanks around it. An empty one is allowed.
bool IsMember(std::string_view member) {
  const size_t first = member.find_first_not_of(" \t");
  if (first == std::string_view::npos) return true;
  member = member.substr(first, member.find_last_not_of(" \t") - first + 1);
  const size_t equals = member.find('=');
  return equals != std::string_view::npos && IsKey(member.substr(0, equals)) &&
         IsValue(member.substr(equals + 1));
}

std::string_view Find(const grpc::ServerContextBase& context, const char* name) {
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range(name);
  // Two of them are as good as none: nobody knows which one is meant.
  if (first == last || std::next(first) != last) return {};
  return {first->second.data(), first->second.size()};
}

}  // namespace

std::optional<TraceContext> ParseTraceParent(std::string_view text) {
  if (text.size() < kParentBytes) return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  const std::string_view trace_id = text.substr(3, 32);
  const std::string_view parent_id = text.substr(36, 16);
  const std::string_view flags = text.substr(53, 2);
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  if (!IsHex(version) || !IsHex(trace_id) || !IsHex(parent_id) || !IsHex(flags)) {
    return std::nullopt;
  }
  if (version == "ff" || IsZero(trace_id) || IsZero(parent_id)) return std::nullopt;
  // Version 00 ends here; later ones may go on behind a dash.
  if (text.size() > kParentBytes && (version == "00" || text[kParentBytes] != '-')) {
    return std::nullopt;
  }
  const char last = flags.back();
  const int low_digit = last <= '9' ? last - '0' : last - 'a' + 10;
  return TraceContext{.trace_id = std::string(trace_id),
                      .parent_id = std::string(parent_id),
                      .sampled = (low_digit & 1) != 0,
                      .state = {}};
}

bool IsTraceState(std::string_view text) {
  if (text.empty() || text.size() > TraceContext::kMaxStateBytes) return false;
  size_t members = 0;
  for (size_t begin = 0; begin <= text.size(); ++members) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (!IsMember(text.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return members <= TraceContext::kMaxStateMembers;
}

std::string ToTraceParent(const TraceContext& trace) {
  if (trace.trace_id.empty()) return "";
  return absl::StrCat("00-", trace.trace_id, "-", trace.parent_id, trace.sampled ? "-01" : "-00");
}

TraceContext TraceContextOf(const grpc::ServerContextBase& context) {
  std::optional<TraceContext> trace = ParseTraceParent(Find(context, "traceparent"));
  // Without a parent there is nothing that the state could be of.
  if (!trace) return {};
  const std::string_view state = Find(context, "tracestate");
  if (IsTraceState(state)) trace->state = state;
  return *std::move(trace);
}

}  // namespace tandem::rpc
