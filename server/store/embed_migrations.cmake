# Writes a C++ source that holds the migrations.
#   cmake -DOUTPUT=<file> -DMIGRATIONS=<file>,<file>… -P embed_migrations.cmake
# Files are numbered from 0001 without gaps; the numbers give the order.
string(REPLACE "," ";" files "${MIGRATIONS}")
set(entries "")
set(number 0)
foreach(file IN LISTS files)
  math(EXPR number "${number} + 1")
  get_filename_component(name "${file}" NAME_WE)
  if(NOT name MATCHES "^0*${number}_[a-z0-9_]+$")
    message(FATAL_ERROR "expected migration ${number}, but the list has ${name}")
  endif()
  file(READ "${file}" sql)
  string(APPEND entries "    {${number}, \"${name}\", R\"migration(${sql})migration\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from server/store/migrations; do not edit.
#include \"server/store/postgres_migrate.h\"

namespace tandem::store {

std::span<const Migration> Migrations() {
  static const Migration kMigrations[] = {
${entries}  };
  return kMigrations;
}

}  // namespace tandem::store
")
