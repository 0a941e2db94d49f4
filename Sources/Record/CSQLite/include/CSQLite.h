#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

// Makes a connection defend its file: no writing to the schema or to SQLite's own tables by SQL, no functions of the
// schema that could do harm, no views, no text in double quotes, no value or row of more than `longest` bytes. Returns
// SQLITE_OK or a code of SQLite's.
//
// sqlite3_db_config takes a variable list of arguments, which Swift cannot call.
int csqlite_defend(sqlite3 *connection, int longest);

// As sqlite3_bind_text64 and sqlite3_bind_blob64; SQLite keeps a copy, which Swift has no word for.
int csqlite_bind_text(sqlite3_stmt *statement, int place, const char *bytes, sqlite3_uint64 count);
int csqlite_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, sqlite3_uint64 count);

// Codes that are made of others, which Swift does not see.
extern const int csqlite_ioerr_shmopen, csqlite_ioerr_shmsize, csqlite_ioerr_shmlock, csqlite_ioerr_shmmap;

#endif
