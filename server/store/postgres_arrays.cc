#include "server/store/postgres_arrays.h"

#include <charconv>
#include <cstdlib>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

#include "router/ids.h"

namespace tandem::store {
namespace {

// Type numbers of pg_type.dat; they are fixed for all time.
uint32_t ElementType(SqlType type) {
  switch (type) {
    case SqlType::kBool:
      return 16;
    case SqlType::kInt8:
      return 20;
    case SqlType::kText:
      return 25;
    case SqlType::kTimestamp:
      return 1184;
    case SqlType::kUuid:
      return 2950;
    case SqlType::kJsonb:
      return 3802;
  }
  std::abort();
}

// 2000-01-01, from where PostgreSQL counts.
constexpr int64_t kPostgresEpochUs = 946'684'800'000'000;

// `value` is unsigned.
template <typename Integer>
void AppendBigEndian(std::string& bytes, Integer value) {
  char ordered[sizeof(value)];
  for (size_t i = sizeof(value); i > 0; --i) {
    ordered[i - 1] = static_cast<char>(static_cast<uint8_t>(value));
    value = static_cast<Integer>(value >> 8);
  }
  bytes.append(ordered, sizeof(value));
}

int64_t ToPostgresTime(router::Time value) {
  if (value.us < std::numeric_limits<int64_t>::min() + kPostgresEpochUs) {
    throw UnstorableValue(absl::StrCat("expected a later instant than ", value.us, " us"));
  }
  return value.us - kPostgresEpochUs;
}

std::string_view NotNull(Cell cell) {
  if (!cell) throw CorruptValue("a value", "NULL");
  return *cell;
}

// Takes digits off the front of `text`, at least one.
int64_t TakeNumber(std::string_view& text, std::string_view whole) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) {
    throw CorruptValue("a timestamp", whole);
  }
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

void TakeMark(std::string_view& text, char mark, std::string_view whole) {
  if (text.empty() || text.front() != mark) {
    throw CorruptValue("a timestamp", whole);
  }
  text.remove_prefix(1);
}

}  // namespace

const char* ArrayTypeName(SqlType type) {
  switch (type) {
    case SqlType::kBool:
      return "boolean[]";
    case SqlType::kInt8:
      return "bigint[]";
    case SqlType::kText:
      return "text[]";
    case SqlType::kTimestamp:
      return "timestamptz[]";
    case SqlType::kUuid:
      return "uuid[]";
    case SqlType::kJsonb:
      return "jsonb[]";
  }
  std::abort();
}

CorruptValue::CorruptValue(const char* expected, std::string_view found)
    : std::runtime_error(
          absl::StrCat("expected ", expected, ", but found '", std::string(found), "'")) {}

// ---------------------------------------------------------------------------------------- encoding

ArrayEncoder::ArrayEncoder(SqlType type, size_t count) : type_(type) {
  if (count > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    throw UnstorableValue("expected an array of less than 2^31 elements");
  }
  bytes_.reserve(20 + count * 16);
  AppendBigEndian<uint32_t>(bytes_, count == 0 ? 0 : 1);  // dimensions
  AppendBigEndian<uint32_t>(bytes_, 1);                   // may hold NULL
  AppendBigEndian<uint32_t>(bytes_, ElementType(type));
  if (count == 0) return;
  AppendBigEndian<uint32_t>(bytes_, static_cast<uint32_t>(count));
  AppendBigEndian<uint32_t>(bytes_, 1);  // first subscript
}

std::string ArrayEncoder::Take() {
  return only_null_ ? ArrayEncoder(type_, 0).bytes_ : std::move(bytes_);
}

void ArrayEncoder::Length(size_t bytes) {
  only_null_ = false;
  if (bytes > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    throw UnstorableValue("expected a value of less than 2 GiB");
  }
  AppendBigEndian<uint32_t>(bytes_, static_cast<uint32_t>(bytes));
}

void ArrayEncoder::Null() {
  AppendBigEndian<uint32_t>(bytes_, 0xffffffff);
}

