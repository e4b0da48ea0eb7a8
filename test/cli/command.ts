import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { PLEXUS } from '../engine/plexus.ts'
import { inTemporaryFolder } from '../host/temporary.ts'

/** How a command ended. */
export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** What a command is run with. */
export type CommandOptions = {
  readonly cwd?: string
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a command of the executable to its end, without a terminal. */
export function plexus(args: readonly string[], { cwd = '/', stdin = '', env = {} }: CommandOptions = {}): Ended {
  const all = { PATH: process.env['PATH'], ...env }
  const { status, stdout, stderr } = spawnSync(PLEXUS, args, { cwd, input: stdin, env: all, encoding: 'utf8' })
  return { status, stdout, stderr }
}

/** Makes a folder with files, by their paths in it, for the time `use` takes. */
export async function withFiles<T>(
  files: Readonly<Record<string, string | object>>,
  use: (folder: string) => T | Promise<T>,
): Promise<T> {
  return inTemporaryFolder((folder) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(`${folder}/${path}`), { recursive: true })
      writeFileSync(`${folder}/${path}`, typeof content === 'string' ? content : JSON.stringify(content))
    }
    return use(folder)
  })
}
