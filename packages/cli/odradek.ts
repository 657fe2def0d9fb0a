#!/usr/bin/env node
// The same by its TypeScript name; odradek.js starts sooner.
await import('./odradek.js')
