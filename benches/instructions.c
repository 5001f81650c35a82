/* Lets a program that runs under callgrind say where its counting starts and where a part of it ends. */
#include <valgrind/callgrind.h>

void start_counting(void) { CALLGRIND_START_INSTRUMENTATION; }

void end_part(const char *name) { CALLGRIND_DUMP_STATS_AT(name); }
