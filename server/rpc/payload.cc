#include "server/rpc/payload.h"

#include <cstdint>
#include <string>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace tandem::rpc {
namespace {

// Looks at a document while it is read, keeps nothing, and stops the reader at the first fault. The
// reader itself does not recurse.
class PayloadReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool has_nul() const { return has_nul_; }
  bool too_deep() const { return depth_ > kMaxPayloadDepth; }

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& text) override { return Look(text); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(size_t /*size*/) override { return ++depth_ <= kMaxPayloadDepth; }
  bool key(string_t& text) override { return Look(text); }
  bool end_object() override { return Leave(); }
  bool start_array(size_t /*size*/) override { return ++depth_ <= kMaxPayloadDepth; }
  bool end_array() override { return Leave(); }
  bool parse_error(size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  bool Look(const string_t& text) {
    has_nul_ = text.find('\0') != string_t::npos;
    return !has_nul_;
  }
  bool Leave() {
    --depth_;
    return true;
  }

  size_t depth_ = 0;
  bool has_nul_ = false;
};

}  // namespace

void CheckPayload(std::string_view payload, std::string_view field, Faults& faults) {
  if (payload.empty()) return;
  PayloadReader reader;
  if (nlohmann::json::sax_parse(payload, &reader)) return;
  if (reader.has_nul()) {
    faults.Add(router::Reason::kTextHasNul, field, "expected text without NUL, but found one");
  } else if (reader.too_deep()) {
    faults.Add(router::Reason::kFieldTooLarge, field,
               fmt::format("expected at most {} levels, but it nests deeper", kMaxPayloadDepth));
  } else {
    faults.Add(router::Reason::kPayloadNotJson, field,
               "expected one JSON document, but it is none");
  }
}

}  // namespace tandem::rpc