void ArrayEncoder::Bool(bool value) {
  Length(1);
  bytes_.push_back(value ? '\1' : '\0');
}

void ArrayEncoder::Int8(int64_t value) {
  Length(8);
  AppendBigEndian<uint64_t>(bytes_, static_cast<uint64_t>(value));
}

void ArrayEncoder::Count(uint64_t value) {
  if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    throw UnstorableValue(absl::StrCat("expected a count of 63 bits, but it is ", value));
  }
  Int8(static_cast<int64_t>(value));
}

void ArrayEncoder::Text(std::string_view value) {
  Length(value.size());
  bytes_.append(value);
}

void ArrayEncoder::Timestamp(router::Time value) {
  Int8(ToPostgresTime(value));
}

void ArrayEncoder::Uuid(uint64_t high, uint64_t low) {
  Length(16);
  AppendBigEndian(bytes_, high);
  AppendBigEndian(bytes_, low);
}

void ArrayEncoder::Jsonb(std::string_view value) {
  Length(value.size() + 1);
  bytes_.push_back('\1');  // version of the format
  bytes_.append(value);
}

std::string BinaryInt4(int32_t value) {
  std::string bytes;
  AppendBigEndian(bytes, static_cast<uint32_t>(value));
  return bytes;
}

std::string BinaryInt8(int64_t value) {
  std::string bytes;
  AppendBigEndian(bytes, static_cast<uint64_t>(value));
  return bytes;
}

std::string BinaryTimestamp(router::Time value) {
  return BinaryInt8(ToPostgresTime(value));
}

// ----------------------------------------------------------------------------------------- parsing

bool ParseBool(Cell cell) {
  const std::string_view text = NotNull(cell);
  if (text == "t") return true;
  if (text == "f") return false;
  throw CorruptValue("a boolean", text);
}

int64_t ParseInt8(Cell cell) {
  const std::string_view text = NotNull(cell);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw CorruptValue("a number", text);
  }
  return value;
}

// "2026-11-23 08:15:00.25+00", "0044-03-15 12:00:00+00 BC"
router::Time ParseTimestamp(Cell cell) {
  const std::string_view whole = NotNull(cell);
  std::string_view text = whole;
  const bool before_christ = text.ends_with(" BC");
  if (before_christ) text.remove_suffix(3);
  int64_t year = TakeNumber(text, whole);
  if (before_christ) year = 1 - year;
  TakeMark(text, '-', whole);
  const int64_t month = TakeNumber(text, whole);
  TakeMark(text, '-', whole);
  const int64_t day = TakeNumber(text, whole);
  TakeMark(text, ' ', whole);
  const int64_t hour = TakeNumber(text, whole);
  TakeMark(text, ':', whole);
  const int64_t minute = TakeNumber(text, whole);
  TakeMark(text, ':', whole);
  const int64_t second = TakeNumber(text, whole);
  int64_t fraction_us = 0;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const size_t before = text.size();
    fraction_us = TakeNumber(text, whole);
    for (size_t digits = before - text.size(); digits < 6; ++digits) fraction_us *= 10;
  }
  if (text != "+00") {
    throw CorruptValue("a timestamp in UTC", whole);
  }
  const int64_t days = absl::CivilDay(year, month, day) - absl::CivilDay(1970, 1, 1);
  // Not multiplied out to microseconds at once: the day of the last instant ends beyond 64 bits.
  const int64_t seconds = days * 86'400 + hour * 3'600 + minute * 60 + second;
  return {seconds * 1'000'000 + fraction_us};
}

std::pair<uint64_t, uint64_t> ParseUuid(Cell cell) {
  const std::string_view text = NotNull(cell);
  if (text == "00000000-0000-0000-0000-000000000000") return {0, 0};
  const auto parts = router::ParseUuid(text);
  if (!parts) throw CorruptValue("a UUID", text);
  return *parts;
}

}  // namespace tandem::store
