#include "CSQLite.h"

#include <sqlite3.h>
#include <stddef.h>

int csqlite_defend(void *connection, int longest) {
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
