import { execFileSync } from 'node:child_process'

/** Runs a program to its end and gives what it wrote. Throws when it fails; what it says on stderr is seen. */
export function run(program: string, args: readonly string[], cwd = '.'): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Installs into a folder of its own, without a word. */
export function install(folder: string, ...names: readonly string[]): void {
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...names], folder)
}
