// picohttpparser on the same heads as wasm.ts: `native FILE WARM_UP DURATION`, milliseconds of CPU time. FILE holds, for
// each head, its size as four octets (little endian) and the head. Prints one line of JSON: nanoseconds for each head.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "picohttpparser.h"

#define MAX_HEADS 1024
#define MAX_LINES 256

static const char *heads[MAX_HEADS];
static size_t sizes[MAX_HEADS];
static size_t count;

static int parse(size_t i) {
  struct phr_header lines[MAX_LINES];
  size_t line_count = MAX_LINES, reason_size;
  const char *reason;
  int minor, status;
  return phr_parse_response(heads[i], sizes[i], &minor, &status, &reason, &reason_size, lines, &line_count, 0);
}

static double repeat(double milliseconds) {
  clock_t end = clock() + (clock_t)(milliseconds * CLOCKS_PER_SEC / 1000);
  clock_t start = clock(), now = start;
  size_t parsed = 0;
  while (now < end) {
    // As many as wasm.ts parses before it looks at the clock.
    for (size_t done = 0; done < 512; done += count)
      for (size_t i = 0; i < count; i++) {
        if (parse(i) < 0) exit(1);
        parsed++;
      }
    now = clock();
  }
  return (double)(now - start) * 1e9 / CLOCKS_PER_SEC / (double)parsed;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (!file) return 2;
  unsigned char prefix[4];
  while (count < MAX_HEADS && fread(prefix, 1, 4, file) == 4) {
    size_t size = prefix[0] | prefix[1] << 8 | prefix[2] << 16 | (size_t)prefix[3] << 24;
    char *head = malloc(size);
    if (!head || fread(head, 1, size, file) != size) return 2;
    heads[count] = head;
    sizes[count++] = size;
  }
  fclose(file);
  if (count == 0) return 2;
  repeat(atof(argv[2]));
  printf("{\"type\":\"result\",\"nanoseconds\":%f}\n", repeat(atof(argv[3])));
  return 0;
}
