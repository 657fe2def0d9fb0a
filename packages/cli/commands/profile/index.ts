import { nearestName } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { UsageError } from '../../usage-error.ts'
import { command } from '../command.ts'
import type { Command } from '../command.ts'
import { profilesFile, readProfiles, writeProfiles } from '../connection/profile.ts'
import type { Profiles } from '../connection/profile.ts'
import { noWords, oneWord } from '../words.ts'

const secret = /password|secret|jaas|\.key$/i

const profileList = command({
  path: 'profile list',
  summary: 'list profiles; the current one has a star',
  words: '',
  options: {},
  async run({ words, terminal, output }) {
    noWords(words)
    const { current, profiles } = readProfiles(profilesFile(terminal.env))
    await output.list({
      columns: [
        { name: 'PROFILE', of: ({ name }) => `${name}${name === current ? ' *' : ''}` },
        { name: 'BOOTSTRAP', of: ({ settings }) => settings['bootstrap.servers'] },
        { name: 'SETTINGS', of: ({ settings }) => Object.keys(settings).length },
      ],
      rows: [...profiles].map(([name, settings]) => ({ name, settings })),
      data: ({ name, settings }) => ({ name, isCurrent: name === current, settings: shown(settings) }),
      nameOf: ({ name }) => name,
      whenEmpty: 'There are no profiles. Make one: odradek profile set NAME bootstrap.servers=HOST:PORT',
    })
  },
})

const profileSet = command({
  path: 'profile set',
  summary: 'keep settings of the client under a name; KEY= takes one away',
  words: 'NAME KEY=VALUE…',
  options: {},
  examples: ['odradek profile set staging bootstrap.servers=kafka.staging:9092 security.protocol=SSL'],
  async run({ words, terminal, output }) {
    const [name, ...given] = words
    if (name === undefined || given.length === 0) throw new UsageError('give a name and settings: staging bootstrap.servers=HOST:PORT')
    const file = profilesFile(terminal.env)
    const { current, profiles } = readProfiles(file)
    const settings: Record<string, string> = { ...profiles.get(name) }
    for (const one of given) {
      const at = one.indexOf('=')
      if (at <= 0) throw new UsageError(`${one}: write it as KEY=VALUE`)
      if (at === one.length - 1) delete settings[one.slice(0, at)]
      else settings[one.slice(0, at)] = one.slice(at + 1)
    }
    writeProfiles(file, { current: current ?? name, profiles: new Map([...profiles, [name, settings]]) })
    await output.done(`${name} is in ${file}${current === undefined ? ', and the current one' : ''}`)
  },
})

const profileUse = command({
  path: 'profile use',
  summary: 'make a profile the current one, which commands take when nothing else is said',
  words: 'NAME',
  options: {},
  async run({ words, terminal, output }) {
    const file = profilesFile(terminal.env)
    const found = known(oneWord(words, 'a profile'), readProfiles(file), file)
    writeProfiles(file, { current: found.name, profiles: found.profiles })
    await output.done(`${found.name} is the current profile`)
  },
})

const profileDelete = command({
  path: 'profile delete',
  summary: 'forget a profile',
  words: 'NAME',
  options: {},
  async run({ words, terminal, output }) {
    const file = profilesFile(terminal.env)
    const { name, current, profiles } = known(oneWord(words, 'a profile'), readProfiles(file), file)
    writeProfiles(file, {
      current: current === name ? undefined : current,
      profiles: new Map([...profiles].filter(([other]) => other !== name)),
    })
    await output.done(`${name} is forgotten`)
  },
})

function known(name: string, profiles: Profiles, file: string): Profiles & { readonly name: string } {
  if (profiles.profiles.has(name)) return { ...profiles, name }
  const nearest = nearestName(name, profiles.profiles.keys())
  throw new UserError(`there is no profile ${name} in ${file}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`)
}

function shown(settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, secret.test(name) ? '(secret)' : value]))
}

export const commands: readonly Command[] = [profileList, profileSet, profileUse, profileDelete]
