// How a field of a row becomes a column: one function for each kind of field.
//
// Each takes the column's name and an access to the field: a member pointer, or a function from the
// row to a reference that works on const rows too.
#ifndef TANDEM_SERVER_STORE_POSTGRES_COLUMNS_H_
#define TANDEM_SERVER_STORE_POSTGRES_COLUMNS_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include "router/ids.h"
#include "router/time.h"
#include "server/store/postgres_arrays.h"
#include "server/store/postgres_names.h"
#include "server/store/postgres_rows.h"

namespace tandem::store {

template <typename Row>
class ColumnsOf {
 public:
  using ColumnOf = Column<Row>;

  // A text of a key: never NULL.
  static ColumnOf Key(const char* name, auto access) {
    return Make(
        name, SqlType::kText, access,
        [](const std::string& value, ArrayEncoder& to) { to.Text(value); },
        [](Cell cell, std::string& value) { value = TextOf(cell); });
  }

  // A text; empty is NULL.
  static ColumnOf Text(const char* name, auto access) {
    return Make(
        name, SqlType::kText, access,
        [](const std::string& value, ArrayEncoder& to) {
          value.empty() ? to.Null() : to.Text(value);
        },
        [](Cell cell, std::string& value) { value = cell ? std::string(*cell) : std::string(); });
  }

  // A UUID of a key: never NULL.
  static ColumnOf KeyUuid(const char* name, auto access) {
    return Make(
        name, SqlType::kUuid, access,
        [](const auto& id, ArrayEncoder& to) { to.Uuid(id.high, id.low); },
        [](Cell cell, auto& id) { std::tie(id.high, id.low) = ParseUuid(cell); });
  }

  // A UUID; unset is NULL.
  static ColumnOf Uuid(const char* name, auto access) {
    return Make(
        name, SqlType::kUuid, access,
        [](const auto& id, ArrayEncoder& to) { id.IsSet() ? to.Uuid(id.high, id.low) : to.Null(); },
        [](Cell cell, auto& id) {
          if (cell) std::tie(id.high, id.low) = ParseUuid(cell);
        });
  }

  // An integer of any width and sign.
  static ColumnOf Number(const char* name, auto access) {
    return Make(
        name, SqlType::kInt8, access,
        [](const auto& value, ArrayEncoder& to) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, uint64_t>) {
            to.Count(value);
          } else {
            to.Int8(value);
          }
        },
        [](Cell cell, auto& value) {
          using Integer = std::decay_t<decltype(value)>;
          const int64_t number = ParseInt8(cell);
          if (!std::in_range<Integer>(number)) throw CorruptValue("a number in range", *cell);
          value = static_cast<Integer>(number);
        });
  }

  // A number; 0 is NULL.
  static ColumnOf NumberOrNone(const char* name, auto access) {
    return Make(
        name, SqlType::kInt8, access,
        [](int64_t value, ArrayEncoder& to) { value != 0 ? to.Int8(value) : to.Null(); },
        [](Cell cell, auto& value) {
          using Integer = std::decay_t<decltype(value)>;
          const int64_t number = cell ? ParseInt8(cell) : 0;
          if (!std::in_range<Integer>(number)) throw CorruptValue("a number in range", *cell);
          value = static_cast<Integer>(number);
        });
  }

  // An instant; unset is NULL.
  static ColumnOf Instant(const char* name, auto access) {
    return Make(
        name, SqlType::kTimestamp, access,
        [](const router::Time& value, ArrayEncoder& to) {
          value.IsSet() ? to.Timestamp(value) : to.Null();
        },
        [](Cell cell, router::Time& value) {
          value = cell ? ParseTimestamp(cell) : router::Time{};
        });
  }

  // A span, in microseconds.
  static ColumnOf Span(const char* name, auto access) {
    return Make(
        name, SqlType::kInt8, access,
        [](const router::Duration& value, ArrayEncoder& to) { to.Int8(value.us); },
        [](Cell cell, router::Duration& value) { value.us = ParseInt8(cell); });
  }

  // A span that may be absent: NULL.
  static ColumnOf OptionalSpan(const char* name, auto access) {
    return Make(
        name, SqlType::kInt8, access,
        [](const std::optional<router::Duration>& value, ArrayEncoder& to) {
          value ? to.Int8(value->us) : to.Null();
        },
        [](Cell cell, std::optional<router::Duration>& value) {
          value = cell ? std::optional(router::Duration{ParseInt8(cell)}) : std::nullopt;
        });
  }

  static ColumnOf Flag(const char* name, auto access) {
    return Make(
        name, SqlType::kBool, access, [](bool value, ArrayEncoder& to) { to.Bool(value); },
        [](Cell cell, bool& value) { value = ParseBool(cell); });
  }

  // A flag that may be absent: NULL.
  static ColumnOf OptionalFlag(const char* name, auto access) {
    return Make(
        name, SqlType::kBool, access,
        [](const std::optional<bool>& value, ArrayEncoder& to) {
          value ? to.Bool(*value) : to.Null();
        },
        [](Cell cell, std::optional<bool>& value) {
          value = cell ? std::optional(ParseBool(cell)) : std::nullopt;
        });
  }

  // An enum, by the name of its value.
  static ColumnOf Named(const char* name, auto access) {
    return Make(
        name, SqlType::kText, access,
        [](const auto& value, ArrayEncoder& to) { to.Text(NameOf(value)); },
        [](Cell cell, auto& value) {
          value = FromName<std::decay_t<decltype(value)>>(TextOf(cell));
        });
  }

  // Anything that is stored as JSON. Empty is NULL, if the type can be empty and `null_if_empty`.
  static ColumnOf Json(const char* name, auto access, auto to_json, auto from_json,
                       bool null_if_empty = false) {
    return Make(
        name, SqlType::kJsonb, access,
        [to_json, null_if_empty](const auto& value, ArrayEncoder& to) {
          if constexpr (requires { value.empty(); }) {
            if (null_if_empty && value.empty()) return to.Null();
          }
          to.Jsonb(to_json(value));
        },
        [from_json](Cell cell, auto& value) {
          if (cell) value = from_json(*cell);
        });
  }

  // The same, of something that may be absent: NULL.
  static ColumnOf OptionalJson(const char* name, auto access, auto to_json, auto from_json) {
    return Make(
        name, SqlType::kJsonb, access,
        [to_json](const auto& value, ArrayEncoder& to) {
          value ? to.Jsonb(to_json(*value)) : to.Null();
        },
        [from_json](Cell cell, auto& value) {
          if (cell) value = from_json(*cell);
        });
  }

 private:
  static std::string TextOf(Cell cell) {
    if (!cell) throw CorruptValue("a text", "NULL");
    return std::string(*cell);
  }

  static ColumnOf Make(const char* name, SqlType type, auto access, auto write, auto read) {
    return {name, type,
            [access, write](std::span<const Row* const> rows, ArrayEncoder& to) {
              for (const Row* row : rows) write(std::invoke(access, *row), to);
            },
            [access, read](Cell cell, Row& row) { read(cell, std::invoke(access, row)); }};
  }
};

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_COLUMNS_H_
