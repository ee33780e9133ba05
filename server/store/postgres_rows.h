// The tables: which column holds which field of which row. The one place that knows.
//
// A Table lists its columns; what is generated from the list, the statements that write rows and
// the code that reads them back, can't disagree about a name, a type or an order.
//
// An unset instant or id and an empty text are NULL, unless the column is part of a key.
#ifndef TANDEM_SERVER_STORE_POSTGRES_ROWS_H_
#define TANDEM_SERVER_STORE_POSTGRES_ROWS_H_

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "router/rows.h"
#include "server/store/postgres_arrays.h"
#include "server/store/postgres_configuration.h"
#include "server/store/store.h"

namespace tandem::store {

template <typename Row>
struct Column {
  const char* name;
  SqlType type;
  // Appends the field of each row. May throw UnstorableValue.
  std::function<void(std::span<const Row* const>, ArrayEncoder&)> write;
  // Sets the field. May throw CorruptValue.
  std::function<void(Cell, Row&)> read;
};

template <typename Row>
struct Table {
  const char* name;    // with its schema
  size_t key_columns;  // the first ones
  std::vector<Column<Row>> columns;
};

// A workspace and the shard it is in; the resources of its configuration are rows of their own.
struct WorkspaceRecord {
  Shard shard = 0;
  router::WorkspaceRow row;
};

const Table<WorkspaceRecord>& WorkspaceTable();
const Table<ResourceRecord>& ResourceTable();
const Table<router::AgentRow>& AgentTable();
const Table<router::TicketStateRow>& TicketStateTable();
const Table<router::TicketDetailRow>& TicketDetailTable();
// What a live view needs of a ticket's state, and of the ticket itself; for reading only.
const Table<LiveTicket>& LiveStateTable();
const Table<LiveTicket>& LiveTicketTable();
const Table<router::TicketRow>& TicketTable();
const Table<router::ContactRow>& ContactTable();
const Table<router::EventRow>& EventTable();
const Table<router::VisitRow>& VisitTable();
const Table<router::SegmentRow>& SegmentTable();
const Table<router::AgentIntervalRow>& AgentIntervalTable();
const Table<router::MessageRow>& MessageTable();
const Table<router::NoteRow>& NoteTable();
const Table<router::SurveyRow>& SurveyTable();
const Table<RequestRow>& RequestTable();
// Of a contact and its ticket what a look-up by external ids gives.
const Table<KnownContact>& KnownContactTable();

// "a.workspace, a.agent, …": the columns as a select list, with the alias of the table.
template <typename Row>
std::string SelectList(const Table<Row>& table, const std::string& alias) {
  std::string list;
  for (const Column<Row>& column : table.columns) {
    if (!list.empty()) list += ", ";
    list += alias + "." + column.name;
  }
  return list;
}

// "INSERT INTO … SELECT unnest($1), unnest($2) …": one array parameter for each column.
//
// In the select list the arrays are walked in step, and each row is made once. As one function in
// FROM they would be laid down in a tuplestore and read back: a third of what a wide row costs.
// They are of one length, but for those of columns that are NULL in every row, which are empty:
// PostgreSQL fills in NULL for the elements of a shorter one, and neither reads nor walks them.
template <typename Row>
std::string InsertStatement(const Table<Row>& table) {
  std::string names, values;
  int number = 0;
  for (const Column<Row>& column : table.columns) {
    if (++number > 1) {
      names += ", ";
      values += ", ";
    }
    names += column.name;
    values += "unnest($" + std::to_string(number) + "::" + ArrayTypeName(column.type) + ")";
  }
  return std::string("INSERT INTO ") + table.name + " (" + names + ") SELECT " + values;
}

// The same, replacing the rows of the same key.
template <typename Row>
std::string UpsertStatement(const Table<Row>& table) {
  std::string key, assignments;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const std::string name = table.columns[i].name;
    if (i < table.key_columns) {
      key += (i == 0 ? "" : ", ") + name;
    } else {
      assignments += (i == table.key_columns ? "" : ", ") + name + " = excluded." + name;
    }
  }
  return InsertStatement(table) + " ON CONFLICT (" + key + ") DO UPDATE SET " + assignments;
}

// The first `columns` columns of the rows, each as an array in binary format.
template <typename Row>
std::vector<std::string> Encode(const Table<Row>& table, std::span<const Row* const> rows,
                                size_t columns) {
  std::vector<std::string> arrays;
  arrays.reserve(columns);
  for (size_t i = 0; i < columns; ++i) {
    ArrayEncoder encoder(table.columns[i].type, rows.size());
    table.columns[i].write(rows, encoder);
    arrays.push_back(encoder.Take());
  }
  return arrays;
}

template <typename Row, typename CellAt>
void DecodeInto(const Table<Row>& table, size_t first, const CellAt& cell, Row& row) {
  for (size_t i = 0; i < table.columns.size(); ++i) table.columns[i].read(cell(first + i), row);
}

// Reads a row from a result that has the columns of the table from `first` on; `cell(i)` is the
// Cell of column i.
template <typename Row, typename CellAt>
Row Decode(const Table<Row>& table, size_t first, const CellAt& cell) {
  Row row;
  DecodeInto(table, first, cell, row);
  return row;
}

}  // namespace tandem::store

#endif  // TANDEM_SERVER_STORE_POSTGRES_ROWS_H_
