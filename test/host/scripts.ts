import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A script of this folder that runs in a process of its own. */
export type Script = {
  readonly process: ChildProcess
  /** Resolves when it has ended, with all it printed on stdout and stderr. */
  readonly ended: Promise<string>
}

/** Starts a script of this folder under Bun, which is the quicker to start, or under Node. */
export function startScript(runtime: 'bun' | 'node', name: string, ...args: readonly string[]): Script {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const bun = fileURLToPath(new URL('../../node_modules/.bin/bun', import.meta.url))
  const [command, options] = runtime === 'bun' ? [bun, []] : [process.execPath, ['--import', 'tsx']]
  const child = spawn(command, [...options, script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const pipe of [child.stdout, child.stderr])
    pipe?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  return { process: child, ended: new Promise((resolve) => child.on('close', () => resolve(output))) }
}
