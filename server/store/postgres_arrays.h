// Values on their way to and from PostgreSQL: arrays in its binary format, and single values in its
// text format.
#ifndef TANDEM_SERVER_STORE_POSTGRES_ARRAYS_H_
#define TANDEM_SERVER_STORE_POSTGRES_ARRAYS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "router/time.h"

namespace tandem::store {

// The types of columns that we use.
enum class SqlType { kBool, kInt8, kText, kTimestamp, kUuid, kJsonb };

// The array type's name for a cast: "bigint[]".
const char* ArrayTypeName(SqlType type);

// A value that no column can hold, found before it was sent.
class UnstorableValue : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A value in the database that we could not have written.
class CorruptValue : public std::runtime_error {
 public:
  CorruptValue(const char* expected, std::string_view found);
};

// Writes a one-dimensional array, element by element.
class ArrayEncoder {
 public:
  ArrayEncoder(SqlType type, size_t count);

  void Null();
  void Bool(bool value);
  void Int8(int64_t value);
  // Throws UnstorableValue above 63 bits.
  void Count(uint64_t value);
  void Text(std::string_view value);
  void Timestamp(router::Time value);
  void Uuid(uint64_t high, uint64_t low);
  // `value` is JSON text.
  void Jsonb(std::string_view value);

  // The array; an empty one when all elements are NULL. Requires that as many elements were written
  // as were announced.
  std::string Take();

 private:
  void Length(size_t bytes);

  SqlType type_;
  bool only_null_ = true;
  std::string bytes_;
};

// Single values in binary format.
std::string BinaryInt4(int32_t value);
std::string BinaryInt8(int64_t value);
std::string BinaryTimestamp(router::Time value);

// One value of a result in text format; nothing for NULL.
using Cell = std::optional<std::string_view>;

// Each throws CorruptValue when the text has another form, and for NULL.
bool ParseBool(Cell cell);
int64_t ParseInt8(Cell cell);
// Reads what `SET datestyle = ISO; SET timezone = UTC` makes the server write.
router::Time ParseTimestamp(Cell cell);
std::pair<uint64_t, uint64_t> ParseUuid(Cell cell);

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_ARRAYS_H_
