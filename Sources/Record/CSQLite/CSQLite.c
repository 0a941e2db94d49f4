#include "CSQLite.h"

#include <stddef.h>

int csqlite_defend(sqlite3 *connection, int longest) {
  sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, longest);
  static const struct { int option, value; } settings[] = {
      {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1},
      {SQLITE_DBCONFIG_ENABLE_VIEW, 0},    {SQLITE_DBCONFIG_DQS_DDL, 0},
      {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
  };
  for (size_t index = 0; index < sizeof settings / sizeof *settings; index += 1) {
    int code = sqlite3_db_config(connection, settings[index].option, settings[index].value, NULL);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int csqlite_bind_text(sqlite3_stmt *statement, int place, const char *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, place, bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int csqlite_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, place, bytes, count, SQLITE_TRANSIENT);
}

const int csqlite_ioerr_shmopen = SQLITE_IOERR_SHMOPEN, csqlite_ioerr_shmsize = SQLITE_IOERR_SHMSIZE,
          csqlite_ioerr_shmlock = SQLITE_IOERR_SHMLOCK, csqlite_ioerr_shmmap = SQLITE_IOERR_SHMMAP;
