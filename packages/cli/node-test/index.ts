export * from '@odradek/testing/node-test'
