import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { passToCommand } from '../host/index.ts'
import { DEMO_FILES } from './generated/demo-files.ts'

/** The command that runs this very program: the executable is its own, under Node.js it is a file. */
export function ownCommand(): readonly [string, ...string[]] {
  return process.versions['bun'] === undefined ? [process.execPath, process.argv[1] ?? ''] : [process.execPath]
}

/** Runs a command under one of the scripts that give it a machine of its own, and gives its exit status. */
export function runUnder(script: 'isolated.sh' | 'uml-run.sh', command: readonly string[]): number {
  // Not below /run, which is another one inside.
  const folder = mkdtempSync('/var/tmp/plexus-under-')
  try {
    const path = `${folder}/${script}`
    writeFileSync(path, DEMO_FILES[script])
    return passToCommand('sh', [path, ...command])
  } finally {
    rmSync(folder, { recursive: true })
  }
}
