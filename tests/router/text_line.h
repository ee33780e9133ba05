// What the texts of tests are made of.
#ifndef TANDEM_TESTS_ROUTER_TEXT_LINE_H_
#define TANDEM_TESTS_ROUTER_TEXT_LINE_H_

#include <cstdint>
#include <string>
#include <utility>

#include "router/ids.h"
#include "router/time.h"
#include "tests/router/text.h"

namespace tandem::router {

// A line of "name=value" with a blank before each; what is empty or zero is left out.
class Line {
 public:
  explicit Line(std::string head) : text_(std::move(head)) {}

  Line& Add(const char* name, const std::string& value) {
    if (!value.empty()) text_ += std::string(" ") + name + "=" + value;
    return *this;
  }
  Line& Add(const char* name, Time value) {
    return value.IsSet() ? Add(name, TextOf(value)) : *this;
  }
  Line& Add(const char* name, Duration value) {
    return value.us != 0 ? Add(name, TextOf(value)) : *this;
  }
  Line& Add(const char* name, TicketId value) {
    return value.IsSet() ? Add(name, TextOf(value)) : *this;
  }
  Line& Add(const char* name, OfferId value) {
    return value.IsSet() ? Add(name, TextOf(value)) : *this;
  }
  Line& Add(const char* name, ContactId value) {
    return value.IsSet() ? Add(name, "c" + std::to_string(value.low)) : *this;
  }
  Line& Number(const char* name, int64_t value) {
    return value != 0 ? Add(name, std::to_string(value)) : *this;
  }
  Line& Number(const char* name, uint64_t value) {
    return Number(name, static_cast<int64_t>(value));
  }
  template <typename Enum>
  Line& Code(const char* name, Enum value) {
    return Number(name, static_cast<int64_t>(value));
  }
  Line& Flag(const char* name, bool value) {
    if (value) text_ += std::string(" ") + name;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace tandem::router

#endif  // TANDEM_TESTS_ROUTER_TEXT_LINE_H_
