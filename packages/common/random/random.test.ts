import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from './seeded-random.ts'
import { systemRandom } from './system-random.ts'

const draw = (random: SeededRandom, count: number) => Array.from({ length: count }, () => random.nextInt(1000))

test('one seed gives one sequence, on every machine and in every release', () => {
  assert.deepEqual(draw(new SeededRandom(42), 8), draw(new SeededRandom('42'), 8))
  assert.deepEqual(draw(new SeededRandom(42), 8), [351, 305, 586, 158, 263, 131, 216, 945])
})

test('a fork depends on its name alone, not on what was drawn before', () => {
  const fresh = new SeededRandom(7)
  const used = new SeededRandom(7)
  draw(used, 100)
  assert.deepEqual(draw(fresh.fork('disk/2'), 5), draw(used.fork('disk/2'), 5))
  assert.notDeepEqual(draw(fresh.fork('disk/2'), 5), draw(fresh.fork('disk/1'), 5))
  assert.deepEqual(draw(new SeededRandom(7), 5), draw(fresh, 5))
})

for (const random of [new SeededRandom('spread'), systemRandom]) {
  test(`${random.constructor.name}: values are whole, within the bound, and reach all of it`, () => {
    const counts = Array.from({ length: 7 }, () => 0)
    for (let i = 0; i < 7000; i++) {
      const value = random.nextInt(7)
      counts[value] = (counts[value] ?? Number.NaN) + 1
    }
    for (const count of counts) assert.ok(count > 800 && count < 1200, counts.join())
    for (let i = 0; i < 100; i++) {
      const wide = random.nextInt(2 ** 53)
      assert.ok(Number.isSafeInteger(wide) && wide >= 0)
      const fraction = random.nextFloat()
      assert.ok(fraction >= 0 && fraction < 1)
    }
    assert.equal(random.nextInt(1), 0)
    assert.equal(new Set(random.bytes(4000)).size, 256)
  })

  test(`${random.constructor.name}: a senseless bound is refused`, () => {
    for (const bound of [0, -1, 1.5, Number.NaN, 2 ** 54]) assert.throws(() => random.nextInt(bound), /bound from 1/)
  })
}
