/** Where a core learns what time it is. Cores never ask the system themselves, so that a simulator can. */
export interface Clock {
  /** Milliseconds since 1970, as written into records. May jump in either direction. */
  now(): number
  /** Milliseconds since some start, for every time-out. Never goes back. */
  monotonic(): number
}
