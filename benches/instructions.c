/* Lets a program that runs under callgrind say where its counting starts and where a part of it ends, and takes chance
   out of the counts: whoever asks the system for random bytes gets the same ones in each run. It is loaded before the C
   library (LD_PRELOAD), whose function it stands in front of. */
#include <stdint.h>
#include <sys/types.h>
#include <valgrind/callgrind.h>

void start_counting(void) { CALLGRIND_START_INSTRUMENTATION; }

void end_part(const char *name) { CALLGRIND_DUMP_STATS_AT(name); }

/* Bytes of SplitMix64, from a seed with which the counts lie in the middle of those that others give. */
ssize_t getrandom(void *buffer, size_t length, unsigned int flags) {
    static uint64_t state = 3;
    (void)flags;
    for (size_t at = 0; at < length; at++) {
        uint64_t mixed = state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        ((uint8_t *)buffer)[at] = (uint8_t)(mixed ^ (mixed >> 31));
    }
    return (ssize_t)length;
}
