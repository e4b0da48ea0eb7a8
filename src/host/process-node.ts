import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { ProcessEnd, Processes, Program, StartedProcess } from './process.ts'

/** Processes by `node:child_process`, which is loaded at the first start: it costs a Bun executable a millisecond. */
export const nodeProcesses: Processes = { start }

async function start({ path, args, env, stdin }: Program): Promise<StartedProcess> {
  const { spawn } = await import('node:child_process')
  refuseUnexecutable(path)
  const child = spawn(path, args, { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = endOf(child)
  await started(child)
  // A plugin that does not read its configuration closes the pipe before it is written (EPIPE); it is judged by its
  // exit status.
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  return {
    pid: child.pid as number,
    ended,
    read: async (onStdout, onStderr) => {
      await Promise.all([readAll(child.stdout, onStdout), readAll(child.stderr, onStderr)])
    },
    letGo: () => {
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy()
    },
  }
}

// libuv starts programs with execvp(3), which hands a file of an unknown format to /bin/sh; the kernel, Go and Bun refuse it.
function refuseUnexecutable(path: string): void {
  if (!path.includes('/')) return
  const head = headOf(path)
  if (head === undefined || head.startsWith('#!') || head === '\x7fELF') return
  throw Object.assign(new Error(`spawn ${path} ENOEXEC`), { code: 'ENOEXEC' })
}

function headOf(path: string): string | undefined {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(4)
      return bytes.toString('latin1', 0, readSync(file, bytes))
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}

function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('exit', (status, signal) => {
      resolve(signal === null ? { kind: 'exited', status: status ?? 0 } : { kind: 'signalled', signal })
    })
  })
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.on('error', reject)
  })
}

function readAll(pipe: Readable, onChunk: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve) => {
    pipe.on('data', onChunk)
    pipe.on('error', () => {})
    pipe.once('close', resolve)
  })
}
