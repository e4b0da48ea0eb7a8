import { statSync } from 'node:fs'
import type { Exec, PluginOutcome } from '../cni/index.ts'
import { delegateMark } from './orphans.ts'
import type { Processes, Program } from './process.ts'
import { bunProcesses } from './process-bun.ts'
import { nodeProcesses } from './process-node.ts'
import { runProcess } from './process-run.ts'

/** Finds and runs plugins on this machine; each carries the mark of {@link delegateMark} in its environment. */
export function hostExec(): Exec {
  const processes = hostProcesses()
  return {
    find,
    run: ({ path, env, stdin, timeoutMs }) =>
      runProcess(processes, { path, args: [], env: { ...env, ...delegateMark() }, stdin }, timeoutMs),
  }
}

/** Runs any program as a plugin is run, without the mark; see {@link runProcess}. */
export function runProgram(program: Program, timeoutMs: number): Promise<PluginOutcome> {
  return runProcess(hostProcesses(), program, timeoutMs)
}

/** The way to start processes of the runtime this runs in. */
export function hostProcesses(): Processes {
  return process.versions['bun'] === undefined ? nodeProcesses : bunProcesses
}

// libcni pkg/invoke/find.go: the first regular file, links followed; whether it can be executed is not asked.
function find(type: string, folders: readonly string[]): string | undefined {
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => `${folder}/${type}`)
    .find(isRegularFile)
}

function isRegularFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
  } catch {
    return false
  }
}
