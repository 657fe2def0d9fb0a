export * from '@odradek/testing/test-broker'
