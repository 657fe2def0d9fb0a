import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configWith } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { advertisedFor, listenersOf } from './listeners.ts'
import { networkConfig } from './network-settings.ts'

const parse = (listeners: string, advertised?: string, map?: string, controllers?: readonly string[]) =>
  listenersOf(
    configWith(networkConfig, {
      listeners: listeners.split(','),
      ...(advertised === undefined ? {} : { 'advertised.listeners': advertised.split(',') }),
      ...(map === undefined ? {} : { 'listener.security.protocol.map': map }),
    }),
    controllers,
  )

describe('listeners', () => {
  test('without settings there is one, PLAINTEXT on port 9092 of all interfaces', () => {
    assert.deepEqual(listenersOf(configWith(networkConfig)), [
      { name: 'PLAINTEXT', protocol: 'PLAINTEXT', host: undefined, port: 9092, advertised: undefined },
    ])
  })

  test('may be several, with names of their own, over both families', () => {
    const listeners = parse(
      'internal://10.0.0.1:9092,external://:9094,V4://127.0.0.1:9095,V6://[::1]:9095,ANY://[::]:0,OLD://0.0.0.0:0',
      'EXTERNAL://kafka.example.org:443',
      'INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT,V4:PLAINTEXT,v6:plaintext,ANY:PLAINTEXT,OLD:PLAINTEXT',
    )
    assert.deepEqual(
      listeners.map(({ name, host, port, advertised }) => [name, host, port, advertised?.host, advertised?.port]),
      [
        ['INTERNAL', '10.0.0.1', 9092, undefined, undefined],
        ['EXTERNAL', undefined, 9094, 'kafka.example.org', 443],
        ['V4', '127.0.0.1', 9095, undefined, undefined],
        ['V6', '::1', 9095, undefined, undefined],
        ['ANY', undefined, 0, undefined, undefined],
        ['OLD', '0.0.0.0', 0, undefined, undefined],
      ],
    )
  })

  test('of a server.properties made for Kafka work: those of its controllers are left out', () => {
    const listeners = parse(
      'PLAINTEXT://:9092,CONTROLLER://:9093',
      'PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093',
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
      ['CONTROLLER'],
    )
    assert.deepEqual(
      listeners.map(({ name, advertised }) => [name, advertised?.host]),
      [['PLAINTEXT', 'localhost']],
    )
  })

  for (const [what, wrong, says] of [
    ['not understood', ['localhost:9092'], /write NAME:\/\/host:port/],
    ['with an impossible port', ['PLAINTEXT://:70000'], /write NAME:\/\/host:port/],
    ['with a name nobody has mapped', ['CLIENTS://:9092'], /add CLIENTS:PLAINTEXT to listener\.security\.protocol\.map/],
    ['that speak what we cannot yet', ['SASL_SSL://:9092'], /this version does not/],
    ['of the same name', ['PLAINTEXT://:9092,plaintext://:9093'], /comes twice/],
    ['on the same port', ['A://:9092,B://localhost:9092', undefined, 'A:PLAINTEXT,B:PLAINTEXT'], /same port 9092/],
    ['none', ['CONTROLLER://:9093', undefined, undefined, ['CONTROLLER']], /no listener for clients/],
    ['advertised but not there', ['PLAINTEXT://:9092', 'PUBLIC://example.org:9092'], /names PUBLIC, which is not among/],
    ['advertised at 0.0.0.0', ['PLAINTEXT://:9092', 'PLAINTEXT://0.0.0.0:9092'], /no client can connect to; write an address/],
    ['with a map that is not understood', ['PLAINTEXT://:9092', undefined, 'PLAINTEXT=PLAINTEXT'], /write NAME:PROTOCOL/],
  ] as const) {
    test(`that are ${what} are refused with a sentence that says what to do`, () => {
      const [listeners, advertised, map, controllers] = wrong
      assert.throws(
        () => parse(listeners, advertised, map, controllers),
        (error) => error instanceof UserError && says.test(error.message),
      )
    })
  }
})

describe('the address a client is told', () => {
  const listeners = parse(
    'PLAINTEXT://:9092,FIXED://:9093,PORT://:9094',
    'FIXED://kafka.example.org:443,PORT://:19094',
    'PLAINTEXT:PLAINTEXT,FIXED:PLAINTEXT,PORT:PLAINTEXT',
  )
  for (const [listener, address, port, told] of [
    ['PLAINTEXT', '192.168.1.5', 9092, '192.168.1.5:9092'],
    ['PLAINTEXT', '127.0.0.1', 41_234, '127.0.0.1:41234'],
    ['PLAINTEXT', '::1', 9092, 'localhost:9092'],
    ['FIXED', '10.0.0.1', 9093, 'kafka.example.org:443'],
    ['PORT', '10.0.0.1', 9094, '10.0.0.1:19094'],
  ] as const) {
    test(`on ${listener} at ${address}:${port} is ${told}`, () => {
      const endpoint = advertisedFor({ listener, local: { address, port } }, listeners)
      assert.equal(`${endpoint.host}:${endpoint.port}`, told)
    })
  }
})
