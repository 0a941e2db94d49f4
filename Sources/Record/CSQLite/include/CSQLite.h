#ifndef CSQLITE_H
#define CSQLITE_H

// Makes a connection (sqlite3 *) defend its file: no writing to the schema or to SQLite's own tables by SQL, no functions
// of the schema that could do harm, no views, no text in double quotes, no value or row of more than `longest` bytes. Returns SQLITE_OK or a code of SQLite's.
//
// sqlite3_db_config takes a variable list of arguments, which Swift cannot call.
int csqlite_defend(void *connection, int longest);

#endif
