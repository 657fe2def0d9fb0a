// What the programs of Node clients share: the job, the payload, the stop-watch. Plain JavaScript, so that it runs beside clients of any make.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

export const job = JSON.parse(process.argv[2])

/** A client out of the folder that tools/peers/node-peers has filled. */
export async function peer(name) {
  const require = createRequire(`${process.argv[3]}/`)
  return import(pathToFileURL(require.resolve(name)).href)
}

/** Bytes that do not compress to nothing, the same for everybody. */
export const payload = Buffer.alloc(job.recordBytes)
for (let i = 0, seed = 1; i < payload.length; i++) payload[i] = 33 + ((seed = (seed * 48271) % 2147483647) % 90)

const now = () => Number(process.hrtime.bigint()) / 1e9

/**
 * Runs `work(isOver)` until the warm-up is over, then measures. `counted()` says how many records are done; it is read when the warm-up
 * ends and when the time is over.
 */
export function stopwatch() {
  const began = now()
  const watch = { records: 0, samples: [], done: false }
  let from
  const figures = () => {
    const cpu = process.cpuUsage(from.cpu)
    return {
      records: watch.records - from.records,
      seconds: now() - from.at,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      residentMegabytes: process.resourceUsage().maxRSS / 1e3,
      ...percentiles(watch.samples),
    }
  }
  /** To be called often; true when the time is over. */
  watch.tick = () => {
    if (watch.done) return true
    const at = now()
    if (from === undefined && at - began >= job.warmUpSeconds) {
      from = { at, records: watch.records, cpu: process.cpuUsage() }
      watch.samples = []
    } else if (from !== undefined && at - from.at >= job.seconds) {
      watch.done = true
      watch.result = figures()
    }
    return watch.done
  }
  return watch
}

export function report(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
}

/** Runs `tasks` callers at once, each sending one record after the other. */
export async function awaited(send) {
  const watch = stopwatch()
  const timed = job.tasks === 1
  await Promise.all(
    Array.from({ length: job.tasks }, async (_, task) => {
      for (let i = 0; !watch.done; i++) {
        const started = timed ? performance.now() : 0
        await send()
        watch.records++
        if (timed) watch.samples.push(performance.now() - started)
        if (task === 0 && (timed || i % 8 === 0)) watch.tick()
      }
    }),
  )
  report(watch.result)
}

/** An open loop: sends are due by the clock, and a late one counts from when it was due. `receive(handler)` calls back with each value. */
export async function latency({ send, receive }) {
  const watch = stopwatch()
  const began = now()
  await receive((value) => {
    watch.records++
    watch.samples.push((now() - value.readDoubleBE(0)) * 1000)
    watch.tick()
  })
  let due = now()
  while (!watch.done) {
    while (due <= now()) {
      const value = Buffer.from(payload)
      value.writeDoubleBE(due, 0)
      send(value)
      due += 1 / job.rate
    }
    await new Promise((resolve) => setImmediate(resolve))
    if (now() - began > 60) throw new Error('no records came back within a minute')
  }
  report(watch.result)
}

function percentiles(samples) {
  if (samples.length === 0) return {}
  const sorted = Float64Array.from(samples).toSorted()
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) }
}
