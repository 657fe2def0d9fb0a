export * from '@odradek/testing/vitest'
