export { default } from '@odradek/testing/jest'
