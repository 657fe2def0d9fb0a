import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { UserError } from '@odradek/common/errors'

/** A flight of the data set that many tutorials use (vega-datasets, public domain): keyed by the airport it left from. */
export interface Flight {
  readonly date: string
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

/** Reads a file of flights; without one, `flights-2k.json` of the package vega-datasets, where that is installed. @throws UserError that says what to do. */
export function readFlights(file: string | undefined): readonly Flight[] {
  const path = file ?? installed()
  let data: unknown
  try {
    data = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  if (!Array.isArray(data) || !data.every(isFlight))
    throw new UserError(`${path} is no list of flights: each has date, delay, distance, origin and destination`)
  return data
}

function isFlight(one: unknown): one is Flight {
  return typeof one === 'object' && one !== null && typeof Reflect.get(one, 'origin') === 'string'
}

function installed(): string {
  for (const from of [`${process.cwd()}/index.js`, import.meta.url]) {
    try {
      const path = createRequire(from).resolve('vega-datasets/data/flights-2k.json')
      if (existsSync(path)) return path
    } catch {
      // Not there; the next place, or what to do about it.
    }
  }
  throw new UserError('the flights are not here. npm install vega-datasets, or name a file: odradek demo flights --file flights-2k.json')
}
